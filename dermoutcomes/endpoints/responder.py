"""Whether a record responds."""

from __future__ import annotations

from functools import reduce as fold
from operator import and_, or_
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import Condition, parse_condition
from dermoutcomes.endpoints.exact_comparison import holds
from dermoutcomes.endpoints.reductions.sides import KEYS, each_side
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import Responder

__all__ = ["code_key", "with_responders"]

NUMBERS = ("value", "base", "change", "pct_change")
SHARED = ("subject", "location", "side", "period", "visit", "timepoint", "reference_visit")


def code_key(code: str) -> str:
    """The key of a further code's records among those that a responder rests on: no endpoint's id."""
    return f".{code}"


def with_responders(
    plan: Plan,
    records: pl.DataFrame,
    sides: pl.DataFrame,
    others: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """The records with `responder`: null where it cannot be said.

    False after an event that counts as failure. `sides` are the same records a side, for responders
    on both sides; `others` the records of the endpoints and codes that the responder rests on.
    """
    rule = plan.endpoint.responder
    if rule is None:
        return records.with_columns(responder=pl.lit(None, dtype=pl.Boolean))
    parts = []
    if any(getattr(rule, name) is not None for name in (*NUMBERS, "improved_by")):
        parts.append(
            _on_both_sides(plan, records, sides, rule)
            if rule.on_both_sides
            else _meets_conditions(plan, records, rule)
        )
    parts += [_responders_of(records, others[code_key(code)]) for code in rule.other_codes]
    if rule.all_of:
        responders = [_responders_of(records, others[name]) for name in rule.all_of]
        parts.append(fold(and_, responders))
    if rule.any_of:
        responders = [_responders_of(records, others[name]) for name in rule.any_of]
        parts.append(fold(or_, responders))
    # Polars ands and ors as Kleene does: an unknown part settles nothing, and is never a no.
    responder = fold(and_, parts)
    return records.with_columns(
        responder=pl.when("failed").then(pl.lit(value=False)).otherwise(responder)
    )


def _meets_conditions(plan: Plan, records: pl.DataFrame, rule: Responder) -> pl.Series:
    """Whether each record satisfies the rule's own conditions."""
    usable = pl.when(pl.col("set_aside").is_null())
    numbers = records.with_columns(value=usable.then("value"), base=usable.then("base"))
    return fold(and_, (_meets(plan, numbers, condition) for condition in _conditions(plan, rule)))


def _meets(plan: Plan, records: pl.DataFrame, condition: Condition) -> pl.Series:
    if condition.column == "pct_change" and not plan.percent:
        raise StudyError(
            Problem(
                "a percent change needs a scale with a zero",
                path=f"{plan.path}.responder.pct_change",
                found=plan.endpoint.measure,
                expected="a condition on the change or the value",
            )
        )
    meets = holds(records, condition)
    if condition.column in ("change", "pct_change"):
        known = pl.col(condition.column).is_not_null()
        return records.select(meets=pl.when(known).then(meets))["meets"]
    return meets


def _conditions(plan: Plan, rule: Responder) -> list[Condition]:
    conditions = [
        parse_condition(name, getattr(rule, name))
        for name in NUMBERS
        if getattr(rule, name) is not None
    ]
    if rule.improved_by is not None:
        conditions.append(_improvement(plan, rule.improved_by))
    return conditions


def _improvement(plan: Plan, amount: float) -> Condition:
    """Better by at least that much.

    A change, or a distance from "no change" where the scale is a change itself.
    """
    if plan.improves is None:
        raise StudyError(
            Problem(
                "nothing says which way is better",
                path=f"{plan.path}.responder.improved_by",
                found=str(amount),
                expected='improves = "up" or "down" in the endpoint',
            )
        )
    up = plan.improves == "up"
    neutral = plan.parameter.neutral if plan.relative and plan.parameter else None
    limit = amount if up else -amount
    if neutral is None:
        return Condition("change", ">=" if up else "<=", limit)
    return Condition("value", ">=" if up else "<=", neutral + limit)


def _on_both_sides(
    plan: Plan, records: pl.DataFrame, sides: pl.DataFrame, rule: Responder
) -> pl.Series:
    """Whether both sides respond at once.

    A side that does not respond settles it, a side that is unknown leaves it open.
    """
    sides = each_side(sides)
    sides = sides.with_columns(_meets=_meets_conditions(plan, sides, rule))
    n_sides = len(plan.endpoint.sides.use) if plan.endpoint.sides is not None else 2
    one_fails, all_meet = pl.col("_meets").not_().any(), pl.col("_meets").sum() == n_sides
    both = sides.group_by(KEYS).agg(
        _both=pl.when(one_fails).then(pl.lit(value=False)).when(all_meet).then(pl.lit(value=True))
    )
    return records.join(both, on=KEYS, how="left", nulls_equal=True, maintain_order="left")["_both"]


def _responders_of(records: pl.DataFrame, other: pl.DataFrame) -> pl.Series:
    """Whether another endpoint responds in the same record; unknown where it has no such record."""
    keys = [
        name
        for name in SHARED
        if name not in ("location", "side") or _is_told_apart(records, other, name)
    ]
    responders = other.select(*keys, _other="responder").unique(
        keys, keep="first", maintain_order=True
    )
    joined = records.join(responders, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return joined["_other"]


def _is_told_apart(records: pl.DataFrame, other: pl.DataFrame, column: str) -> bool:
    """Whether a place is a matter of both endpoints."""
    return all(frame[column].null_count() < frame.height for frame in (records, other))
