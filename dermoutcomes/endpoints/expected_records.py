"""The records that the schedule expects, so that a missing one is a row that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import PLACES, allocation_columns, attach_arms
from dermoutcomes.endpoints.losses.reasons import MISSED
from dermoutcomes.endpoints.record_keys import OCCASION, SPOT
from dermoutcomes.sources.visits.due_visits import NOT_DUE
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["analysed_visits", "expected_rows", "with_expected"]


def analysed_visits(plan: Plan, rows: pl.DataFrame) -> tuple[str, ...]:
    """The visits that are described and analysed.

    As stated, as scheduled, or where anybody was read.
    """
    return plan.endpoint.visits or _scheduled(plan, rows)


def _scheduled(plan: Plan, rows: pl.DataFrame) -> tuple[str, ...]:
    """Without a schedule, a value is expected at every visit at which anybody was read."""
    if plan.scheduled is not None:
        return plan.scheduled
    seen = set(rows["visit"].drop_nulls()) - {BASELINE}
    return tuple(name for name in plan.study.visit_order if name in seen) or tuple(sorted(seen))


def expected_rows(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Spot, occasion and arm of every record that the endpoint's populations should have."""
    needed = {*analysed_visits(plan, rows), *plan.baseline_visits}
    visits = [name for name in _scheduled(plan, rows) if name in needed]
    grid = (
        _subjects(plan)
        .join(_places(rows), how="cross")
        .join(_occasions(rows, visits), how="cross")
        .select(*SPOT, *OCCASION)
    )
    grid = attach_arms(plan, _allocated_places(plan, rows, grid))
    # In an epoch of its own only those are expected who were allocated again.
    own_epoch = [name for name, visit in plan.study.visits.items() if visit.epoch]
    return grid.filter(pl.col("arm").is_not_null() | ~pl.col("visit").is_in(own_epoch))


def _subjects(plan: Plan) -> pl.DataFrame:
    """Everybody in one of the endpoint's populations.

    Who is in the widest alone is missing there too.
    """
    populations = [plan.facts.members(name) for name in plan.endpoint.populations]
    if not populations:
        return plan.facts.members(None)
    return pl.concat(populations).unique().sort("subject")


def _places(rows: pl.DataFrame) -> pl.DataFrame:
    """Every location and side that was ever read; one empty place where nothing was."""
    places = rows.select("location", "side").unique().sort("location", "side")
    # Where some readings have a side, one without it is no place to expect another at.
    sides = places.filter(pl.col("side").is_not_null())
    if sides.height:
        return sides
    if places.height:
        return places
    schema = {"location": pl.String, "side": pl.String}
    return pl.DataFrame({"location": [None], "side": [None]}, schema=schema)


def _occasions(rows: pl.DataFrame, visits: list[str]) -> pl.DataFrame:
    """The period, visit and time points at which these visits were ever read.

    A visit never read stands by itself.
    """
    seen = rows.filter(pl.col("visit").is_in(visits)).select("period", *OCCASION).unique()
    names = [name for name in visits if name not in set(seen["visit"])]
    unseen = pl.DataFrame({"visit": names}, schema={"visit": pl.String})
    return pl.concat([seen, unseen], how="diagonal").sort("period", *OCCASION)


def _allocated_places(plan: Plan, rows: pl.DataFrame, grid: pl.DataFrame) -> pl.DataFrame:
    """Only the places that a subject was allocated to, where treatments were allocated by place."""
    columns = [name for name in allocation_columns(plan, rows) if name in PLACES[:2]]
    if not columns:
        return grid
    places = plan.table("allocations").select("subject", *columns).unique()
    return grid.join(places, on=["subject", *columns], how="semi")


def with_expected(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows and those that are expected and absent, with `expected`.

    An absent one has no value and the reason "missed"; one that was planned after the data cut is
    not yet due, and not expected, so that no handling of missing values fills it.
    """
    keys = [*SPOT, *OCCASION]
    grid = expected_rows(plan, rows).with_columns(expected=pl.lit(value=True))
    # A full join: what was read and not expected, as at an extra visit, stays.
    full = rows.join(grid, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_grid")
    absent = pl.col("value").is_null() & pl.col("reason").is_null()
    is_not_due = pl.lit(value=False)
    if plan.facts.visits_not_due.height:
        not_due = plan.facts.visits_not_due.with_columns(_not_due=pl.lit(value=True))
        full = full.join(not_due, on=["subject", "visit"], how="left", maintain_order="left")
        is_not_due = absent & pl.col("_not_due").fill_null(value=False)
    return (
        full.with_columns(
            arm=pl.coalesce("arm", "arm_grid"),
            expected=pl.col("expected").fill_null(value=False) & ~is_not_due,
            reason=pl.when(is_not_due)
            .then(pl.lit(NOT_DUE))
            .when(absent)
            .then(pl.lit(MISSED))
            .otherwise("reason"),
            n_values=pl.col("n_values").fill_null(0),
            observations=pl.col("observations").fill_null([]),
        )
        .drop("arm_grid", "_not_due", strict=False)
        .sort(keys)
    )
