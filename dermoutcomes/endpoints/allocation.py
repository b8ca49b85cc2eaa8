"""Which treatment a row was allocated to: of the subject, the side, the location or the period."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["PLACES", "allocated", "allocation_columns", "attach_arms"]

PLACES = ("location", "side", "period")


def allocation_columns(plan: Plan, rows: pl.DataFrame) -> list[str]:
    """The columns besides the subject by which treatments were allocated and rows differ.

    Where no reading is left, as after a wrong decimal sign, that says nothing of how treatments
    were allocated.
    """
    allocations = plan.table("allocations")
    return [
        name
        for name in PLACES
        if allocations[name].null_count() < allocations.height
        and (rows[name].null_count() < rows.height or not rows.height)
    ]


def attach_arms(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `arm`, the treatment as allocated at their visit's epoch.

    Null where nothing was.
    """
    # No rows say nothing of the places by which they differ.
    if not (rows.height and plan.table("allocations").height):
        return rows.with_columns(arm=pl.lit(None, dtype=pl.String))
    keys = ["subject", *allocation_columns(plan, rows)]
    epochs = {name: visit.epoch for name, visit in plan.study.visits.items() if visit.epoch}
    parts = []
    for epoch in [None, *sorted(set(epochs.values()))]:
        # Rows without an epoch of their own belong to the first, rows without a visit too.
        visits = [name for name, own in epochs.items() if epoch in (None, own)]
        in_visits = pl.col("visit").is_in(visits)
        in_epoch = in_visits if epoch else in_visits.not_().fill_null(value=True)
        arms = allocated(plan, keys, epoch)
        parts.append(rows.filter(in_epoch).join(arms, on=keys, how="left", maintain_order="left"))
    return pl.concat(parts)


def allocated(plan: Plan, keys: list[str], epoch: str | None) -> pl.DataFrame:
    """One row a key with its arm in the epoch (None: the first).

    A key with two arms (a subject whose sides were treated differently, asked as a whole) has none.
    StudyError where the endpoint compares arms, or where one and the same place was allocated
    twice.
    """
    allocations = plan.table("allocations").drop_nulls("arm")
    in_epoch = (
        pl.col("epoch") == epoch
        if epoch is not None
        else pl.col("epoch").eq_missing(first_epoch(plan))
    )
    arms = allocations.filter(in_epoch).select(*keys, "arm").unique().sort(*keys, "arm")
    several = arms.filter(pl.len().over(keys) > 1)
    all_places = all(
        name in keys or allocations[name].null_count() == allocations.height for name in PLACES
    )
    if several.height and (all_places or _compares_arms(plan)):
        raise StudyError(_several_arms(plan, keys, several))
    return arms.filter(pl.len().over(keys) == 1)


def _compares_arms(plan: Plan) -> bool:
    comparisons = [plan.study.comparisons[name] for name in plan.endpoint.compare]
    difference = plan.endpoint.difference
    return bool(difference and difference.arm) or any(comparison.arm for comparison in comparisons)


def first_epoch(plan: Plan) -> pl.Expr:
    """The epoch that holds where a visit names none.

    That is the first that the file of allocations has and that no visit names.
    """
    of_visits = {visit.epoch for visit in plan.study.visits.values() if visit.epoch}
    epochs = plan.table("allocations").sort("source", "row")["epoch"].to_list()
    first = next((epoch for epoch in epochs if epoch not in of_visits), None)
    return pl.lit(first, dtype=pl.String)


def _several_arms(plan: Plan, keys: list[str], several: pl.DataFrame) -> Problem:
    first = several.row(0, named=True)
    arms = ", ".join(several.join(several.head(1).select(keys), on=keys, nulls_equal=True)["arm"])
    unit = ", ".join(str(first[name]) for name in keys)
    return Problem(
        "one unit was allocated to two arms",
        path=f"{plan.path}",
        found=f"{unit}: {arms}",
        expected="one arm a subject, or a side or location that tells the two apart "
        "in allocations and readings",
    )
