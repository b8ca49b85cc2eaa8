"""The records that the schedule expects, so that a missing one is a row that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import PLACES, allocation_columns, attach_arms
from dermoutcomes.endpoints.populations import members
from dermoutcomes.endpoints.record_keys import OCCASION, SPOT
from dermoutcomes.words import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["analysed_visits", "expected_rows", "with_expected"]


def analysed_visits(plan: Plan, rows: pl.DataFrame) -> tuple[str, ...]:
    """The visits that are described and analysed: as stated, as scheduled, or where anybody was read."""
    return plan.endpoint.visits or _scheduled(plan, rows)


def _scheduled(plan: Plan, rows: pl.DataFrame) -> tuple[str, ...]:
    """Without a schedule, a value is expected at every visit at which anybody was read."""
    if plan.scheduled is not None:
        return plan.scheduled
    seen = set(rows["visit"].drop_nulls()) - {BASELINE}
    return tuple(name for name in plan.study.visit_order if name in seen) or tuple(sorted(seen))


def expected_rows(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Spot, occasion and arm of every record that a population of the endpoint should have; one row each."""
    asked = {*analysed_visits(plan, rows), *plan.baseline_visits}
    visits = [name for name in _scheduled(plan, rows) if name in asked]
    grid = (
        _subjects(plan)
        .join(_places(rows), how="cross")
        .join(_occasions(rows, visits), how="cross")
        .select(*SPOT, *OCCASION)
    )
    placed = _allocated_places(plan, rows, grid)
    armed = attach_arms(plan, placed)
    drawn_again = [name for name, visit in plan.study.visits.items() if visit.epoch]
    return armed.filter(pl.col("arm").is_not_null() | ~pl.col("visit").is_in(drawn_again))


def _subjects(plan: Plan) -> pl.DataFrame:
    """Everybody in one of the endpoint's populations: who is in the widest alone is missing there too."""
    named = [
        members(plan.study, plan.tables, population) for population in plan.endpoint.populations
    ]
    return (
        pl.concat(named).unique().sort("subject")
        if named
        else members(plan.study, plan.tables, None)
    )


def _places(rows: pl.DataFrame) -> pl.DataFrame:
    """Every location and side that was ever read; one empty place where nothing was."""
    places = rows.select("location", "side").unique().sort("location", "side")
    sided = places.filter(pl.col("side").is_not_null())
    known = sided if sided.height else places
    return (
        known
        if known.height
        else pl.DataFrame(
            {"location": [None], "side": [None]}, schema={"location": pl.String, "side": pl.String}
        )
    )


def _occasions(rows: pl.DataFrame, visits: list[str]) -> pl.DataFrame:
    """The period, visit and time points at which these visits were ever read; a visit never read stands by itself."""
    seen = rows.filter(pl.col("visit").is_in(visits)).select("period", *OCCASION).unique()
    lost = [name for name in visits if name not in set(seen["visit"])]
    never = pl.DataFrame({"visit": lost}, schema={"visit": pl.String})
    return pl.concat([seen, never], how="diagonal").sort("period", *OCCASION)


def _allocated_places(plan: Plan, rows: pl.DataFrame, grid: pl.DataFrame) -> pl.DataFrame:
    """Only the places that a subject was allocated to, where treatments were allocated by place."""
    columns = [name for name in allocation_columns(plan, rows) if name in PLACES[:2]]
    if not columns:
        return grid
    given = plan.table("allocations").select("subject", *columns).unique()
    return grid.join(given, on=["subject", *columns], how="semi")


def with_expected(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows and those that are expected and absent, with `expected`; an absent one has no value and the reason "missing"."""
    keys = [*SPOT, *OCCASION]
    grid = expected_rows(plan, rows).with_columns(expected=pl.lit(value=True))
    full = rows.join(grid, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_grid")
    absent = pl.col("value").is_null() & pl.col("reason").is_null()
    return (
        full.with_columns(
            arm=pl.coalesce("arm", "arm_grid"),
            expected=pl.col("expected").fill_null(value=False),
            reason=pl.when(absent).then(pl.lit("missing")).otherwise("reason"),
            n_values=pl.col("n_values").fill_null(0),
            observations=pl.col("observations").fill_null([]),
        )
        .drop("arm_grid")
        .sort(keys)
    )
