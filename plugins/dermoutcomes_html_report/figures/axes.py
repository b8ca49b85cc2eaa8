"""Scales and ticks of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from attrs import frozen
from markupsafe import Markup

from dermoutcomes_html_report.figures.svg import ALARM, GRID, INK, element, label
from dermoutcomes_html_report.numbers import number

__all__ = ["Scale", "baseline", "grid_lines", "origin_mark", "shortened", "tick_label", "ticks"]

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@frozen
class Scale:
    """From values between `low` and `high` to coordinates between `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The coordinate of a value; the middle where there is no room between low and high."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(values: Sequence[float], about: int = 6) -> list[float]:
    """Round numbers, equally spaced, that reach from below the least to above the greatest value."""
    low, high = min(values), max(values)
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        reach = abs(low) / 2 or 1.0
        low, high = low - reach, high + reach
    step = _step((high - low) / about)
    first = floor(low / step + 1e-9)
    found = [first * step]
    while found[-1] < high - 1e-9 * step:
        found.append((first + len(found)) * step)
    return found


def _step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no less than `least`."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in STEPS if factor * power >= least * (1 - 1e-9))


def tick_label(value: float, places: Sequence[float]) -> str:
    """A tick with as many decimals as tell it from the next."""
    gap = abs(places[1] - places[0]) if len(places) > 1 else 1.0
    decimals = max(
        0, -floor(log10(gap)) + (1 if round(gap / 10.0 ** floor(log10(gap)), 6) == 2.5 else 0)
    )
    return number(value, min(decimals, 10))


def grid_lines(places: Sequence[float], scale: Scale, left: float, right: float) -> Markup:
    """A pale line and a number for each tick of the upright axis."""
    lines = [
        element(
            "line",
            x1=left,
            x2=right,
            y1=scale(value),
            y2=scale(value),
            stroke=GRID,
            stroke_width=0.7,
        )
        for value in places
    ]
    words = [
        label(left - 7, scale(value) + 3.8, tick_label(value, places), anchor="end")
        for value in places
    ]
    return Markup("").join([*lines, *words])


def baseline(left: float, right: float, y: float) -> Markup:
    """The line under a plot."""
    return element("line", x1=left, x2=right, y1=y, y2=y, stroke=INK, stroke_width=1)


def origin_mark(origin: tuple[str, str] | None, width: float) -> Markup:
    """The words for data that were not collected, in the picture itself, so that a copy of it still has them."""
    return (
        label(
            width - 4,
            13,
            origin[0].upper(),
            anchor="end",
            fill=ALARM,
            font_weight=700,
            font_size=10,
        )
        if origin
        else Markup("")
    )


def shortened(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it is longer; the caption has all of it."""
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"
