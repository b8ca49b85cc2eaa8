"""A formula on the values of one form, in fractions: no binary tail gets into a score.

The same grammar and the same rules on blanks as on columns of a study: a blank operand gives a
blank, an undefined one (a division by zero) an undefined value, and a condition that is blank
decides nothing. Roots, logarithms and exponentials have no exact value and are the nearest float.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Final

from dermoutcomes.conditions import exact
from dermoutcomes.registry.formula_syntax import CODE, NUMBER, TEXT, Step, steps_of

__all__ = ["UNDEFINED", "Value", "calculate"]


class _Undefined:
    """What a division by zero gives."""

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = _Undefined()
Value = Fraction | str | bool | None | _Undefined

cached_steps = cache(steps_of)


def calculate(formula: str, values: Mapping[str, Fraction | str | None]) -> Fraction | None:
    """The value of a formula over codes, None where it is blank or undefined.

    A condition is 1 or 0. A code that `values` lacks is blank.
    """
    results = list[Value]()
    for step in cached_steps(formula):
        results.append(_result(step, [results[need] for need in step.needs], values))
    value = results[-1]
    if isinstance(value, bool):
        return Fraction(int(value))
    return value if isinstance(value, Fraction) else None


def _result(
    step: Step, given: Sequence[Value], values: Mapping[str, Fraction | str | None]
) -> Value:
    if step.name == NUMBER:
        assert isinstance(step.value, (int, float))
        return exact(step.value)
    if step.name == TEXT:
        return str(step.value)
    if step.name == CODE:
        return values.get(str(step.value))
    if step.name in LOGIC:
        return LOGIC[step.name](*map(_truth, given))
    if step.name == "case":
        return _case(given)
    if step.name in COMPARISONS:
        return _comparison(step.name, *given)
    if step.name in OF_BLANKS:
        return OF_BLANKS[step.name](given)
    if None in given:
        return None
    numbers = [_number(value) for value in given]
    if any(number is UNDEFINED for number in numbers):
        return UNDEFINED
    return NUMERIC[step.name](*numbers)


def _number(value: Value) -> Fraction | _Undefined:
    """A value where a number is asked: a condition is 1 or 0."""
    if isinstance(value, bool):
        return Fraction(int(value))
    return value if isinstance(value, (Fraction, _Undefined)) else UNDEFINED


def _truth(value: Value) -> bool | None:
    return value if isinstance(value, bool) else None


def _comparison(sign: str, first: Value, second: Value) -> bool | None:
    if first is None or second is None or UNDEFINED in (first, second):
        return None
    if isinstance(first, str) or isinstance(second, str):
        return (first == second) is (sign == "=")
    left, right = _number(first), _number(second)
    assert isinstance(left, Fraction)
    assert isinstance(right, Fraction)
    return COMPARISONS[sign](left, right)


def _case(given: Sequence[Value]) -> Value:
    """The value of the first condition that is met; a blank condition settles nothing."""
    otherwise = given[-1] if len(given) % 2 else None
    pairs = given[: len(given) // 2 * 2]
    for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
        if condition is None:
            return None
        if condition is True:
            return value
    return otherwise


def _and(*given: bool | None) -> bool | None:
    return False if False in given else None if None in given else True


def _or(*given: bool | None) -> bool | None:
    return True if True in given else None if None in given else False


def _not(*given: bool | None) -> bool | None:
    return None if None in given else True not in given


def _quotient(value: Fraction, divisor: Fraction) -> Value:
    return value / divisor if divisor else UNDEFINED


def _mean(*values: Fraction) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


def _round_half_away(value: Fraction, digits: Fraction = Fraction(0)) -> Fraction:
    unit = Fraction(10) ** int(digits)
    size = math.floor(abs(value) * unit + Fraction(1, 2)) / unit
    return -size if value < 0 else size


def _by_float(function: Callable[[float], float]) -> Callable[[Fraction], Value]:
    def nearest(value: Fraction) -> Value:
        try:
            result = function(float(value))
        except (ValueError, OverflowError):
            return UNDEFINED
        return exact(result) if math.isfinite(result) else UNDEFINED

    return nearest


def _first_known(given: Sequence[Value]) -> Value:
    return next((value for value in given if value not in (None, UNDEFINED)), None)


LOGIC: Mapping[str, Callable[..., bool | None]] = {"and": _and, "or": _or, "not": _not}
COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "=": lambda first, second: first == second,
    "<>": lambda first, second: first != second,
    "<": lambda first, second: first < second,
    "<=": lambda first, second: first <= second,
    ">": lambda first, second: first > second,
    ">=": lambda first, second: first >= second,
}
OF_BLANKS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "count": lambda given: Fraction(sum(value not in (None, UNDEFINED) for value in given)),
    "any_missing": lambda given: any(value in (None, UNDEFINED) for value in given),
    "coalesce": _first_known,
}
NUMERIC: Mapping[str, Callable[..., Value]] = {
    "+": lambda first, second: first + second,
    "-": lambda first, second: first - second,
    "*": lambda first, second: first * second,
    "/": _quotient,
    "negative": lambda value: -value,
    "min": min,
    "max": max,
    "sum": lambda *values: sum(values, Fraction(0)),
    "mean": _mean,
    "round_half_away": _round_half_away,
    "floor": lambda value: Fraction(math.floor(value)),
    "abs": abs,
    "sqrt": _by_float(math.sqrt),
    "log": _by_float(math.log),
    "exp": _by_float(math.exp),
    "atan_degrees": _by_float(lambda value: math.degrees(math.atan(value))),
}
