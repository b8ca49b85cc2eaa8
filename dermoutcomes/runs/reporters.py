"""The study's reporters, run one after the other over a finished run."""

from __future__ import annotations

import errno
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.options.parsing import resolved_options
from dermoutcomes.runs.run_folder import Run, writing_below

if TYPE_CHECKING:
    from dermoutcomes.declare import Reporter
    from dermoutcomes.runs.run_folder import RunFolder
    from dermoutcomes.runs.worker import Session

__all__ = ["report"]

# What the disk has against it, not the reporter.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def report(session: Session, writing: RunFolder, manifest: dict[str, Any]) -> None:
    """The study's reporters, each in its folder; then the manifest, with the digests of all that was written."""
    unfinished = Run(writing.staging, manifest, session.study, session.registry)
    for name in _wanted(session):
        reporter = session.registry.reporters[name]
        options = resolved_options(
            session.study.outputs.options.get(name, {}), reporter.options, f"outputs.options.{name}"
        )
        folder = writing.staging / reporter.folder
        with writing_below(writing.place):
            folder.mkdir(parents=True, exist_ok=True)
        _write(reporter, unfinished, folder, options, writing.place)
    with writing_below(writing.place):
        manifest["outputs"] = writing.outputs()
    writing.write_json("manifest.json", manifest)


def _wanted(session: Session) -> tuple[str, ...]:
    stated = session.study.outputs.reports
    return (
        stated
        if stated is not None
        else tuple(name for name, reporter in session.registry.reporters.items() if reporter.always)
    )


def _write(reporter: Reporter, unfinished: Run, folder: Path, options: Any, place: Path) -> None:
    with blamed(f"the reporter {reporter.name!r}"):
        try:
            paths = list(reporter.write(unfinished, folder, options))
        except OSError as error:
            with writing_below(place) if _is_of_the_disk(error) else nullcontext():
                raise
    if strays := [
        str(path) for path in paths if not Path(path).resolve().is_relative_to(folder.resolve())
    ]:
        raise PluginError(
            f"the reporter {reporter.name!r} wrote outside its folder: {', '.join(strays)}"
        )


def _is_of_the_disk(error: OSError) -> bool:
    """Polars gives the number in the text alone."""
    return error.errno in DISK or any(f"(os error {number})" in str(error) for number in DISK)
