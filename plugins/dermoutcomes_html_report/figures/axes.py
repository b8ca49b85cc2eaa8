"""Scales and axes of a plot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from markupsafe import Markup

from dermoutcomes_html_report.figures.svg import ALARM, GRID, INK, element, label

if TYPE_CHECKING:
    from dermoutcomes.report import Tick


__all__ = ["Scale", "baseline", "grid_lines", "origin_mark"]


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


def grid_lines(ticks: Sequence[Tick], scale: Scale, left: float, right: float) -> Markup:
    """A pale line and the words for each tick of the upright axis."""
    lines = [
        element(
            "line",
            x1=left,
            x2=right,
            y1=scale(tick.value),
            y2=scale(tick.value),
            stroke=GRID,
            stroke_width=0.7,
        )
        for tick in ticks
    ]
    words = [label(left - 7, scale(tick.value) + 3.8, tick.text, anchor="end") for tick in ticks]
    return Markup("").join([*lines, *words])


def baseline(left: float, right: float, y: float) -> Markup:
    """The line under a plot."""
    return element("line", x1=left, x2=right, y1=y, y2=y, stroke=INK, stroke_width=1)


def origin_mark(origin: str, width: float) -> Markup:
    """The words for data that were not collected: in the picture, so that a copy has them."""
    return (
        label(
            width - 4,
            13,
            origin.upper(),
            anchor="end",
            fill=ALARM,
            font_weight=700,
            font_size=10,
        )
        if origin
        else Markup("")
    )
