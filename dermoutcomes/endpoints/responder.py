"""Whether a record responds."""

from __future__ import annotations

from functools import reduce as fold
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import Condition, parse_condition
from dermoutcomes.endpoints.exact import holds
from dermoutcomes.endpoints.reductions.sides import KEYS, each_side
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import Responder

__all__ = ["with_responders"]

NUMBERS = ("value", "base", "change", "pct_change")
SHARED = ("subject", "location", "side", "period", "visit", "timepoint", "reference_visit")


def with_responders(
    plan: Plan, records: pl.DataFrame, sided: pl.DataFrame, others: Callable[[str], pl.DataFrame]
) -> pl.DataFrame:
    """The records with `responder`: null where it cannot be said, false after an event that counts as failure.

    `sided` are the same records a side, for responders on both sides; `others(endpoint)` gives the records of another endpoint.
    """
    rule = plan.endpoint.responder
    if rule is None:
        return records.with_columns(responder=pl.lit(None, dtype=pl.Boolean))
    parts = []
    if any(getattr(rule, name) is not None for name in (*NUMBERS, "improved_by")):
        parts.append(
            _on_both_sides(plan, records, sided, rule)
            if rule.on_both_sides
            else _own(plan, records, rule)
        )
    parts += [
        _composite(records, [others(name) for name in names], any_of=any_of)
        for names, any_of in ((rule.all_of, False), (rule.any_of, True))
        if names
    ]
    both = fold(lambda one, two: one & two, parts)
    return records.with_columns(
        responder=pl.when("failed").then(pl.lit(value=False)).otherwise(both)
    )


def _own(plan: Plan, records: pl.DataFrame, rule: Responder) -> pl.Series:
    """Whether each record satisfies the rule's own conditions."""
    usable = pl.when(pl.col("set_aside").is_null())
    numbers = records.with_columns(value=usable.then("value"), base=usable.then("base"))
    held = [_held(plan, numbers, condition) for condition in _conditions(plan, rule)]
    return fold(lambda one, two: one & two, held)


def _held(plan: Plan, records: pl.DataFrame, condition: Condition) -> pl.Series:
    if condition.column == "pct_change" and not plan.percent:
        raise StudyError(
            Problem(
                "a percent change needs a scale with a zero",
                path=f"{plan.path}.responder.pct_change",
                found=plan.endpoint.measure,
                expected="a condition on the change or the value",
            )
        )
    held = holds(records, condition)
    if condition.column in ("change", "pct_change"):
        known = "change" if condition.column == "change" else "pct_change"
        return records.select(held=pl.when(pl.col(known).is_not_null()).then(held))["held"]
    return held


def _conditions(plan: Plan, rule: Responder) -> list[Condition]:
    found = [
        parse_condition(name, getattr(rule, name))
        for name in NUMBERS
        if getattr(rule, name) is not None
    ]
    return [*found, _improvement(plan, rule.improved_by)] if rule.improved_by is not None else found


def _improvement(plan: Plan, amount: float) -> Condition:
    """Better by at least that much: a change, or a distance from "no change" where the scale is a change itself."""
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
    plan: Plan, records: pl.DataFrame, sided: pl.DataFrame, rule: Responder
) -> pl.Series:
    """Whether both sides respond at once: a side that does not settles it, a side that is unknown leaves it open."""
    single = each_side(sided)
    judged = single.with_columns(_held=_own(plan, single, rule))
    needed = len(plan.endpoint.sides.use) if plan.endpoint.sides is not None else 2
    no, yes = pl.col("_held").not_().any(), (pl.col("_held").sum() == needed)
    both = judged.group_by(KEYS).agg(
        _both=pl.when(no).then(pl.lit(value=False)).when(yes).then(pl.lit(value=True))
    )
    return records.join(both, on=KEYS, how="left", nulls_equal=True, maintain_order="left")["_both"]


def _composite(records: pl.DataFrame, others: list[pl.DataFrame], *, any_of: bool) -> pl.Series:
    """Whether all, or any, of the other endpoints respond in the same record; unknown ones count as unknown, never as no."""
    held = []
    for other in others:
        keys = [
            name
            for name in SHARED
            if name not in ("location", "side") or _told_apart(records, other, name)
        ]
        theirs = other.select(*keys, _other="responder").unique(
            keys, keep="first", maintain_order=True
        )
        held.append(
            records.join(theirs, on=keys, how="left", nulls_equal=True, maintain_order="left")[
                "_other"
            ]
        )
    return fold((lambda one, two: one | two) if any_of else (lambda one, two: one & two), held)


def _told_apart(records: pl.DataFrame, other: pl.DataFrame, column: str) -> bool:
    """Whether a place is a matter of both endpoints."""
    return all(frame[column].null_count() < frame.height for frame in (records, other))
