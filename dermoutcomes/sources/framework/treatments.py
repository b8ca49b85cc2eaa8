"""Exposures and allocations: treatments given and treatments allotted, in the study's own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import StudyError, lone_nearest
from dermoutcomes.sources.cells.date_findings import (
    tell_unreadable_dates,
    tell_unreadable_times,
    tell_zones,
)
from dermoutcomes.sources.cells.dates import as_datetime, clock, elapsed, study_day
from dermoutcomes.sources.cells.recoding import arm_words, lookup
from dermoutcomes.sources.measurement_index import recode_sides

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext
    from dermoutcomes.sources.visits.calendar import Calendar
    from dermoutcomes.study import Study

__all__ = ["by_file", "read_allocations", "read_exposures", "with_day", "with_sides", "with_visits"]

ONE_ARM_AT_ONCE = ("parallel", "within-subject")
# What is allocated to one arm in an epoch.
UNIT = ("subject", "location", "side", "period", "epoch")


def by_file(
    frame: pl.DataFrame,
    contexts: Mapping[int, ReadingContext],
    recode: Callable[[ReadingContext, pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """`frame` with the rows of each file recoded as that file's source says."""
    parts = [
        recode(context, frame.filter(pl.col("source") == number))
        for number, context in contexts.items()
    ]
    return pl.concat(parts, how="diagonal_relaxed") if parts else frame.clear()


def with_sides(frame: pl.DataFrame, contexts: Mapping[int, ReadingContext]) -> pl.DataFrame:
    """`frame` with left and right for L and R."""
    return by_file(frame, contexts, recode_sides)


def with_visits(frame: pl.DataFrame, contexts: Mapping[int, ReadingContext]) -> pl.DataFrame:
    """`frame` with visits by their ids; a word that is none of them stays."""

    def recode(context: ReadingContext, rows: pl.DataFrame) -> pl.DataFrame:
        visit = lookup(pl.col("visit"), context.visit_words)
        return rows.with_columns(pl.coalesce(visit, "visit").alias("visit"))

    return by_file(frame, contexts, recode)


def read_exposures(exposures: pl.DataFrame, contexts: Mapping[int, ReadingContext]) -> pl.DataFrame:
    """Exposures with taken_at from date and time, sessions and visits by their ids.

    Midnight where only a date is known.
    """
    return with_sides(by_file(exposures, contexts, _recoded_exposures), contexts)


def _recoded_exposures(context: ReadingContext, rows: pl.DataFrame) -> pl.DataFrame:
    sessions = {name.lower(): name for name in context.study.sessions}
    session = (
        pl.col("session")
        .str.to_lowercase()
        .replace_strict(sessions, default=None, return_dtype=pl.String)
    )
    if "date" in rows.columns:
        rows = _with_taken_at(context, rows)
    visit = lookup(pl.col("visit"), context.visit_words)
    return rows.with_columns(
        pl.coalesce(session, "session").alias("session"),
        pl.coalesce(visit, "visit").alias("visit"),
    )


def _with_taken_at(context: ReadingContext, rows: pl.DataFrame) -> pl.DataFrame:
    date = as_datetime(pl.col("date"), context.spec.date_format)
    time = clock(pl.col("time")) if "time" in rows.columns else pl.duration()
    dates = rows.select("subject", "row", found="date")
    unreadable = rows.select(pl.col("date").is_not_null() & date.is_null()).to_series()
    tell_unreadable_dates(context, dates.filter(unreadable))
    tell_zones(context, dates, "the date")
    if "time" in rows.columns:
        tell_unreadable_times(context, rows.select("subject", "row", "time"))
    taken_at = date + pl.coalesce(time, pl.duration())
    return rows.with_columns(pl.coalesce("taken_at", taken_at).alias("taken_at"))


def with_day(frame: pl.DataFrame, date: str, day: str, calendar: Calendar) -> pl.DataFrame:
    """`frame` with the study day of a date, where it has none itself."""
    origins = calendar.origins.select("subject", "origin")
    joined = frame.join(origins, on="subject", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce(day, study_day(elapsed(pl.col(date), pl.col("origin")))).alias(day)
    ).drop("origin")


def read_allocations(
    study: Study, allocations: pl.DataFrame, contexts: Mapping[int, ReadingContext]
) -> pl.DataFrame:
    """Allocations with arms by their ids.

    An arm that the study does not have is a finding, and stays open. StudyError lists what was
    allocated to two arms at once, where arms lie between subjects or between their places.
    """
    words = arm_words(study)

    def recode_arms(context: ReadingContext, rows: pl.DataFrame) -> pl.DataFrame:
        for name in ("arm", "arm_actual"):
            arm = lookup(pl.col(name), words)
            unknown = rows.filter(pl.col(name).is_not_null()).filter(arm.is_null())
            _tell_unknown_arms(context, unknown.select("subject", "row", name), name, words)
            rows = rows.with_columns(arm.alias(name))
        return rows

    # A study without arms takes the words of its list of allocations as they are.
    recoded = by_file(allocations, contexts, recode_arms) if words else allocations
    allocated = with_sides(recoded, contexts)
    # In a crossover the order of rows may be all that tells periods apart.
    if study.study.design in ONE_ARM_AT_ONCE:
        _refuse_two_arms(allocated, contexts)
    return allocated


def _refuse_two_arms(allocations: pl.DataFrame, contexts: Mapping[int, ReadingContext]) -> None:
    """Raise StudyError where one subject, or one of its places, has two arms in the same epoch."""
    arms = allocations.sort("source", "row").group_by(UNIT, maintain_order=True)
    twice = arms.agg(
        pl.col("arm", "arm_actual").drop_nulls().unique(maintain_order=True),
        pl.col("source").last(),
        pl.col("row").last(),
    ).filter((pl.col("arm").list.len() > 1) | (pl.col("arm_actual").list.len() > 1))
    problems = []
    for unit in twice.iter_rows(named=True):
        key = "arm" if len(unit["arm"]) > 1 else "arm_actual"
        place = " ".join(unit[name] for name in ("subject", "location", "side") if unit[name])
        problems.append(
            contexts[unit["source"]].problem(
                f"{place} is allocated to two arms at once",
                f"columns.{key}",
                line=unit["row"],
                found=", ".join(unit[key]),
                expected="one arm a subject, or a column of the side, the location or the epoch "
                "that tells the two apart (columns.side, columns.location, columns.epoch)",
            )
        )
    if problems:
        raise StudyError(problems)


def _tell_unknown_arms(
    context: ReadingContext, rows: pl.DataFrame, name: str, words: Mapping[str, str]
) -> None:
    hints = {
        word: f"; is {near!r} meant?" if (near := lone_nearest(word, words)) else ""
        for word in rows[name].unique()
    }
    arm = pl.col(name)
    context.add_finding(
        rows,
        "unknown_arm",
        "error",
        message=pl.format("{} is no arm of the study", arm)
        + arm.replace_strict(hints, default="", return_dtype=pl.String),
        found=arm,
        expected=", ".join(context.study.arms),
    )
