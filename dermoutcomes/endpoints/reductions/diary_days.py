"""Diary days around a visit, which make one value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.reductions.combine_values import combine_values
from dermoutcomes.endpoints.study_days import visit_days
from dermoutcomes.sources.cells.dates import elapsed_days
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["diary_values"]

KEYS = ("subject", "location", "side", "period", "rater", "visit", "timepoint")
WEEK = "mean times 7"


def diary_values(plan: Plan, daily: pl.DataFrame) -> pl.DataFrame:
    """One row a visit from the days of its window; of a baseline by days, as the visit "baseline".

    The window counts from the day on which the visit was, or was planned. Fewer days than asked for
    leave no value.
    """
    days = plan.endpoint.days
    assert days is not None
    daily = daily.drop("visit").with_columns(_elapsed=elapsed_days(pl.col("day").cast(pl.Int32)))
    parts = [_combined_days(_days_of_visits(plan, daily), days.take, days.min)]
    baseline = plan.endpoint.baseline
    if baseline is not None and baseline.days:
        before = daily.filter(
            pl.col("day").is_between(baseline.days[0], baseline.days[-1])
        ).with_columns(visit=pl.lit(BASELINE))
        parts.append(_combined_days(before, days.take, baseline.min))
    return pl.concat(parts, how="diagonal")


def _days_of_visits(plan: Plan, daily: pl.DataFrame) -> pl.DataFrame:
    """Each day under every visit whose window it is in."""
    days = plan.endpoint.days
    assert days is not None
    first, last = days.window
    visits = {
        *(plan.endpoint.visits or plan.scheduled or plan.study.visits),
        *plan.baseline_visits,
        *(visit for pair in plan.pairs for visit in pair),
    }
    of_visits = (
        visit_days(plan.study, plan.tables)
        .filter(pl.col("visit").is_in(sorted(visits)))
        .rename({"side": "_side", "elapsed": "_visit_elapsed"})
    )
    joined = daily.join(of_visits, on="subject").filter(
        pl.col("_side").is_null() | (pl.col("_side") == pl.col("side"))
    )
    return joined.filter((pl.col("_elapsed") - pl.col("_visit_elapsed")).is_between(first, last))


def _combined_days(rows: pl.DataFrame, take: str, fewest: int) -> pl.DataFrame:
    combined = combine_values(rows, KEYS, "mean" if take == WEEK else take, "day")
    value = pl.col("value") * 7 if take == WEEK else pl.col("value")
    enough = pl.col("n_combined") >= fewest
    return combined.with_columns(
        value=pl.when(enough).then(value), reason=pl.when(~enough).then(pl.lit("too_few_days"))
    ).drop("n_combined")
