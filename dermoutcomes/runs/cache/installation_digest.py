"""The digest of all that runs: of one installation, what was kept by it alone is used again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.registry.plugin_digest import source_digest
from dermoutcomes.runs.canonical_text import canonical
from dermoutcomes.runs.worker import fingerprint

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry

__all__ = ["installation_digest"]

INSTALLED = (".dist-info", ".egg-info")


def installation_digest(registry: Registry) -> str:
    """SHA-256 of versions, code of plugins and core, what else is installed, and which are left out.

    More than the address of a step: that has the plugins that the step runs and the versions of
    the libraries that numbers depend on, for people to read. A cache cannot ask whether a library
    beside these (of drawings, of a plugin's own) has a part in it, nor whether the core is the one
    that its version says: somebody may just be working on it.
    """
    parts = (fingerprint(registry), canonical(registry.choice.record()), _of_process())
    return sha256("\n".join(parts).encode()).hexdigest()


@cache
def _of_process() -> str:
    import dermoutcomes

    core = source_digest(Path(dermoutcomes.__file__))
    return "\n".join((core, *sorted(set(_installed()))))


def _installed() -> Iterator[str]:
    """Name and version of each distribution, as the folders of their metadata are called."""
    for place in map(Path, sys.path):
        if place.is_dir():
            # Listing names costs a hundredth of asking each for its metadata.
            yield from (name for name in os.listdir(place) if name.endswith(INSTALLED))  # noqa: PTH208
