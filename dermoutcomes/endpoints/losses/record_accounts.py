"""The accounts of an endpoint's records.

Of all that should be, at each visit and in each arm, those that are analysed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.endpoints.baseline import is_baseline
from dermoutcomes.endpoints.losses.limit_accounts import count_limits
from dermoutcomes.endpoints.losses.readings import count_readings
from dermoutcomes.tables.ledger import EntryRows
from dermoutcomes.vocabulary import BASELINE, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["endpoint_entries", "record_entries"]

RECORDS = "records"
UNIT = ["endpoint", "subject", "arm", "location", "side", "period"]
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
    records = _main_records(plan, table)
    counted = EntryRows()
    count_readings(counted, plan, records)
    of_records = plan.facts.together.entries.get(plan.endpoint.id)
    if of_records is None:
        _count_records(counted, plan, records)
    else:
        counted.add_rows(of_records)
    return counted.table()


def record_entries(plan: Plan, table: pl.DataFrame) -> dict[str, list[tuple[Any, ...]]]:
    """The entries of the records of several endpoints, of each as rows of the ledger.

    `plan` is of one of them; the others ask the same of their records. `table` has all of these.
    """
    counted = EntryRows()
    _count_records(counted, plan, _main_records(plan, table))
    return counted.rows_by("endpoint")


def _main_records(plan: Plan, table: pl.DataFrame) -> pl.DataFrame:
    """The records of the main handling and population."""
    return table.filter(
        pl.col("handling") == next(iter(plan.endpoint.handling), OBSERVED),
        pl.col("imputation") == 1,
        pl.col("populations").list.contains(_population(plan)),
    )


def _population(plan: Plan) -> str | None:
    return next(iter(plan.endpoint.populations), None)


def _count_records(counted: EntryRows, plan: Plan, records: pl.DataFrame) -> None:
    """Count the entries of records, of each of their endpoints."""
    population = _population(plan)
    asked = records.filter(
        pl.col("reference_visit") == BASELINE,
        ~pl.col("reason").is_in(NOT_ASKED).fill_null(value=False),
    ).with_columns(_lost=_loss(plan))
    place = ["endpoint", "subject", "visit", "arm"]
    # Every unit at every time at which any unit of its arm has a record.
    units = asked.select(UNIT).unique(maintain_order=True)
    occasions = asked.select("endpoint", "arm", *OCCASION).unique(maintain_order=True)
    grid = units.join(
        occasions, on=["endpoint", "arm"], nulls_equal=True, maintain_order="left_right"
    )
    # Each record has its place in the grid: where there are as many, none is wanting.
    not_there = (
        grid.join(asked, on=[*UNIT, *OCCASION], how="anti", nulls_equal=True)
        if grid.height > asked.height
        else grid.clear()
    ).select(place)
    never = _never_recorded(plan, units, occasions, population)

    same = {"population": population}
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
    """Members of the population without a record at any visit, of each endpoint once a visit.

    They are of no arm, and have the reason.

    Where treatments were allocated, those were allocated to nothing that is recorded.
    """
    endpoints = units.select("endpoint").unique(maintain_order=True)
    members = plan.facts.members(population).join(endpoints, how="cross")
    never = members.join(units, on=["endpoint", "subject"], how="anti", maintain_order="left")
    own = ("endpoint", "subject")
    if not never.height:
        return never.select(*own, *(_no_word(name) for name in ("visit", "arm", "reason")))
    allocated = plan.table("allocations").drop_nulls("arm")
    is_allocated = pl.col("subject").is_in(allocated["subject"].implode())
    without = "no_arm" if allocated.height else "not_scheduled"
    visits = occasions.select("endpoint", "visit").unique(maintain_order=True)
    return never.join(visits, on="endpoint", maintain_order="left_right").select(
        *own,
        "visit",
        arm=_no_word("arm"),
        reason=pl.when(is_allocated).then(pl.lit("not_scheduled")).otherwise(pl.lit(without)),
    )


def _no_word(name: str) -> pl.Expr:
    return pl.lit(None, dtype=pl.String).alias(name)
