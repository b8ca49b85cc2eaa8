"""The tables that every study shares: subjects, allocations, milestones, exposures, events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from dermoutcomes.errors import StudyError
from dermoutcomes.sources.export import source_row
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.findings import gathered, no_findings
from dermoutcomes.sources.framework.events import read_events
from dermoutcomes.sources.framework.known_subjects import unknown_subjects
from dermoutcomes.sources.framework.rows import Rows, read_rows
from dermoutcomes.sources.framework.subjects import one_row_each, with_treatments
from dermoutcomes.sources.framework.treatments import (
    read_allocations,
    read_exposures,
    with_day,
    with_sides,
)
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.tables import OPEN_TABLES, empty
from dermoutcomes.words import FRAMEWORK

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["read_framework"]

FOR_NOW = ("date", "time")


def read_framework(
    study: Study, registry: Registry, files: Iterable[SourceFile]
) -> Mapping[str, pl.DataFrame]:
    """The framework tables that have a source, "sources" and "findings". Raises StudyError with the problems of all files."""
    import polars as pl

    chosen = [file for file in files if file.name in FRAMEWORK]
    read = _read(study, registry, chosen)
    found = [finding for _, rows in read for finding in rows.findings]
    tables = {
        name: pl.concat(
            [rows.frame for file, rows in read if file.name == name], how="diagonal_relaxed"
        )
        for name in FRAMEWORK
        if any(file.name == name for file in chosen)
    }
    tables = _completed(study, tables, {file.number: file for file in chosen}, found)
    for file in chosen:
        own = tables[file.name].filter(pl.col("source") == file.number)
        found.append(
            unknown_subjects(file, own, tables) if file.name != "subjects" else no_findings()
        )
    sources = [source_row(file, rows.read, rows.frame.height) for file, rows in read]
    blank = empty("sources").drop("study")
    return {**tables, "sources": pl.concat([blank, *sources]), "findings": gathered(found)}


def _read(
    study: Study, registry: Registry, files: Iterable[SourceFile]
) -> list[tuple[SourceFile, Rows]]:
    read, problems = list[tuple[SourceFile, Rows]](), list["Problem"]()
    for file in files:
        try:
            read.append((file, read_rows(study, registry, file)))
        except StudyError as error:
            problems += error.problems
    if problems:
        raise StudyError(problems)
    return read


def _completed(
    study: Study,
    tables: dict[str, pl.DataFrame],
    files: Mapping[int, SourceFile],
    found: list[pl.DataFrame],
) -> dict[str, pl.DataFrame]:
    """The tables with what follows from each other: dates of treatment, study days, arms, whether an event was treatment-emergent."""
    done = {name: _with_schema(name, frame, keep=FOR_NOW) for name, frame in tables.items()}
    if "exposures" in done:
        done["exposures"] = read_exposures(study, done["exposures"], files, found)
    if "subjects" in done:
        done["subjects"] = with_treatments(
            one_row_each(done["subjects"], files, found), done.get("exposures")
        )
    dates = calendar(study, done)
    if "exposures" in done:
        done["exposures"] = with_day(done["exposures"], "taken_at", "day", dates)
    if "milestones" in done:
        done["milestones"] = with_day(
            with_sides(done["milestones"], files, found), "date", "day", dates
        )
    if "allocations" in done:
        done["allocations"] = read_allocations(study, done["allocations"], files, found)
    if "events" in done:
        done["events"] = read_events(study, with_sides(done["events"], files, found), dates)
    return {name: _with_schema(name, frame) for name, frame in done.items()}


def _with_schema(name: str, frame: pl.DataFrame, keep: tuple[str, ...] = ()) -> pl.DataFrame:
    """The table's columns, all of them; others stay where the table is open, or to be kept for now."""
    import polars as pl

    schema = {column: kind for column, kind in empty(name).schema.items() if column != "study"}
    columns = [
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(kind).alias(column)
        for column, kind in schema.items()
    ]
    further = [
        column
        for column in frame.columns
        if column not in schema and (name in OPEN_TABLES or column in keep)
    ]
    return frame.select(*columns, *further)
