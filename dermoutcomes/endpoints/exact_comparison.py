"""Comparisons as a reader of the numbers would make them.

0.3 is three tenths, and a quarter of 1.2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import NOT_BLANK, exact

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition

__all__ = ["holds"]

# Further from the limit than this part of the numbers themselves, binary arithmetic cannot be on
# the wrong side of it. Fractions are slow, so that only what is closer is decided by them.
CLOSE = 1e-9
# A number that has more digits than a decimal can keep was computed; it is what it is to this part.
ROUNDING = Fraction(1, 10**12)
DIGITS = 15


def holds(frame: pl.DataFrame, condition: Condition) -> pl.Series:
    """Whether each row satisfies a condition on value, base, change or pct_change.

    Null where a number is missing. Changes are not subtracted and percentages not divided first:
    value - base <= limit, and 100 value <= (100 + limit) base. Far from the limit floats decide.
    Close to it fractions of the decimal numbers do; only where a number was made by arithmetic,
    such as a mean of thirds, do two that agree to 12 digits count as equal.
    """
    if condition.operator == NOT_BLANK:
        return frame[condition.column].is_not_null()
    pairs = _distances(frame, condition)
    far = (
        pl.when(pl.col("distance").is_null())
        .then(None)
        .when(pl.col("distance") < 0)
        .then(condition_holds(condition, Fraction(-1)))
        .otherwise(condition_holds(condition, Fraction(1)))
    )
    close = _close_pairs(pairs, condition)
    joined = pairs.join(close, on=["value", "base"], how="left", maintain_order="left")
    return joined.select(holds=pl.when("close").then("exact").otherwise(far))["holds"]


def _distances(frame: pl.DataFrame, condition: Condition) -> pl.DataFrame:
    """Value and base of each row, their `distance` from the limit, and whether it is `close`.

    A value or base that the condition is not about is 0, so that it is never missing.
    """
    of_value, of_base, limit = _terms(condition)
    pairs = frame.select(
        value=pl.col("value") if of_value else pl.lit(0.0),
        base=pl.col("base") if of_base else pl.lit(0.0),
    )
    terms = [
        pl.col("value") * float(of_value),
        pl.col("base") * float(of_base),
        pl.lit(-float(limit)),
    ]
    distance = pl.sum_horizontal(terms, ignore_nulls=False)
    size = pl.sum_horizontal([term.abs() for term in terms], ignore_nulls=False)
    return pairs.with_columns(distance=distance, close=distance.abs() <= CLOSE * size)


def _close_pairs(pairs: pl.DataFrame, condition: Condition) -> pl.DataFrame:
    """The pairs close to the limit, each once, with `exact`: what fractions decide."""
    close = pairs.filter("close").select("value", "base").unique(maintain_order=True)
    terms = _terms(condition)
    decisions = [
        condition_holds(condition, _distance(value, base, *terms))
        for value, base in close.iter_rows()
    ]
    return close.with_columns(exact=pl.Series(decisions, dtype=pl.Boolean))


def condition_holds(condition: Condition, distance: Fraction) -> bool:
    """Whether the operator holds of a number at this distance from its limit."""
    return {
        "<": distance < 0,
        "<=": distance <= 0,
        ">": distance > 0,
        ">=": distance >= 0,
        "=": distance == 0,
        "!=": distance != 0,
    }[condition.operator]


def _terms(condition: Condition) -> tuple[Fraction, Fraction, Fraction]:
    """The condition as of_value x value + of_base x base compared with a limit."""
    limit = exact(condition.value)
    return {
        "value": (Fraction(1), Fraction(0), limit),
        "base": (Fraction(0), Fraction(1), limit),
        "change": (Fraction(1), Fraction(-1), limit),
        "pct_change": (Fraction(100), -(100 + limit), Fraction(0)),
    }[condition.column]


def _distance(
    value: float, base: float, of_value: Fraction, of_base: Fraction, limit: Fraction
) -> Fraction:
    terms = (of_value * exact(value), of_base * exact(base), -limit)
    distance = sum(terms, Fraction(0))
    computed = (_is_computed(value) and of_value) or (_is_computed(base) and of_base)
    rounding = ROUNDING * max(abs(term) for term in terms)
    return Fraction(0) if computed and abs(distance) <= rounding else distance


def _is_computed(number: float) -> bool:
    """Whether the shortest decimal of this float has more digits than a float is sure to keep."""
    digits = repr(number).partition("e")[0].replace(".", "").replace("-", "").strip("0")
    return len(digits) > DIGITS
