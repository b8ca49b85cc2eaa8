"""Dates of a subject that lie far from all its others: a year that may be typed wrongly."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.number_text import count_words
from dermoutcomes.quality.checks.calendar import DATES
from dermoutcomes.sources.cells.dates import elapsed_days
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.tables.findings import listed, no_findings, remarks
from dermoutcomes.tables.table_rows import in_types_of, words_in_full

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["FarDateOptions", "far_dates"]

# Table = its columns of a date, each with the column of its study day. Readings are dated by visits
# and held to their windows, so that they are looked at and never told.
COLUMNS: Mapping[str, Mapping[str, str | None]] = MappingProxyType(
    {
        "subjects": {"enrolled": None, "first_treatment": None, "ended": None},
        "milestones": {"date": "day"},
        "exposures": {"taken_at": "day"},
        "events": {"start_date": "start_day", "end_date": "end_day"},
        "medications": {"start_date": "start_day", "end_date": "end_day"},
        "deviations": {"date": "day"},
        "observations": {"taken_at": "day"},
    }
)
# Tables whose dates are those of the study by themselves; the others may tell of before and after.
OF_THE_STUDY = ("subjects", "exposures", "observations")
# Of these a date long before the study is ordinary: at all, or if it is not too long before.
OPEN_BEFORE, HISTORY = ("medications",), ("events",)
# Who is lost is written down as lost long after the last visit.
LATE_BY_NATURE, LATE_TIMES = ("subjects", "milestones"), 2
# A gap of so many times what is usual between the dates of a subject is far.
USUAL_GAPS, MOST_SUBJECTS = 2, 0.9
# A column in which more than this part of the dates, and of the dates so many, lie far off tells of
# another time by itself, as one of diagnoses does.
ORDINARY_SHARE, ORDINARY_ROWS = 0.2, 3


@frozen
class FarDateOptions:
    """When a date lies far from the others of its subject."""

    days: int = option(
        180,
        "Fewest days from the nearest other date; more where subjects have longer gaps by plan.",
        at_least=30,
        unit="d",
    )
    history: int = option(
        1826,
        "Fewest days by which an event must have begun before all else.",
        at_least=365,
        unit="d",
    )


def far_dates(data: StudyData, options: FarDateOptions) -> pl.DataFrame:
    """Dates far before or after all others of their subject; one finding a column and direction.

    The dates of a subject fall apart where the gap between two is longer than `days` and than twice
    the longest gap that nine of ten subjects have between treatments and readings. Its own is the
    part with most treatments and readings, then with most rows. A subject of whom neither is dated
    is held to the dates of the whole study. Before its first treatment or reading `days` alone are
    far, but for events and medications. What lies after the data cut is told as that.
    """
    dates = _dates(data)
    if not dates.height:
        return no_findings()
    gap = _usual_gap(dates, options.days)
    dates = _in_parts(dates, gap)
    first = pl.col("when").filter(pl.col("table").is_in(OF_THE_STUDY)).min()
    own = (
        dates.filter("is_own")
        .group_by("whose")
        .agg(pl.coalesce(first, pl.col("when").min()).alias("first"), last=pl.max("when"))
    )
    dates = dates.join(own, on="whose", how="inner", maintain_order="left")
    is_early, table = pl.col("when") < pl.col("first"), pl.col("table")
    apart = pl.col("when") - pl.when(is_early).then("first").otherwise("last")
    # Before the study nothing is planned: there the gaps of the plan excuse no date.
    too_early = is_early & (apart < -options.days) & ~table.is_in(OPEN_BEFORE)
    is_history = is_early & table.is_in(HISTORY) & (apart >= -options.history)
    is_late = ~is_early & ~pl.col("is_own")
    is_excused = table.is_in(LATE_BY_NATURE) & (apart <= LATE_TIMES * gap)
    far = dates.with_columns(apart=apart).filter(
        table != "observations",
        (too_early & ~is_history) | (is_late & ~is_excused),
        ~_is_after_cut(data),
    )
    groups = far.with_columns(is_late=pl.col("apart") > 0).sort("source", "name", "row")
    of_columns = groups.group_by(
        "source", "name", "is_late", pl.col("whose") == "", maintain_order=True
    )
    findings = [_finding(frame, dates) for _, frame in of_columns]
    return pl.concat([no_findings(), *findings])


def _dates(data: StudyData) -> pl.DataFrame:
    """subject, table, name of the column, source, row, when (days from 1970) and shown."""
    origins = calendar(data.study, data.tables).origins.select("subject", "origin")
    parts = [
        _of_column(data, table, name, day, origins)
        for table, columns in COLUMNS.items()
        for name, day in columns.items()
    ]
    return pl.concat(parts).unique(["source", "row", "name"], keep="first", maintain_order=True)


def _of_column(
    data: StudyData, table: str, name: str, day: str | None, origins: pl.DataFrame
) -> pl.DataFrame:
    rows = _dates_of_readings(data) if table == "observations" else data.table(table)
    # A date that follows from exposures stands in their file.
    if table == "subjects" and name == "first_treatment" and data.table("exposures").height:
        rows = rows.clear()
    rows = rows.join(in_types_of(origins, rows), on="subject", how="left", maintain_order="left")
    dated = pl.col(name).cast(pl.Date)
    if day is not None:
        by_day = pl.col("origin") + pl.duration(days=elapsed_days(pl.col(day).cast(pl.Int32)))
        dated = pl.coalesce(dated, by_day.cast(pl.Date))
    dates = rows.select(
        "subject",
        "source",
        pl.col("row").cast(pl.Int32),
        table=pl.lit(table),
        name=pl.lit("date" if name == "taken_at" else name),
        when=dated.cast(pl.Int32),
        shown=dated.dt.strftime("%Y-%m-%d"),
    )
    return words_in_full(dates.drop_nulls("when"))


def _dates_of_readings(data: StudyData) -> pl.DataFrame:
    """Subject and date of the rows of files, each once."""
    columns = ("subject", "source", "row", "taken_at", "day")
    return data.read.select(columns).unique(keep="first", maintain_order=True).collect()


def _usual_gap(dates: pl.DataFrame, least: int) -> int:
    """Days between two dates of a subject up to which nothing is far."""
    of_plan = dates.filter(pl.col("table").is_in(OF_THE_STUDY))
    gaps = (
        of_plan.sort("subject", "when")
        .group_by("subject")
        .agg(gap=pl.col("when").diff().max().fill_null(0))
    )
    usual = gaps["gap"].quantile(MOST_SUBJECTS, "lower") or 0
    return max(least, int(USUAL_GAPS * usual))


def _in_parts(dates: pl.DataFrame, gap: int) -> pl.DataFrame:
    """The dates with `whose` they are, and `is_own`: whether they lie where most of these do."""
    middle = int(dates["when"].median() or 0)  # type: ignore[arg-type]
    dates = _with_whose(dates).sort("whose", "when", "source", "row", nulls_last=True)
    dates = dates.with_columns(
        part=(pl.col("when").diff() > gap).fill_null(value=False).cum_sum().over("whose")
    )
    parts = dates.group_by("whose", "part").agg(
        planned=pl.col("table").is_in(OF_THE_STUDY).sum(),
        rows=pl.len(),
        off=(pl.col("when") - middle).abs().min(),
    )
    own = parts.sort("whose", "planned", "rows", "off", descending=[False, True, True, False])
    own = own.unique("whose", keep="first", maintain_order=True)
    return dates.join(
        own.select("whose", own_part="part"), on="whose", maintain_order="left"
    ).with_columns(is_own=pl.col("part") == pl.col("own_part"))


def _with_whose(dates: pl.DataFrame) -> pl.DataFrame:
    """The dates with the subject to whose others they are held, or the whole study (empty).

    To the study are held those of subjects without a dated treatment or reading; for these, the
    dates of all others stand there once more, as dates of readings.
    """
    planned = pl.col("table").is_in(OF_THE_STUDY)
    dates = dates.with_columns(
        whose=pl.when(planned.any().over("subject") & pl.col("subject").is_not_null())
        .then("subject")
        .otherwise(pl.lit(""))
    )
    others = dates.filter(planned).with_columns(whose=pl.lit(""), table=pl.lit("observations"))
    return pl.concat([dates, others])


def _is_after_cut(data: StudyData) -> pl.Expr:
    """Whether a date is told by `after_data_cut`."""
    cut = data.study.study.data_cut
    if cut is None:
        return pl.lit(value=False)
    told = ["date" if name == "taken_at" else name for dates, _ in DATES.values() for name in dates]
    return pl.col("name").is_in(told) & (pl.col("when") > pl.lit(cut).cast(pl.Int32))


def _finding(far: pl.DataFrame, dates: pl.DataFrame) -> pl.DataFrame:
    """One finding about dates of one column that all lie before, or after, the others."""
    name, source, is_late = far["name"][0], far["source"][0], far["is_late"][0]
    n_all = dates.filter(pl.col("source") == source, pl.col("name") == name).height
    is_ordinary = far.height > max(ORDINARY_ROWS, ORDINARY_SHARE * n_all)
    nearest = int(far["apart"].abs().min())  # type: ignore[arg-type]
    where = "after" if is_late else "before"
    places = far.select("subject", "shown", "row").iter_rows()
    one = far.height == 1
    whose = "the study" if far["whose"][0] == "" else "the subject"
    return remarks(
        far.head(1).select("source", "row", subject=pl.col("subject") if one else pl.lit(None)),
        severity="note" if is_ordinary else "warning",
        message=f"{count_words(far.height, 'date')} in the column {name} "
        f"{f'lies {nearest} days' if one else f'lie {nearest} days or more'} {where} all other "
        f"dates of {whose}: look at the year",
        found=listed([f"{subject or '?'}, {shown} (row {row})" for subject, shown, row in places]),
        expected=f"a date among the others of {whose}"
        + (f", {_span(far)}" if one else "")
        + "; quality.options.far_date says how many days are far",
    )


def _span(far: pl.DataFrame) -> str:
    first, last = far.select(pl.col("first", "last").cast(pl.Date).dt.strftime("%Y-%m-%d")).row(0)
    return first if first == last else f"{first} to {last}"
