"""All sources of a study at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.sources.export import read_measurements
from dermoutcomes.sources.files import FRAMEWORK, source_files
from dermoutcomes.sources.findings import gathered
from dermoutcomes.sources.framework.tables import read_framework
from dermoutcomes.sources.visits.missed_visits import missed_visits
from dermoutcomes.tables import conform, empty

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["read_all"]


def read_all(study: Study, registry: Registry) -> Mapping[str, pl.DataFrame]:
    """Every table that the study's sources give, conformed: framework, observations, curves, sources and findings.

    Raises StudyError with the problems of every file, never only the first.
    """
    import polars as pl

    files = source_files(study)
    framework, problems = _tried(lambda: read_framework(study, registry, files))
    tables: dict[str, list[pl.DataFrame]] = {
        name: [frame] for name, frame in (framework or {}).items()
    }
    for file in files:
        if file.name not in FRAMEWORK:
            read, further = _tried(
                lambda file=file: read_measurements(study, registry, file, framework or {})
            )
            problems += further
            for name, frame in (read or {}).items():
                tables.setdefault(name, []).append(frame)
    if problems:
        raise StudyError(problems)
    joined = {name: pl.concat(frames) for name, frames in tables.items()}
    late = missed_visits(
        study, joined.get("observations", empty("observations")), joined, joined.get("curves")
    )
    joined["findings"] = _numbered(gathered([joined["findings"], late]))
    return {name: conform(frame, name, study.id) for name, frame in joined.items()}


def _tried(read: object) -> tuple[Mapping[str, pl.DataFrame] | None, list[Problem]]:
    try:
        return read(), []  # type: ignore[operator]
    except StudyError as error:
        return None, list(error.problems)


def _numbered(findings: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return findings.with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("id"))
