"""What a change is counted from, of each spot by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import SPOT
from dermoutcomes.stats.reduce import reduce
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["attach_baseline", "is_baseline"]


def is_baseline(plan: Plan) -> pl.Expr:
    """Whether a row (with visit and day) is one that counts as baseline."""
    baseline = plan.endpoint.baseline
    if baseline is None or plan.relative:
        return pl.lit(value=False)
    if baseline.visits:
        return pl.col("visit").is_in(list(baseline.visits)).fill_null(value=False)
    if plan.endpoint.days is not None:
        return (pl.col("visit") == BASELINE).fill_null(value=False)
    return (
        pl.col("day").is_between(baseline.days[0], baseline.days[-1]).fill_null(value=False)
        if baseline.days
        else pl.lit(value=False)
    )


def attach_baseline(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `at_baseline`, `base` and `base_observations`.

    Null where the spot has too few values for a baseline. Several values are taken in the order of
    visits, days and times. A baseline that was taken before any period serves all.
    """
    rows = rows.with_columns(at_baseline=is_baseline(plan))
    values = rows.filter(pl.col("at_baseline"), pl.col("value").is_not_null())
    take, fewest = (
        (plan.endpoint.baseline.take, plan.endpoint.baseline.min)
        if plan.endpoint.baseline
        else ("last", 1)
    )
    by_period = values["period"].null_count() < values.height
    keys = [name for name in SPOT if by_period or name != "period"]
    first_id = pl.col("observations").list.first()
    order = ["_visit", "day", "taken_at", "timepoint", "_first"]
    values = values.with_columns(_visit=visit_number(plan), _first=first_id)
    combined = reduce(values, keys, "value", take, order)
    # Of a diary the days were counted when its baseline was made.
    enough = combined.filter(
        pl.col("n_combined") >= (1 if plan.endpoint.days is not None else fewest)
    )
    bases = enough.select(*keys, base="value", base_observations="observations")
    joined = rows.join(bases, on=keys, how="left", nulls_equal=True, maintain_order="left")
    # The baseline of a diary is made of days and no visit: a row of its own only until here.
    return joined.filter(pl.col("visit").ne_missing(BASELINE))


def visit_number(plan: Plan) -> pl.Expr:
    """The position of a row's visit in time, from 0.

    Null for a visit that the study does not plan.
    """
    numbers = {name: number for number, name in enumerate(plan.study.visit_order)}
    return pl.col("visit").replace_strict(numbers, default=None, return_dtype=pl.Int32)
