"""Readings of a baseline that were taken after the first treatment, and so are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed_days

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.sources.visits.calendar import Calendar

__all__ = [
    "baselines_before_treatment",
    "treated_sides",
    "treated_subjects",
    "treatment_clocks",
    "with_treatment",
]

# What a visit counts from that no treatment precedes.
BEFORE_TREATMENT = ("first treatment", "enrolment")


def baselines_before_treatment(plan: Plan) -> list[str]:
    """The endpoint's baseline visits that are planned before or on the day of the first treatment.

    A baseline that is planned later, as that of an extension, is meant to follow treatment.
    """
    visits = plan.study.visits
    return [
        name
        for name in plan.baseline_visits
        if visits[name].anchor in BEFORE_TREATMENT and visits[name].at.days <= 0
    ]


def with_treatment(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `elapsed`, `treated` (elapsed day of the first treatment) and `late`.

    The first treatment is that of the subject, or of the row's side where that was treated later.
    A row of a baseline is late after that day, or on it where both have a time of day and its own
    is the later one. Time points of a visit follow a treatment as they are planned to: they are
    not late. `without_clock` is true on the day itself where a time of day is not known.
    """
    facts = plan.facts
    elapsed = elapsed_days(pl.col("day").cast(pl.Int32))
    if not facts.has_treatment:
        return rows.with_columns(
            elapsed=elapsed,
            treated=pl.lit(None, dtype=pl.Int32),
            late=pl.lit(value=False),
            without_clock=pl.lit(value=False),
        )
    rows = rows.with_columns(elapsed=elapsed)
    rows = rows.join(facts.treated_subjects, on="subject", how="left", maintain_order="left")
    treated = pl.col("_subject_treated")
    if facts.treated_sides.height:
        rows = rows.join(
            facts.treated_sides,
            on=["subject", "side"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        # A side that was treated later than the subject was: its own day counts.
        treated = pl.max_horizontal("_subject_treated", "_side_treated")
    rows = rows.with_columns(treated=treated)
    both_clocks = after_clock = pl.lit(value=False)
    if facts.treatment_clocks.height:
        rows = rows.join(
            facts.treatment_clocks, on=["subject", "treated"], how="left", maintain_order="left"
        )
        both_clocks = _has_clock("taken_at") & pl.col("_treated_at").is_not_null()
        after_clock = both_clocks & (pl.col("taken_at") > pl.col("_treated_at"))
    same_day = pl.col("elapsed") == pl.col("treated")
    after = (pl.col("elapsed") > pl.col("treated")) | (same_day & after_clock)
    meant_after = [
        session.visit for session in plan.study.sessions.values() if session.measure == "after"
    ]
    after &= ~(same_day & pl.col("visit").is_in([name for name in meant_after if name]))
    of_baseline = (
        pl.col("visit").is_in(baselines_before_treatment(plan)) & pl.col("timepoint").is_null()
    )
    return rows.with_columns(
        late=(after & of_baseline).fill_null(value=False),
        without_clock=(same_day & ~both_clocks).fill_null(value=False),
    ).drop("_subject_treated", "_side_treated", "_treated_at", strict=False)


def treated_subjects(calendar: Calendar, exposures: pl.DataFrame) -> pl.DataFrame:
    """The day of each subject's first treatment: as subjects have it, or else their exposures.

    Columns are subject and `_subject_treated`, days after day 1.
    """
    stated = calendar.origins.select("subject", "first treatment")
    given = exposures.drop_nulls(["subject", "day"])
    of_exposures = given.group_by("subject").agg(
        _given=elapsed_days(pl.col("day").cast(pl.Int32)).min()
    )
    joined = stated.join(of_exposures, on="subject", how="full", coalesce=True)
    return joined.select(
        "subject", _subject_treated=pl.coalesce("first treatment", "_given").cast(pl.Int32)
    ).sort("subject")


def treated_sides(exposures: pl.DataFrame) -> pl.DataFrame:
    """The day on which each side was first treated, of exposures that name a side."""
    given = exposures.drop_nulls(["subject", "side", "day"])
    day = elapsed_days(pl.col("day").cast(pl.Int32)).min().cast(pl.Int32)
    return given.group_by("subject", "side").agg(_side_treated=day).sort("subject", "side")


def treatment_clocks(exposures: pl.DataFrame) -> pl.DataFrame:
    """The first time of day at which each subject was treated on a day; only days with one."""
    given = exposures.drop_nulls(["subject", "day", "taken_at"])
    given = given.filter(_has_clock("taken_at")).with_columns(
        treated=elapsed_days(pl.col("day").cast(pl.Int32))
    )
    return given.group_by("subject", "treated").agg(_treated_at=pl.col("taken_at").min())


def _has_clock(column: str) -> pl.Expr:
    """Midnight is a date without a time of day."""
    return pl.col(column).dt.time() != pl.time(0, 0, 0)
