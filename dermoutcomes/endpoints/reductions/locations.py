"""What several locations become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import allocation_columns
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.endpoints.reductions.combine_values import combine_values

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["combine_locations"]

LOST = "one_location"


def combine_locations(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a unit and occasion.

    A combination of locations needs each that is asked for: a missing one is not a zero.
    """
    if plan.keeps_locations or rows["location"].drop_nulls().n_unique() < 2:
        return rows
    by_location = "location" in allocation_columns(plan, rows)
    keys = [name for name in (*UNIT, *OCCASION) if name != "location"]
    combined = combine_values(
        rows, keys, plan.endpoint.locations, "location", [pl.col("location").min()]
    )
    combined = combined.join(
        _n_needed(plan, rows, by_location=by_location),
        on=["subject", "arm"],
        how="left",
        nulls_equal=True,
    )
    complete = pl.col("n_combined") >= pl.col("_needed")
    return combined.with_columns(
        value=pl.when(complete).then("value"),
        location=pl.when(pl.col("_needed") == 1).then("location"),
        reason=pl.when(~complete).then(pl.coalesce("reason", pl.lit(LOST))),
    ).drop("n_combined", "_needed")


def _n_needed(plan: Plan, rows: pl.DataFrame, *, by_location: bool) -> pl.DataFrame:
    """How many locations a record is made of.

    Those of its treatment, or all that the endpoint names.
    """
    if not by_location:
        n_locations = pl.lit(len(plan.locations))
        return rows.select("subject", "arm").unique().with_columns(_needed=n_locations)
    allocations = plan.table("allocations").filter(
        pl.col("location").is_in(plan.locations) if plan.locations else pl.lit(value=True)
    )
    return allocations.group_by("subject", "arm").agg(_needed=pl.col("location").n_unique())
