"""The accounts of an endpoint's records.

Of all that should be, at each visit and in each arm, those that are analysed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.baseline import is_baseline
from dermoutcomes.endpoints.losses.limit_accounts import count_limits
from dermoutcomes.endpoints.losses.readings import count_readings
from dermoutcomes.tables.ledger import EntryRows
from dermoutcomes.vocabulary import BASELINE, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["endpoint_entries"]

RECORDS = "records"
UNIT = ["subject", "arm", "location", "side", "period"]
OCCASION = ["visit", "timepoint"]
# Reasons of records that nobody asks for: they are no loss of a visit.
NOT_ASKED = ("no_visit", "visit_not_analysed")


def endpoint_entries(plan: Plan, table: pl.DataFrame) -> pl.DataFrame:
    """The entries of an endpoint's readings, records and limits.

    They are of its main handling and population.

    `table` has all records of the endpoint. A record is a unit (a subject; a side or place where
    the endpoint keeps them) at a visit and time point, and one is expected of every unit of the
    population wherever any unit has one.
    """
    endpoint = plan.endpoint
    population = next(iter(endpoint.populations), None)
    records = table.filter(
        pl.col("handling") == next(iter(endpoint.handling), OBSERVED),
        pl.col("imputation") == 1,
        pl.col("populations").list.contains(population),
    )
    counted = EntryRows()
    count_readings(counted, plan, records)
    _count_records(counted, plan, records, population)
    return counted.table()


def _count_records(
    counted: EntryRows, plan: Plan, records: pl.DataFrame, population: str | None
) -> None:
    asked = records.filter(
        pl.col("reference_visit") == BASELINE,
        ~pl.col("reason").is_in(NOT_ASKED).fill_null(value=False),
    ).with_columns(_lost=_loss(plan))
    place = ["subject", "visit", "arm"]
    # Every unit at every time at which any unit of its arm has a record.
    units = asked.select(UNIT).unique(maintain_order=True)
    occasions = asked.select("arm", *OCCASION).unique(maintain_order=True)
    grid = units.join(occasions, on="arm", nulls_equal=True)
    # Each record has its place in the grid: where there are as many, none is wanting.
    not_there = (
        grid.join(asked, on=[*UNIT, *OCCASION], how="anti", nulls_equal=True)
        if grid.height > asked.height
        else grid.clear()
    ).select(place)
    never = _never_recorded(plan, units, occasions, population)

    same = {"endpoint": plan.endpoint.id, "population": population}
    lost = asked.select(*place, reason="_lost", detail="reason_detail").drop_nulls("reason")
    analysed = asked.filter(pl.col("_lost").is_null()).select(place)
    expected = pl.concat([grid.select(place), never.select(place)])
    counted.count(expected, RECORDS, "opening", **same)
    counted.count(lost, RECORDS, "loss", **same)
    counted.count(not_there, RECORDS, "loss", reason="not_scheduled", **same)
    counted.count(never, RECORDS, "loss", **same)
    counted.count(analysed, RECORDS, "closing", **same)
    count_limits(counted, plan, asked, population)


def _loss(plan: Plan) -> pl.Expr:
    """Why a record is not analysed.

    It is not used, belongs to no arm, or has nothing to be compared with.
    """
    endpoint = plan.endpoint
    compares_arms = any(plan.study.comparisons[name].arm for name in endpoint.compare)
    of_no_arm = pl.lit(value=compares_arms) & pl.col("arm").is_null()
    compares = endpoint.baseline is not None and not plan.relative and endpoint.analyse != "value"
    without = (
        pl.lit(value=compares)
        & pl.col("base").is_null()
        & pl.col("responder").is_null()
        & ~is_baseline(plan)
    )
    return (
        pl.when(~pl.col("used"))
        .then("reason")
        .when(of_no_arm)
        .then(pl.lit("no_arm"))
        .when(without)
        .then(pl.lit("no_reference"))
    )


def _never_recorded(
    plan: Plan, units: pl.DataFrame, occasions: pl.DataFrame, population: str | None
) -> pl.DataFrame:
    """Members of the population without a record at any visit, once for each visit.

    They are of no arm, and have the reason.

    Where treatments were allocated, those were allocated to nothing that is recorded.
    """
    never = plan.facts.members(population).join(units, on="subject", how="anti")
    if not never.height:
        return never.select("subject", *(_no_word(name) for name in ("visit", "arm", "reason")))
    allocated = plan.table("allocations").drop_nulls("arm")
    is_allocated = pl.col("subject").is_in(allocated["subject"].implode())
    without = "no_arm" if allocated.height else "not_scheduled"
    return never.join(occasions.select("visit").unique(maintain_order=True), how="cross").select(
        "subject",
        "visit",
        arm=_no_word("arm"),
        reason=pl.when(is_allocated).then(pl.lit("not_scheduled")).otherwise(pl.lit(without)),
    )


def _no_word(name: str) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(name)
