"""What the operators and functions of formulas mean, over the values of one row.

A value is a number, blank, or undefined (NaN): a division by zero, the root of a negative number.
A blank operand gives a blank, since missing is never zero; `coalesce`, `count` and `any_missing`
are the ways to say what a blank stands for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import nan
from operator import add, mul, sub

import polars as pl
from attrs import frozen

__all__ = [
    "ARITHMETIC",
    "COMPARISONS",
    "FUNCTIONS",
    "LOGIC",
    "MOST_DIGITS",
    "OF_ROWS",
    "OTHER_NAMES",
    "Function",
    "case",
]

Make = Callable[..., pl.Expr]
MOST_DIGITS = 12
# From here on, floating-point numbers have no fraction.
WHOLE = 2.0**53
# What other languages call these functions.
OTHER_NAMES = {
    "average": "mean",
    "avg": "mean",
    "atan": "atan_degrees",
    "atand": "atan_degrees",
    "greatest": "max",
    "ifnull": "coalesce",
    "isnull": "any_missing",
    "least": "min",
    "ln": "log",
    "round": "round_half_away",
}
# What combines rows wherever it exists.
OF_ROWS = (
    "cumsum",
    "dense_rank",
    "first_value",
    "lag",
    "last_value",
    "lead",
    "median",
    "ntile",
    "quantile",
    "rank",
    "row_number",
    "std",
    "stddev",
    "var",
    "variance",
)


@frozen
class Function:
    """A function of formulas.

    `form` shows its arguments, of which there are `fewest` to `most` (None: any number); `make`
    gives the expression. It gives a number, or a truth where `is_condition`. Where it
    `fills`, it is given blanks and decides what they stand for.
    """

    form: str
    sentence: str
    make: Make
    fewest: int = 1
    most: int | None = 1
    is_condition: bool = False
    fills: bool = False

    @property
    def name(self) -> str:
        """The word before the bracket."""
        return self.form.partition("(")[0]


def _is_blank(*values: pl.Expr) -> pl.Expr:
    return pl.any_horizontal(value.is_null() for value in values)


def _extreme(make: Callable[[Sequence[pl.Expr]], pl.Expr]) -> Make:
    """The least or greatest of values that are all there; Polars would pass over a blank or NaN."""

    def extreme(*values: pl.Expr) -> pl.Expr:
        is_undefined = pl.any_horizontal(value.is_nan() for value in values)
        defined = pl.when(is_undefined).then(pl.lit(nan)).otherwise(make(values))
        return pl.when(~_is_blank(*values)).then(defined)

    return extreme


def _sum(*values: pl.Expr) -> pl.Expr:
    return reduce(add, values)


def _quotient(value: pl.Expr, divisor: pl.Expr | float) -> pl.Expr:
    """A quotient as IEEE 754 has it: Polars multiplies by the reciprocal of a single number.

    So 3 / 10 would be 0.30000000000000004; a divisor of each row is left alone.
    """
    return value / (divisor + value * 0)


def _mean(*values: pl.Expr) -> pl.Expr:
    return _quotient(_sum(*values), len(values))


def _count(*values: pl.Expr) -> pl.Expr:
    return pl.sum_horizontal(value.is_not_null().cast(pl.Float64) for value in values)


def _round_half_away(value: pl.Expr, digits: float = 0) -> pl.Expr:
    """Halves away from zero, of the shortest decimal that reads as the value.

    A decimal half between two neighbours is read as the quotient of two whole numbers, so that the
    value is compared with that quotient: 0.285 times 100 is less than 28.5.
    """
    unit = 10.0**digits
    size = value.abs()
    below = (size * unit).floor()
    half = _quotient(2 * below + 1, 2 * unit)
    whole = pl.when(size >= half).then(below + 1).otherwise(below)
    rounded = _quotient(whole, unit)
    return pl.when(size * unit < WHOLE).then(value.sign() * rounded).otherwise(value)


def case(*parts: pl.Expr) -> pl.Expr:
    """The value of the first condition that is met.

    `parts` are condition, value, condition, value, and so on, and the value of "else" where there
    is one. A condition that is blank gives a blank: nobody knows whether it is met.
    """
    otherwise = parts[-1] if len(parts) % 2 else pl.lit(None, dtype=pl.Float64)
    conditions, values = parts[: len(parts) // 2 * 2 : 2], parts[1::2]
    for condition, value in reversed(list(zip(conditions, values, strict=True))):
        decided = pl.when(condition).then(value).otherwise(otherwise)
        otherwise = pl.when(condition.is_not_null()).then(decided)
    return otherwise


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("min(a, b, …)", "The least.", _extreme(pl.min_horizontal), 2, None),
        Function("max(a, b, …)", "The greatest.", _extreme(pl.max_horizontal), 2, None),
        Function("sum(a, b, …)", "The sum.", _sum, 2, None),
        Function("mean(a, b, …)", "The mean.", _mean, 2, None),
        Function(
            "count(a, b, …)", "How many are not blank.", _count, fewest=2, most=None, fills=True
        ),
        Function(
            "any_missing(a, …)",
            "Whether one of them is blank; a condition.",
            _is_blank,
            most=None,
            is_condition=True,
            fills=True,
        ),
        Function(
            "coalesce(a, b, …)",
            "The first that is not blank.",
            pl.coalesce,
            fewest=2,
            most=None,
            fills=True,
        ),
        Function(
            "round_half_away(a, digits)",
            "Rounded to so many digits after the point, a whole number from 0 to "
            f"{MOST_DIGITS} and 0 where it is left out; halves away from zero, of the decimal "
            "number that one reads: 0.285 with two digits is 0.29.",
            _round_half_away,
            most=2,
        ),
        Function("floor(a)", "The greatest whole number that is not above.", pl.Expr.floor),
        Function("abs(a)", "The value without its sign.", pl.Expr.abs),
        Function("sqrt(a)", "The square root.", pl.Expr.sqrt),
        Function("log(a)", "The natural logarithm.", pl.Expr.log),
        Function("exp(a)", "The exponential.", pl.Expr.exp),
        Function(
            "atan_degrees(a)",
            "The arc tangent in degrees, −90 to 90.",
            lambda value: value.arctan().degrees(),
        ),
    )
}
ARITHMETIC: dict[str, Make] = {
    "+": add,
    "-": sub,
    "*": mul,
    "/": _quotient,
    "negative": lambda value: -value,
}
COMPARISONS: dict[str, Make] = {
    "=": pl.Expr.eq,
    "<>": pl.Expr.ne,
    "<": pl.Expr.lt,
    "<=": pl.Expr.le,
    ">": pl.Expr.gt,
    ">=": pl.Expr.ge,
}
# In the logic of three values: "blank or true" is true, "blank and true" is blank.
LOGIC: dict[str, Make] = {"and": pl.Expr.and_, "or": pl.Expr.or_, "not": pl.Expr.not_}
