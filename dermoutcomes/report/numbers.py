"""Numbers as a journal prints them.

Nothing is rounded elsewhere; p-values are printed as the reasons of verdicts print them.
"""

from __future__ import annotations

from math import floor, log10
from typing import Literal

from attrs import frozen

from dermoutcomes.decisions.p_value_text import p_value

__all__ = ["Display", "count", "number", "p_value", "percent", "significant"]

MINUS = "\u2212"
LARGEST = 1e9
SMALLEST = 1e-5  # of a number without a unit, before it is written as a power of ten


def number(value: float, decimals: int) -> str:
    """`value` with that many decimals, a real minus sign, and no negative zero.

    Very large ones are written as a power of ten.
    """
    if abs(value) >= LARGEST:
        return _power(value)
    text = f"{value:,.{decimals}f}" if abs(value) >= 10_000 else f"{value:.{decimals}f}"
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 3) -> str:
    """`value` with about so many significant digits, where its measure has no decimals."""
    if 0 < abs(value) < SMALLEST:
        return _power(value, 1)
    places = digits - 1 - floor(log10(abs(value))) if value else 1
    return number(value, min(max(places, 0), 6))


def _power(value: float, decimals: int = 3) -> str:
    digits, _, exponent = f"{value:.{decimals}e}".partition("e")
    return f"{digits} \u00d7 10^{int(exponent)}".replace("-", MINUS)


def count(value: float) -> str:
    """A count; degrees of freedom that are no whole number keep one decimal."""
    return number(value, 0 if value == int(value) else 1)


def percent(value: float, decimals: int = 1) -> str:
    """A percentage (of 100) with its sign."""
    return f"{number(value, decimals)}%"


@frozen
class Display:
    """A rule by which a number becomes text: its kind, and what that kind needs to know.

    `number` has `decimals`, `percent` too, `share` is a part of 1 printed as a percent,
    `significant` has three digits that count, `count` none after the point, and `p_value` the style
    and alpha of the study.
    """

    kind: Literal["number", "percent", "share", "significant", "count", "p_value"]
    decimals: int = 1
    style: str = "journal"
    alpha: float = 0.05

    def __call__(self, value: float) -> str:
        """The text of a number."""
        if self.kind == "p_value":
            return p_value(value, self.style, self.alpha)
        if self.kind == "count":
            return count(value)
        if self.kind == "significant":
            return significant(value)
        if self.kind == "number":
            return number(value, self.decimals)
        return percent(100 * value if self.kind == "share" else value, self.decimals)
