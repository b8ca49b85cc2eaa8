"""The readings that an endpoint is made of.

Of its measure, of one origin, at its locations and sides, by its raters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.vocabulary import SETTING_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["readings"]

COLUMNS = (
    "id",
    "subject",
    "visit",
    "timepoint",
    "day",
    "taken_at",
    "location",
    "side",
    "period",
    "measure",
    "kind",
    "replicate",
    "rater",
    "rater_role",
    "value",
    "parents",
)


def readings(plan: Plan, measures: Collection[str]) -> pl.DataFrame:
    """The rows of `observations` with a value of these measures that count, sorted by id.

    A reading that found no visit keeps its day as its time point, so that two of them are never
    taken for replicates. StudyError, with every problem, where data and endpoint do not settle the
    origin, the location, the side or the rater.
    """
    rows = plan.facts.readings(measures).drop_nulls("value").select(COLUMNS).sort("id")
    rows = rows.with_columns(
        timepoint=pl.when(pl.col("visit").is_null() & pl.col("timepoint").is_null())
        .then(pl.format("day {}", "day"))
        .otherwise("timepoint")
    )
    rows = of_one_origin(plan, rows)
    problems = [*_locations(plan, rows), *_sides(plan, rows), *_roles(plan, rows)]
    if problems:
        raise StudyError(problems)
    return _of_endpoint(plan, rows).drop("parents", "kind")


def of_one_origin(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Values of the device, or values computed from its curves, never both.

    The device's own lead where it has any.
    """
    owner = (plan.endpoint.measure or "").partition(".")[0]
    computed = pl.col("id").is_in(plan.facts.from_curves(owner).implode())
    neither = pl.col("kind").is_in(SETTING_KINDS)
    own = rows.filter(~computed & ~neither)
    device = plan.endpoint.origin == "device" or (plan.endpoint.origin == "auto" and own.height > 0)
    return rows.filter((~computed if device else computed) | neither)


def _of_endpoint(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The readings at the endpoint's locations and sides, by raters of its role."""
    sides, rater = plan.endpoint.sides, plan.endpoint.rater
    if plan.locations:
        rows = rows.filter(pl.col("location").is_in(plan.locations))
    if sides is not None:
        rows = rows.filter(pl.col("side").is_null() | pl.col("side").is_in(sides.use))
    if rater is not None:
        rows = rows.filter(pl.col("rater_role") == rater.role)
    return rows


def _values(rows: pl.DataFrame, column: str) -> tuple[str, ...]:
    return tuple(rows[column].drop_nulls().unique().sort())


def by_allocation(plan: Plan, column: str) -> bool:
    """Whether treatments are allocated by this column (location, side or period)."""
    return plan.table("allocations")[column].null_count() < plan.table("allocations").height


def _locations(plan: Plan, rows: pl.DataFrame) -> Iterator[Problem]:
    locations = _values(rows, "location")
    for name in plan.locations:
        if name not in locations and rows.height:
            yield Problem(
                f"no reading of {plan.endpoint.measure!r} was taken at this location",
                path=f"{plan.path}.location",
                found=name,
                expected=one_of(locations),
                hint=did_you_mean(name, locations),
            )
    apart = plan.keeps_locations or by_allocation(plan, "location")
    if not plan.locations and len(locations) > 1 and not apart:
        yield Problem(
            "the readings come from several locations, and the endpoint does not say which count",
            path=f"{plan.path}.location",
            found=", ".join(locations),
            expected='location = "…", or a list of those that are combined',
        )


def _sides(plan: Plan, rows: pl.DataFrame) -> Iterator[Problem]:
    names, sides = _values(rows, "side"), plan.endpoint.sides
    difference = plan.endpoint.difference
    apart = plan.keeps_sides or by_allocation(plan, "side") or bool(difference and difference.side)
    if sides is None and len(names) > 1 and not apart:
        yield Problem(
            "the readings come from several sides, and the endpoint does not say what they become",
            path=f"{plan.path}.sides",
            found=", ".join(names),
            expected='sides = { use = ["left", "right"], combine = "mean" }',
        )
    if sides is not None and names and not set(sides.use) & set(names):
        yield Problem(
            "no reading was taken on any of these sides",
            path=f"{plan.path}.sides.use",
            found=", ".join(sides.use),
            expected=one_of(names),
            hint=did_you_mean(sides.use[0], names) if sides.use else None,
        )


def _roles(plan: Plan, rows: pl.DataFrame) -> Iterator[Problem]:
    roles, rater = _values(rows, "rater_role"), plan.endpoint.rater
    if rater is None and len(roles) > 1:
        yield Problem(
            "raters of several roles gave these ratings, and they are never pooled",
            path=f"{plan.path}.rater",
            found=", ".join(roles),
            expected=f'rater = {{ role = "{roles[0]}" }}',
        )
    if rater is not None and rows.height and rater.role not in roles:
        yield Problem(
            "nobody of this role gave a rating",
            path=f"{plan.path}.rater.role",
            found=rater.role,
            expected=one_of(roles) if roles else "the column rater_role in the source",
            hint=did_you_mean(rater.role, roles),
        )
