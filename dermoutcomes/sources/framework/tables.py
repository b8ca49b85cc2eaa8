"""The tables that every study shares: subjects, allocations, treatments, events and others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.sources.accounts.row_accounts import count_framework_rows
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.framework.deaths import milestones_with_death
from dermoutcomes.sources.framework.events import read_events
from dermoutcomes.sources.framework.factors import with_factors
from dermoutcomes.sources.framework.framework_rows import framework_rows
from dermoutcomes.sources.framework.known_subjects import tell_unknown_subjects
from dermoutcomes.sources.framework.labels_in_data import hold_labels_against_words
from dermoutcomes.sources.framework.medications import read_medications
from dermoutcomes.sources.framework.subjects import one_row_each, with_treatments
from dermoutcomes.sources.framework.treatments import (
    by_file,
    read_allocations,
    read_exposures,
    with_day,
    with_sides,
    with_visits,
)
from dermoutcomes.sources.raw_table import source_rows
from dermoutcomes.sources.reading_context import ReadingContext
from dermoutcomes.sources.subjects.listed_subjects import listed_subjects
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.tables import OPEN_TABLES, empty, fitted
from dermoutcomes.tables.findings import gathered
from dermoutcomes.tables.ledger import no_entries
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["read_framework"]

# Columns that are needed until days and times are known, and are in no published table.
FOR_NOW = ("date", "time", "start_latest", "end_latest", "unread")


def read_framework(
    study: Study, registry: Registry, files: Iterable[SourceFile]
) -> Mapping[str, pl.DataFrame]:
    """The framework tables that have a source, "sources", "findings" and "ledger".

    Raises StudyError with the problems of all files.
    """
    contexts = {
        file.number: ReadingContext(study, registry, file)
        for file in files
        if file.name in FRAMEWORK
    }
    parts: dict[str, list[pl.DataFrame]] = {}
    sources, problems = [empty("sources").drop("study")], list[Problem]()
    for context in contexts.values():
        try:
            rows, sheet = framework_rows(context)
        except StudyError as error:
            problems += error.problems
            continue
        parts.setdefault(context.file.name, []).append(rows)
        # Of wide columns each filled cell is a row of the table, and not of the file.
        sources.append(source_rows([(context.file, sheet, rows["row"].n_unique())]))
    if problems:
        raise StudyError(problems)

    read = _with_listed_subjects(
        {
            name: pl.concat(parts[name], how="diagonal_relaxed")
            for name in FRAMEWORK
            if name in parts
        },
        contexts,
    )
    tables = _completed(study, read, contexts)
    # After everything that may drop a row: what was read and is not here any more was lost.
    hold_labels_against_words(study, tables)
    for context in contexts.values():
        count_framework_rows(context, read[context.file.name], tables[context.file.name])
    for number, context in contexts.items():
        if context.file.name != "subjects":
            own = tables[context.file.name].filter(pl.col("source") == number)
            tell_unknown_subjects(context, own, tables)
    findings = [frame for context in contexts.values() for frame in context.findings]
    ledger = [frame for context in contexts.values() for frame in context.ledger]
    return {
        **tables,
        "sources": pl.concat(sources),
        "findings": gathered(findings),
        "ledger": pl.concat([no_entries(), *ledger]),
    }


def _with_listed_subjects(
    tables: Mapping[str, pl.DataFrame], contexts: Mapping[int, ReadingContext]
) -> dict[str, pl.DataFrame]:
    """The tables with the ids that the table of subjects has, where only zeros differ."""
    listed = listed_subjects(tables.get("subjects"))
    return {
        name: frame
        if name == "subjects"
        else by_file(
            frame, contexts, lambda context, rows: context.with_listed_subjects(rows, listed)
        )
        for name, frame in tables.items()
    }


def _completed(
    study: Study, tables: dict[str, pl.DataFrame], contexts: Mapping[int, ReadingContext]
) -> dict[str, pl.DataFrame]:
    """The tables with what follows from each other.

    Exposures come first: they say when each subject was treated. From that, or from the dates of
    the subjects themselves, follow the study days of all others; and events are
    treatment-emergent or not by their days.
    """
    tables = {name: _with_schema(name, frame, keep=FOR_NOW) for name, frame in tables.items()}
    if "exposures" in tables:
        tables["exposures"] = read_exposures(tables["exposures"], contexts)
    if "subjects" in tables:
        subjects = one_row_each(tables["subjects"], contexts)
        tables["subjects"] = with_treatments(subjects, tables.get("exposures"))
    dates = calendar(study, tables)
    if "exposures" in tables:
        tables["exposures"] = with_day(tables["exposures"], "taken_at", "day", dates)
    if "milestones" in tables:
        milestones = milestones_with_death(with_sides(tables["milestones"], contexts))
        tables["milestones"] = with_day(milestones, "date", "day", dates)
    if "allocations" in tables:
        tables["allocations"] = read_allocations(study, tables["allocations"], contexts)
    if "subjects" in tables:
        subjects = _with_schema("subjects", tables["subjects"])
        tables["subjects"] = with_factors(study, subjects, tables.get("allocations"))
    if "events" in tables:
        events = with_sides(tables["events"], contexts)
        tables["events"] = read_events(study, events, contexts, dates)
    if "medications" in tables:
        tables["medications"] = read_medications(tables["medications"], contexts, dates)
    if "deviations" in tables:
        deviations = with_visits(tables["deviations"], contexts)
        tables["deviations"] = with_day(deviations, "date", "day", dates)
    return {name: _with_schema(name, frame) for name, frame in tables.items()}


def _with_schema(name: str, frame: pl.DataFrame, keep: tuple[str, ...] = ()) -> pl.DataFrame:
    """The table's columns, all of them.

    Others stay where the table is open, or to be kept for now.
    """
    shaped = fitted(frame, name)
    further = [
        column
        for column in frame.columns
        if column not in shaped.columns and (name in OPEN_TABLES or column in keep)
    ]
    return shaped.with_columns(frame.select(further))
