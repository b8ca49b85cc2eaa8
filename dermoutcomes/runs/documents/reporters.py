"""What one of the study's reporters makes of a finished run: files of its own."""

from __future__ import annotations

import errno
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.runs.documents.run_to_report import run_to_report
from dermoutcomes.runs.run_folder import final_place, writing_below

if TYPE_CHECKING:
    from dermoutcomes.declare import Reporter
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.finished_run import Run
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.study import Study

__all__ = ["reporters", "reporters_of_study", "resolved_options", "write_report"]

# What the disk has against it, not the reporter.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
OUTPUTS = {"path": pl.String, "sha256": pl.String}


def reporters(opened: OpenStudy) -> tuple[str, ...]:
    """The reporters that the study lists, or those that every run gets."""
    return reporters_of_study(opened.study, opened.registry)


def reporters_of_study(study: Study, registry: Registry) -> tuple[str, ...]:
    """The reporters that a study lists, or those that every run gets."""
    declared, listed = registry.reporters, study.outputs.documents
    if listed is None:
        return tuple(name for name, reporter in declared.items() if reporter.always)
    return tuple(name for name in listed if name in declared)


def resolved_options(study: Study, reporter: Reporter) -> Any:
    """What the study says of a reporter, as its options."""
    name = reporter.name
    return resolve_options(
        study.outputs.options_of(name), reporter.options, f"outputs.options.{name}"
    )


def write_report(opened: OpenStudy, staging: Path, name: str, manifest_sha256: str) -> pl.DataFrame:
    """Have one reporter write about the run in `staging`.

    What comes back has a row a file that it wrote: `path` in the run folder and `sha256`. Raises
    PluginError for a reporter that fails, that writes outside its folder or that names a file which
    it did not write.
    """
    reporter = opened.registry.reporters[name]
    run = run_to_report(opened, staging, manifest_sha256)
    options = resolved_options(opened.study, reporter)
    folder = staging / reporter.folder
    place = final_place(staging)
    with writing_below(place):
        folder.mkdir(parents=True, exist_ok=True)
    paths = _write(reporter, run, folder, options, place)
    rows = [(path.relative_to(staging).as_posix(), file_digest(path)) for path in paths]
    return pl.DataFrame(sorted(set(rows)), schema=OUTPUTS, orient="row")


def _write(reporter: Reporter, run: Run, folder: Path, options: Any, place: Path) -> list[Path]:
    with blamed(f"the reporter {reporter.name!r}"):
        try:
            paths = [Path(path) for path in reporter.write(run, folder, options)]
        except OSError as error:
            with writing_below(place) if _is_disk_error(error) else nullcontext():
                raise
    resolved = folder.resolve()
    if outside := [str(path) for path in paths if not path.resolve().is_relative_to(resolved)]:
        raise PluginError(
            f"the reporter {reporter.name!r} wrote outside its folder: {', '.join(outside)}"
        )
    if missing := [str(path) for path in paths if not path.is_file()]:
        raise PluginError(
            f"the reporter {reporter.name!r} names files that it did not write: {', '.join(missing)}"
        )
    return [folder / path.resolve().relative_to(resolved) for path in paths]


def _is_disk_error(error: OSError) -> bool:
    """Polars gives the number in the text alone."""
    return error.errno in DISK or any(f"(os error {number})" in str(error) for number in DISK)
