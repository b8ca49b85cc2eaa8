"""What a scientist looks at first: people, holes, arms, dates, units, rows, words, baseline.

Nothing here compares arms or sides, and nothing shows an outcome after baseline but its unit and
range over everybody and all visits together.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.draft.attendance import Attendance, attendance_lines
from dermoutcomes.draft.files.lab_folder import unread_words
from dermoutcomes.look_alikes import other_alphabet
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.draft.study_draft import StudyDraft
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["GLANCE_TABLES", "glance_lines"]

GLANCE_TABLES = ("observations", "subjects", "sources", "allocations")
WIDTH = 100
MOST_FILES, EXAMPLES = 20, 3


def glance_lines(
    draft: StudyDraft, study: Study, registry: Registry, tables: Mapping[str, pl.DataFrame]
) -> Iterator[str]:
    """The first look at what was read, as lines of text.

    `tables` has those of GLANCE_TABLES that the data give.
    """
    readings = _readings(study, tables)
    subjects = tables["subjects"]["subject"].to_list() if "subjects" in tables else []
    yield f"Subjects: {len(subjects)}"
    if readings.height:
        attendance = Attendance.of(study, readings, subjects)
        yield ""
        yield from attendance_lines(attendance, WIDTH)
        yield from _wrapped(f"with a reading: {attendance.counts()} of {len(attendance.names)}")
    yield from _arms(tables.get("allocations"))
    if readings.height:
        yield from _dates(study, readings)
        yield from _measures(registry, readings)
    yield from _rows(draft, tables.get("sources"))
    yield from _words(draft)
    if readings.height:
        yield from _baseline(study, readings)


def _readings(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The readings of the measures that endpoints have, as they were read or computed."""
    observations = tables.get("observations")
    measures = {endpoint.measure for endpoint in study.endpoints.values() if endpoint.measure}
    if observations is None:
        return pl.DataFrame()
    return observations.filter(
        pl.col("measure").is_in(sorted(measures)) & pl.col("value").is_not_null()
    )


def _wrapped(text: str) -> list[str]:
    """A line of the glance, in as many as it needs."""
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _arms(allocations: pl.DataFrame | None) -> Iterator[str]:
    if allocations is None or not allocations.height:
        return
    per_subject = allocations.group_by("subject").agg(pl.col("arm").n_unique())
    counts = per_subject.group_by("arm").len().sort("arm")
    words = [
        f"{count_words(people, 'subject')} with {count_words(arms, 'arm')}"
        for arms, people in counts.iter_rows()
    ]
    names = ", ".join(allocations["arm"].drop_nulls().unique().sort())
    yield ""
    yield f"Arms: {'; '.join(words)} ({names})"


def _dates(study: Study, readings: pl.DataFrame) -> Iterator[str]:
    dated = readings.filter(pl.col("taken_at").is_not_null())
    if not dated.height:
        yield ""
        yield "Dates: the readings have none"
        return
    spans = {
        visit: (first, last)
        for visit, first, last in dated.group_by("visit")
        .agg(pl.col("taken_at").min().alias("first"), pl.col("taken_at").max().alias("last"))
        .iter_rows()
    }
    yield ""
    yield "Dates:"
    for visit in study.visits:
        if visit in spans:
            first, last = spans[visit]
            yield f"  {visit:<8} {first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _measures(registry: Registry, readings: pl.DataFrame) -> Iterator[str]:
    yield ""
    yield "Measures, everybody and all visits together:"
    ranges = readings.group_by("measure", maintain_order=True).agg(
        pl.len(), pl.col("value").min().alias("low"), pl.col("value").max().alias("high")
    )
    for measure, n, low, high in ranges.iter_rows():
        owner, code = measure.split(".", 1)
        declared = registry.owner(owner)
        parameter = declared.parameter(code) if declared is not None else None
        unit = f" {parameter.unit}" if parameter is not None and parameter.unit else ""
        yield f"  {measure:<24} {low:g} to {high:g}{unit}, {count_words(n, 'value')}"


@frozen
class _FileRows:
    """How many rows were read of a file, of how many it holds if that is known, for which tables."""

    place: str
    count: int
    held: int | None
    tables: str

    def __str__(self) -> str:
        of = f" of {self.held}" if self.held is not None else ""
        return f"  {self.place}: {self.count}{of} ({self.tables})"


def _rows(draft: StudyDraft, sources: pl.DataFrame | None) -> Iterator[str]:
    if sources is None or not sources.height:
        return
    yield ""
    yield "Rows read, of rows in the file:"
    rows = sources.group_by("path", "sheet", maintain_order=True).agg(
        pl.col("rows").max(), pl.col("table").unique(maintain_order=True)
    )
    read = [
        _FileRows(
            f"{path} [{sheet}]" if sheet else path,
            count,
            draft.rows.get((path, sheet), draft.rows.get((path, None))),
            ", ".join(tables),
        )
        for path, sheet, count, tables in rows.iter_rows()
    ]
    # Of many files of which all was read some are named.
    unnamed: dict[str, list[_FileRows]] = {}
    for file in read:
        if file.held in (None, file.count):
            unnamed.setdefault(file.tables, []).append(file)
    unnamed = {
        tables: files[EXAMPLES:] for tables, files in unnamed.items() if len(files) > MOST_FILES
    }
    hidden = {file for files in unnamed.values() for file in files}
    yield from (str(file) for file in read if file not in hidden)
    for tables, files in unnamed.items():
        total = count_words(sum(file.count for file in files), "row")
        yield f"  {len(files)} files more: {total} ({tables})"


def _words(draft: StudyDraft) -> Iterator[str]:
    yield ""
    visits = (
        "; ".join(filter(None, (f"{visit.label} (a visit)", other_alphabet(visit.label))))
        for visit in draft.visits
        if not visit.understood
    )
    measures = (f"{word}: no known measure" for word in draft.unknown_measures)
    words = [*draft.words_not_understood, *measures, *visits]
    yield "Words not understood:" + ("" if words else " none")
    if words:
        yield from _wrapped("; ".join(words))
    for table, columns in draft.unused.items():
        yield from _wrapped(f"not used of {table}: {', '.join(columns)}")
    for left in unread_words(draft.unread):
        yield from _wrapped(f"not read: {left}")


def _baseline(study: Study, readings: pl.DataFrame) -> Iterator[str]:
    """Mean and standard deviation at the baseline, of everybody together."""
    lines = []
    for name, endpoint in study.endpoints.items():
        if endpoint.baseline is None or not endpoint.baseline.visits:
            continue
        at = readings.filter(
            (pl.col("measure") == endpoint.measure)
            & pl.col("visit").is_in(list(endpoint.baseline.visits))
        )
        means = at.group_by("subject").agg(pl.col("value").mean())["value"].to_list()
        if means:
            spread = f", SD {stdev(means):.3g}" if len(means) > 1 else ""
            lines.append(f"  {name:<24} mean {fmean(means):.4g}{spread}, n = {len(means)}")
    if lines:
        yield ""
        yield "Baseline, everybody together (a mean of each subject's readings):"
        yield from lines
