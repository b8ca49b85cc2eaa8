"""The accounts of an endpoint's records at limits.

Of those that are analysed, the ones that were measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.baseline import is_baseline
from dermoutcomes.endpoints.record_keys import UNIT

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.tables.ledger import EntryRows

__all__ = ["count_limits"]

LIMITS = "limits"
REASONS = {"below": "below_limit", "above": "above_limit"}
NOT_MEASURED = "change of 0 by substitution"


def count_limits(
    counted: EntryRows, plan: Plan, records: pl.DataFrame, population: str | None
) -> None:
    """Count the entries of records with a reading that stands for a limit, by visit and arm.

    Directly, or behind a value that was computed. They are analysed all the same: what closes the
    account are those within the limits. A record of readings beyond both counts as below. There are
    no entries of an endpoint without any. `records` have `_lost`, why one is not analysed.
    """
    if not plan.table("observations")["censored"].count():
        return
    marked = _marked(plan, records).filter(pl.col("_lost").is_null())
    if not marked["_limit"].count():
        return
    place = ["subject", "visit", "arm"]
    same = {"endpoint": plan.endpoint.id, "population": population}
    at_limit = marked.drop_nulls("_limit").select(
        *place,
        reason=pl.col("_limit").replace_strict(REASONS, return_dtype=pl.String),
        detail=pl.when("_unmeasured").then(pl.lit(NOT_MEASURED)),
    )
    within = marked.filter(pl.col("_limit").is_null())
    counted.count(marked.select(place), LIMITS, "opening", **same)
    counted.count(at_limit, LIMITS, "loss", **same)
    counted.count(within.select(place), LIMITS, "closing", **same)


def _marked(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """The records with `_limit`, "below" or "above", and `_unmeasured`.

    The latter is a change of 0 between two values beyond one limit, which nobody measured.
    """
    # Behind a record stand the readings of its baseline too.
    at_baseline = is_baseline(plan)
    readings = records.select(
        "id", *UNIT, at_baseline.alias("_at_baseline"), reading="observations"
    ).explode("reading", empty_as_null=False, keep_nulls=False)
    of_baseline = readings.filter("_at_baseline").select(*UNIT, "reading").unique()
    is_base = ~pl.col("_at_baseline") & pl.col("_of_baseline").fill_null(value=False)
    limits = (
        readings.join(
            of_baseline.with_columns(_of_baseline=pl.lit(value=True)),
            on=[*UNIT, "reading"],
            how="left",
            nulls_equal=True,
        )
        .join(_readings_at_limits(plan), on="reading")
        .group_by("id")
        .agg(
            # Of both limits the last by the alphabet, "below".
            _limit=pl.col("limit").filter(~is_base).max(),
            _base_limit=pl.col("limit").filter(is_base).max(),
        )
    )
    marked = records.join(limits, on="id", how="left", maintain_order="left")
    same_limit = pl.col("_limit") == pl.col("_base_limit")
    return marked.with_columns(
        _unmeasured=(same_limit & (pl.col("change") == 0)).fill_null(value=False)
    )


def _readings_at_limits(plan: Plan) -> pl.DataFrame:
    """Observations at a limit and all that were computed from one: `reading` and `limit`."""
    observations = plan.table("observations")
    marked = observations.drop_nulls("censored").select(reading="id", limit="censored").unique()
    parents = observations.select(reading="id", parent="parents").explode(
        "parent", empty_as_null=False, keep_nulls=False
    )
    newest = marked
    while newest.height:
        newest = (
            parents.join(newest, left_on="parent", right_on="reading")
            .select("reading", "limit")
            .unique()
            .join(marked, on=["reading", "limit"], how="anti")
        )
        marked = pl.concat([marked, newest])
    return marked
