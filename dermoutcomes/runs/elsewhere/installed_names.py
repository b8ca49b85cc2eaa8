"""What is installed, by name: a worker on another machine must have the same as its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.registry.loading import load_registry
from dermoutcomes.registry.plugin_digest import NOT_RUN, source_digest
from dermoutcomes.runs.steps import software

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["installation", "installation_differences", "installed_with"]

# Of the core's folder: what a wheel brings for people, and a checkout has elsewhere.
NOT_OF_THE_CORE = (*NOT_RUN, "_bundled", "schemas")
DIGITS = 12


def installation() -> dict[str, str]:
    """Versions, the platform, and the code of the core and of each installed plugin, by name."""
    return installed_with(load_registry())


def installed_with(registry: Registry) -> dict[str, str]:
    """The same, of a registry: a study's own plugins are in it, those that it leaves out are not."""
    import dermoutcomes

    core = source_digest(Path(dermoutcomes.__file__), left_out=NOT_OF_THE_CORE)
    return {
        **dict(software()),
        "code of the program": core[:DIGITS],
        **{
            f"plugin {plugin.name}": f"{plugin.version or 'no version'}, code {plugin.sha256[:DIGITS]}"
            for plugin in registry.plugins
        },
    }


def installation_differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    """Each name under which two installations differ, with what both have."""
    for name in sorted({*ours, *theirs}):
        here, there = ours.get(name, "none"), theirs.get(name, "none")
        if here != there:
            yield f"{name}: {there}, where the run has {here}"
