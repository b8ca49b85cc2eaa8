"""Opening a study: its file parsed, its plugins loaded, everything checked that needs no data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.errors import StudyError, blamed

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["open_study", "tell"]


def open_study(path: Path, *, local_code: bool = True) -> tuple[Study, Registry]:
    """The study and its registry, with every problem of the file found at once. Local code runs only if `local_code`."""
    from dermoutcomes.registry.loading import load_registry
    from dermoutcomes.study.check import check_study
    from dermoutcomes.study.load import load_study
    from dermoutcomes.study.paths import plugin_files

    study = load_study(path)
    files = plugin_files(study)
    if code := [file.name for file in files if file.suffix == ".py"]:
        _permit(code, local_code=local_code)
    registry = load_registry(files, study.study.prefer)
    if problems := check_study(study, registry):
        raise StudyError(problems)
    tell(registry, "study_loaded", study=study, registry=registry)
    return study, registry


def _permit(names: list[str], *, local_code: bool) -> None:
    if not local_code:
        raise StudyError(
            f"the study loads code of its own ({', '.join(names)}), and --no-local-code refuses it; "
            "read the file, then run without --no-local-code, or take it out of [study] plugins"
        )


def tell(registry: Registry, event: str, /, **about: Any) -> None:
    """Let plugins know. They may refuse with an error of ours; any other becomes a PluginError that names hook and line."""
    if registry.hook is not None:
        with blamed(f"a plugin's {event}()"):
            getattr(registry.hook, event)(**about)
