"""Which treatment a row was allocated to: of the subject, the side, the location or the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["allocated", "allocation_columns", "attach_arms"]

PLACES = ("location", "side", "period")


def allocation_columns(plan: Plan, rows: pl.DataFrame) -> list[str]:
    """The columns, besides the subject, by which treatments were allocated and that the rows tell apart."""
    given = plan.table("allocations")
    return [
        name
        for name in PLACES
        if given[name].null_count() < given.height and rows[name].null_count() < rows.height
    ]


def attach_arms(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `arm`, the treatment as allocated at their visit's epoch; null where nothing was."""
    if not plan.table("allocations").height:
        return rows.with_columns(arm=pl.lit(None, dtype=pl.String))
    keys = ["subject", *allocation_columns(plan, rows)]
    epochs = {name: visit.epoch for name, visit in plan.study.visits.items() if visit.epoch}
    parts = []
    for epoch in [None, *sorted(set(epochs.values()))]:
        visits = [name for name, own in epochs.items() if own == epoch] if epoch else list(epochs)
        mine = pl.col("visit").is_in(visits)
        here = rows.filter(mine) if epoch else rows.filter(mine.not_().fill_null(value=True))
        parts.append(
            here.join(allocated(plan, keys, epoch), on=keys, how="left", maintain_order="left")
        )
    return pl.concat(parts)


def allocated(plan: Plan, keys: list[str], epoch: str | None) -> pl.DataFrame:
    """One row a key with its arm in the epoch (None: the first).

    A key with two arms (a subject whose sides were treated differently, asked as a whole) has none. StudyError where the endpoint
    compares arms, or where one and the same place was allocated twice.
    """
    given = plan.table("allocations").drop_nulls("arm")
    chosen = (
        given.filter(pl.col("epoch") == epoch)
        if epoch is not None
        else given.filter(pl.col("epoch").eq_missing(first_epoch(plan)))
    )
    arms = chosen.select(*keys, "arm").unique().sort(*keys, "arm")
    twice = arms.filter(pl.len().over(keys) > 1)
    in_full = all(name in keys or given[name].null_count() == given.height for name in PLACES)
    if twice.height and (in_full or _compares_arms(plan)):
        raise StudyError(_twice(plan, keys, twice))
    return arms.filter(pl.len().over(keys) == 1)


def _compares_arms(plan: Plan) -> bool:
    comparisons = [plan.study.comparisons[name] for name in plan.endpoint.compare]
    difference = plan.endpoint.difference
    return bool(difference and difference.arm) or any(comparison.arm for comparison in comparisons)


def first_epoch(plan: Plan) -> pl.Expr:
    """The epoch that holds where a visit names none: the first that the file has and that no visit names."""
    named = {visit.epoch for visit in plan.study.visits.values() if visit.epoch}
    found = plan.table("allocations").sort("source", "row")["epoch"].to_list()
    first = next((epoch for epoch in found if epoch not in named), None)
    return pl.lit(first, dtype=pl.String)


def _twice(plan: Plan, keys: list[str], twice: pl.DataFrame) -> Problem:
    first = twice.row(0, named=True)
    arms = ", ".join(twice.join(twice.head(1).select(keys), on=keys, nulls_equal=True)["arm"])
    place = ", ".join(str(first[name]) for name in keys)
    return Problem(
        "one unit was allocated to two arms",
        path=f"{plan.path}",
        found=f"{place}: {arms}",
        expected="one arm a subject, or a side or location that tells the two apart in allocations and readings",
    )
