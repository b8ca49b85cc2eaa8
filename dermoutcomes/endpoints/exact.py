"""Comparisons as a reader of the numbers would make them: 0.3 is three tenths, and a quarter of 1.2."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import exact

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition

__all__ = ["holds"]

# Further from the limit than this part of the numbers themselves, binary arithmetic cannot be on the wrong side of it.
CLOSE = 1e-9
# A number that has more digits than a decimal can keep was made by arithmetic; it is what it is to this part of it.
MADE = Fraction(1, 10**12)
DIGITS = 15


def holds(frame: pl.DataFrame, condition: Condition) -> pl.Series:
    """Whether each row satisfies a condition on value, base, change or pct_change; null where a number is missing.

    Changes are not subtracted and percentages not divided first: value - base <= limit, and 100 value <= (100 + limit) base. Far
    from the limit floats decide. Close to it fractions of the decimal numbers do; only where a number was made by arithmetic, such
    as a mean of thirds, do two that agree to 12 digits count as equal.
    """
    of_value, of_base, limit = _terms(condition)
    pair = frame.select(
        value=pl.col("value") if of_value else pl.lit(0.0),
        base=pl.col("base") if of_base else pl.lit(0.0),
    )
    terms = [
        pl.col("value") * float(of_value),
        pl.col("base") * float(of_base),
        pl.lit(-float(limit)),
    ]
    apart, size = (
        pl.sum_horizontal(terms, ignore_nulls=False),
        pl.sum_horizontal([term.abs() for term in terms], ignore_nulls=False),
    )
    judged = pair.with_columns(apart=apart, close=apart.abs() <= CLOSE * size)
    truth = {sign: condition_holds(condition, Fraction(sign)) for sign in (-1, 1)}
    rough = (
        pl.when(pl.col("apart").is_null())
        .then(None)
        .when(pl.col("apart") < 0)
        .then(truth[-1])
        .otherwise(truth[1])
    )
    near = judged.filter("close").select("value", "base").unique(maintain_order=True)
    settled = near.with_columns(
        settled=pl.Series(
            [
                condition_holds(condition, _apart(value, base, of_value, of_base, limit))
                for value, base in near.iter_rows()
            ],
            dtype=pl.Boolean,
        )
    )
    joined = judged.join(settled, on=["value", "base"], how="left", maintain_order="left")
    return joined.select(held=pl.when("close").then("settled").otherwise(rough))["held"]


def condition_holds(condition: Condition, apart: Fraction) -> bool:
    """Whether the operator holds of a number that is `apart` from its limit."""
    return {
        "<": apart < 0,
        "<=": apart <= 0,
        ">": apart > 0,
        ">=": apart >= 0,
        "=": apart == 0,
        "!=": apart != 0,
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


def _apart(
    value: float, base: float, of_value: Fraction, of_base: Fraction, limit: Fraction
) -> Fraction:
    terms = (of_value * exact(value), of_base * exact(base), -limit)
    apart = sum(terms, Fraction(0))
    made = (_is_made(value) and of_value) or (_is_made(base) and of_base)
    return Fraction(0) if made and abs(apart) <= MADE * max(abs(term) for term in terms) else apart


def _is_made(number: float) -> bool:
    """Whether the shortest decimal that is this float has more digits than a decimal is sure to keep."""
    digits = repr(number).partition("e")[0].replace(".", "").replace("-", "").strip("0")
    return len(digits) > DIGITS
