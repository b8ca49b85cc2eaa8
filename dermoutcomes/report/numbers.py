"""Numbers as a journal prints them.

Nothing is rounded elsewhere; p-values are printed as the reasons of verdicts print them.
"""

from __future__ import annotations

from math import floor, log10
from typing import Literal

from attrs import frozen

from dermoutcomes.number_text import (
    AMA,
    AWAY_FROM_ZERO,
    MINUS,
    STYLES,
    Style,
    p_value,
    power_of_ten,
    rounded,
)

__all__ = [
    "STYLES",
    "Display",
    "Kind",
    "Style",
    "count",
    "number",
    "p_value",
    "percent",
    "significant",
]

LARGEST = 1e9
SMALLEST = 1e-5  # of a number without a unit, before it is written as a power of ten
Kind = Literal[
    "number", "percent", "share", "points", "share points", "significant", "count", "p_value"
]


def number(value: float, decimals: int, *, halves: str = AWAY_FROM_ZERO) -> str:
    """`value` with that many decimals, a real minus sign, and no negative zero.

    Very large ones are written as a power of ten. `halves` is how the middle between two is
    rounded.
    """
    if abs(value) >= LARGEST:
        return _power(value, 3, halves)
    text = rounded(value, decimals, halves=halves)
    if abs(value) >= 10_000:
        whole, point, places = text.partition(".")
        text = f"{int(whole):,}{point}{places}"
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 3, *, halves: str = AWAY_FROM_ZERO) -> str:
    """`value` with about so many significant digits, where its measure has no decimals."""
    if 0 < abs(value) < SMALLEST:
        return _power(value, 1, halves)
    places = digits - 1 - floor(log10(abs(value))) if value else 1
    return number(value, min(max(places, 0), 6), halves=halves)


def _power(value: float, decimals: int, halves: str) -> str:
    digits, power = power_of_ten(value, decimals, halves=halves)
    return f"{digits} \u00d7 10^{power}".replace("-", MINUS)


def count(value: float, *, halves: str = AWAY_FROM_ZERO) -> str:
    """A count; degrees of freedom that are no whole number keep one decimal."""
    return number(value, 0 if value == int(value) else 1, halves=halves)


def percent(value: float, decimals: int = 1, *, halves: str = AWAY_FROM_ZERO) -> str:
    """A percentage (of 100) with its sign."""
    return f"{number(value, decimals, halves=halves)}%"


@frozen
class Display:
    """A rule by which a number becomes text: its kind, and what that kind needs to know.

    `number` has `decimals`, `percent` too, `share` is a part of 1 printed as a percent; `points`
    and `share points` are the same of a distance between two of them, in percentage points.
    `significant` has three digits that count, `count` none after the point, and `p_value` the style
    and alpha of the study. With `bare`, points stand without "pp", which the number before them
    has. `halves` is how the middle between two numbers is rounded, `signs` the style whose minus
    and decimal sign it has.
    """

    kind: Kind
    decimals: int = 1
    style: str = "journal"
    alpha: float = 0.05
    halves: str = AWAY_FROM_ZERO
    signs: Style = AMA
    bare: bool = False

    def __call__(self, value: float) -> str:
        """The text of a number."""
        return self.signs.written(self._in_plain_signs(value))

    def _in_plain_signs(self, value: float) -> str:
        if self.kind == "p_value":
            return p_value(value, self.style, self.alpha, halves=self.halves)
        if self.kind == "count":
            return count(value, halves=self.halves)
        if self.kind == "significant":
            return significant(value, halves=self.halves)
        text = self._in_percent(value) if self.kind.startswith("share") else self._plain(value)
        points = "" if self.bare else " pp"
        sign = {"number": "", "points": points, "share points": points}.get(self.kind, "%")
        return f"{text}{sign}"

    def _plain(self, value: float) -> str:
        return number(value, self.decimals, halves=self.halves)

    def _in_percent(self, value: float) -> str:
        """A share moves its point: a product with 100 would have digits that the share has not."""
        text = rounded(value, self.decimals, halves=self.halves, power=2)
        return text.replace("-", MINUS)
