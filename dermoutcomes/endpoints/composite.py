"""The rows of an endpoint that measures nothing itself.

Those of the endpoints that it is made of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.endpoint_plan import plan as plan_of
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.sources.visits.due_visits import NOT_DUE

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["composite_rows"]

KEYS = (*UNIT, *OCCASION)


def composite_rows(plan: Plan, assessed: Callable[[Plan], pl.DataFrame]) -> pl.DataFrame:
    """One row wherever one of the parts has one, without a value of its own.

    Sides and locations are kept where all parts keep them.
    """
    parts = _parts(plan)
    dropped = [] if all(part.keeps_sides for part in parts) else ["side"]
    dropped += [] if all(part.keeps_locations for part in parts) else ["location"]
    nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in dropped]
    rows = pl.concat([assessed(part).with_columns(nothing) for part in parts], how="diagonal")
    occasions = (
        rows.sort(KEYS)
        .group_by(KEYS, maintain_order=True)
        .agg(
            pl.col("day").min(),
            pl.col("taken_at").min(),
            pl.col("expected").any(),
            pl.col("at_baseline").any(),
            # Of parts that are all not yet due nothing can be said; else each says its own reason.
            reason=pl.when((pl.col("reason") == NOT_DUE).fill_null(value=False).all()).then(
                pl.lit(NOT_DUE)
            ),
            observations=pl.col("observations")
            .explode(empty_as_null=False, keep_nulls=False)
            .unique()
            .sort(),
            n_values=pl.col("n_values").sum(),
        )
    )
    without = {"value": pl.Float64, "base": pl.Float64}
    return occasions.with_columns(
        *(pl.lit(None, dtype=kind).alias(name) for name, kind in without.items()),
        base_observations=pl.lit([], dtype=pl.List(pl.Int64)),
    )


def _parts(plan: Plan) -> list[Plan]:
    """The endpoints that the responder rests on. StudyError where it names none."""
    rule = plan.endpoint.responder
    names = (*rule.all_of, *rule.any_of) if rule is not None else ()
    if not names:
        raise StudyError(
            Problem(
                "the endpoint does not say what is measured",
                path=plan.path,
                expected='measure = "instrument.parameter", responder.all_of or any_of, or event',
            )
        )
    return [plan_of(plan.study, plan.registry, name, plan.tables, plan.facts) for name in names]
