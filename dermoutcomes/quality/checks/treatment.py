"""Readings on the wrong side of the needle.

Taken after a treatment that they should precede, or the reverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["TreatmentOptions", "after_treatment"]


@frozen
class TreatmentOptions:
    """What time points say that a reading followed the treatment."""

    after_words: tuple[str, ...] = option(
        ("after", "post", "imm", "immediately after", "nach"),
        "Time points that follow a treatment.",
    )
    before_words: tuple[str, ...] = option(
        ("before", "pre", "vor"), "Time points that precede a treatment."
    )


def after_treatment(data: StudyData, options: TreatmentOptions) -> pl.DataFrame:
    """Measurements that their session's `measure` puts on the other side of the treatment.

    One finding a measurement. By clock times of the same day, where both have one (midnight is
    taken for a date without a time), for the treated side; or by the word of the time point.
    Nothing is said where neither is known.
    """
    rows = data.read.with_columns(date=pl.col("taken_at").dt.date())
    rows = rows.sort("id").unique("measurement", keep="first", maintain_order=True)
    return pl.concat([_by_clock(rows, data), _by_word(rows, data, options)])


def _ruled_exposures(data: StudyData) -> pl.DataFrame:
    """Exposures of sessions with a rule, as subject, treated side, date, time and rule."""
    rules = {
        name: session.measure for name, session in data.study.sessions.items() if session.measure
    }
    by_visit = {
        data.study.sessions[name].visit or _visit_at(data, name): rule
        for name, rule in rules.items()
    }
    exposures = data.table("exposures")
    rule = pl.coalesce(
        pl.col("session").replace_strict(rules, default=None, return_dtype=pl.String),
        pl.col("visit").replace_strict(
            {visit: rule for visit, rule in by_visit.items() if visit},
            default=None,
            return_dtype=pl.String,
        ),
    )
    return exposures.select(
        "subject", treated_side="side", treated_at="taken_at", visit="visit", rule=rule
    ).drop_nulls("rule")


def _visit_at(data: StudyData, session: str) -> str | None:
    days = data.study.sessions[session].at.days
    return next((name for name, visit in data.study.visits.items() if visit.at.days == days), None)


def _by_clock(rows: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    exposures = (
        _ruled_exposures(data)
        .drop("visit")
        .drop_nulls("treated_at")
        .filter(_has_time("treated_at"))
    )
    exposures = exposures.with_columns(date=pl.col("treated_at").dt.date())
    joined = rows.filter(_has_time("taken_at")).join(
        exposures, on=["subject", "date"], how="inner", maintain_order="left"
    )
    joined = joined.filter(
        pl.col("treated_side").is_null()
        | pl.col("side").is_null()
        | (pl.col("treated_side") == pl.col("side"))
    )
    joined = joined.sort("id", "treated_at").unique(
        "measurement", keep="first", maintain_order=True
    )
    late = (pl.col("rule") == "before") & (pl.col("taken_at") >= pl.col("treated_at"))
    early = (pl.col("rule") == "after") & (pl.col("taken_at") < pl.col("treated_at"))
    wrong = joined.filter(late | early)
    clock = pl.col("taken_at").dt.strftime("%H:%M"), pl.col("treated_at").dt.strftime("%H:%M")
    message = pl.format(
        "the reading was taken at {} and the treatment given at {}, but that day's readings should "
        "{}: look at both times",
        *clock,
        _should(),
    )
    return remarks(
        wrong, message=message, found=clock[0], expected=pl.format("{} {}", "rule", clock[1])
    )


def _should() -> pl.Expr:
    return (
        pl.when(pl.col("rule") == "before")
        .then(pl.lit("precede it"))
        .otherwise(pl.lit("follow it"))
    )


def _has_time(column: str) -> pl.Expr:
    return pl.col(column).dt.time() != pl.time(0, 0, 0)


def _by_word(rows: pl.DataFrame, data: StudyData, options: TreatmentOptions) -> pl.DataFrame:
    exposures = (
        _ruled_exposures(data)
        .drop_nulls("visit")
        .select("subject", "visit", "rule")
        .unique(["subject", "visit"], keep="first", maintain_order=True)
    )
    word = pl.col("timepoint").str.to_lowercase().str.strip_chars()
    joined = rows.drop_nulls("timepoint").join(
        exposures, on=["subject", "visit"], how="inner", maintain_order="left"
    )
    wrong = joined.filter(
        ((pl.col("rule") == "before") & word.is_in(list(options.after_words)))
        | ((pl.col("rule") == "after") & word.is_in(list(options.before_words)))
    )
    message = pl.format(
        "the reading is marked {}, but that day's readings should {}: look whether it belongs to "
        "this visit",
        "timepoint",
        _should().str.replace("it", "the treatment"),
    )
    return remarks(
        wrong,
        message=message,
        found=pl.col("timepoint"),
        expected=pl.format("{} the treatment", "rule"),
    )
