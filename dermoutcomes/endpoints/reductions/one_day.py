"""The one day that counts of a visit that was read on several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Scale
from dermoutcomes.endpoints.reductions.first_treatment import (
    baselines_before_treatment,
    with_treatment,
)
from dermoutcomes.sources.visits.visits import deviations

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["OF_VISIT", "day_rule", "days_of_visits", "on_one_day", "with_days"]

# Whose visit, in whose eyes: a day is chosen for all places and replicates of it together, but for
# sides whose treatment began on different days.
OF_VISIT = ("subject", "visit", "timepoint", "period", "rater", "treated")
PLACE = (*OF_VISIT, "location", "side", "measure")


def on_one_day(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that count, with `own_day` and `several_days`.

    Readings of a baseline after the first treatment are no baseline and left out. Where a visit
    was read on several days, those of one day stay. `own_day` is the day of readings that are
    combined within their day first (`same_visit = "mean"`), `several_days` is true where none of
    the days counts (`"none"`).
    """
    judged = with_days(plan, rows)
    rule = plan.endpoint.same_visit
    repeated = pl.col("repeated")
    counts = ~repeated | (pl.col("day") == pl.col("used_day")).fill_null(value=False)
    if rule in ("mean", "none"):
        counts = pl.lit(value=True)
    return judged.filter(~pl.col("late"), counts).select(
        *rows.columns,
        own_day=pl.when(repeated & pl.lit(rule == "mean")).then("day"),
        several_days=repeated & pl.lit(rule == "none"),
    )


def with_days(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `late` (a baseline after treatment), `repeated` and `used_day`.

    `repeated` is true of readings of a measure, place, side and rater that was read on several
    days of one visit, and `used_day` the day that counts of the visit.
    """
    rows = with_treatment(plan, rows)
    repeated = _repeated_places(plan, rows.filter(~pl.col("late")))
    if not repeated.height:
        return rows.with_columns(
            repeated=pl.lit(value=False), used_day=pl.lit(None, dtype=rows.schema["day"])
        )
    rows = rows.join(
        repeated.with_columns(repeated=pl.lit(value=True)),
        on=list(PLACE),
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(pl.col("repeated").fill_null(value=False) & ~pl.col("late"))
    days = days_of_visits(plan, rows)
    used = days.filter("used").select(*OF_VISIT, used_day="day")
    return rows.join(used, on=list(OF_VISIT), how="left", nulls_equal=True, maintain_order="left")


def day_rule(plan: Plan, visit: str) -> str:
    """Which day of a visit counts: as the endpoint says, or as is usual.

    Of a baseline the last one (ABLFL of CDISC), of a later visit the one nearest to its plan.
    """
    usual = "last" if visit in baselines_before_treatment(plan) else "nearest"
    return plan.endpoint.same_visit or usual


def _repeated_places(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The places of `PLACE` that were read on several days; blank dates are no day.

    Replicates that are numbered through over the days, no more than planned, are meant to be
    taken on several days, and so are ratings that a rater numbers as repeats.
    """
    dated = rows.drop_nulls(["visit", "day"])
    n_numbers = pl.col("replicate").drop_nulls().n_unique()
    places = dated.group_by(PLACE).agg(
        n_days=pl.col("day").n_unique(), n=pl.len(), numbered=n_numbers == pl.len()
    )
    planned = plan.endpoint.replicates.planned or 0
    rerated = pl.lit(isinstance(plan.owner, Scale)) & pl.col("rater").is_not_null()
    declared = pl.col("numbered") & ((pl.col("n") <= planned) | rerated)
    return places.filter(pl.col("n_days") > 1, ~declared).select(PLACE)


def days_of_visits(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a day of each visit that was read on several, with `used`.

    `rows` have `repeated` and what `with_treatment` adds. Columns: those of `OF_VISIT`, day,
    deviation (days from the plan, null where that is not known), without_clock, used. The order of
    preference: days with enough readings at most places; days inside the window of the visit; then
    as the rule says. Of two equally near the later counts, and the last where the plan of the
    visit has no date.
    """
    days = _repeated_days(plan, rows)
    planned = deviations(plan.study, days, plan.calendar)
    days = days.join(
        planned.select("act", "deviation", "inside"), on="act", how="left", maintain_order="left"
    )
    rules = {name: day_rule(plan, name) for name in plan.study.visits}
    rule = pl.col("visit").replace_strict(rules, default="nearest", return_dtype=pl.String)
    preferred = _in_order_of_preference(days, rule).unique(
        OF_VISIT, keep="first", maintain_order=True
    )["act"]
    is_used = pl.col("act").is_in(preferred.implode()) & ~rule.is_in(["mean", "none"])
    return days.with_columns(used=is_used).select(
        *OF_VISIT, "day", "deviation", "without_clock", "used"
    )


def _repeated_days(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a day of each visit that was read on several, numbered by `act`.

    `n_places` counts the places that have enough readings on the day.
    """
    fewest = plan.endpoint.replicates.min + plan.endpoint.replicates.drop_first
    dated = rows.filter(~pl.col("late")).drop_nulls(["visit", "day"])
    of_places = dated.group_by(*PLACE, "day").agg(
        pl.col("elapsed", "without_clock", "repeated").first(), is_enough=pl.len() >= fewest
    )
    return (
        of_places.filter(pl.col("repeated").any().over(*OF_VISIT, "day"))
        .group_by(*OF_VISIT, "day")
        .agg(
            # Sides of one visit were treated on one day (`treated`), so any of them says when.
            pl.col("side").sort().first(),
            pl.col("elapsed", "without_clock").max(),
            n_places=pl.col("is_enough").sum(),
        )
        .sort(*OF_VISIT, "day")
        .with_row_index("act")
    )


def _in_order_of_preference(days: pl.DataFrame, rule: pl.Expr) -> pl.DataFrame:
    """The days of each visit, the one that counts by the rule first."""
    latest_first = -pl.col("day")
    by_rule = (
        pl.when(rule == "first")
        .then("day")
        .when(rule == "nearest")
        .then(pl.col("deviation").abs())
        .otherwise(latest_first)
    )
    return days.sort(
        *OF_VISIT,
        # Signed first: the negative of an unsigned count would wrap around.
        -pl.col("n_places").cast(pl.Int64),
        ~pl.col("inside").fill_null(value=True),
        by_rule.fill_null(latest_first),
        latest_first,
    )
