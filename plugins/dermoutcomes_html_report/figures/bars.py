"""Stacked bars: a bar a series, a colour a category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup

from dermoutcomes_html_report.figures.axes import Scale, baseline, origin_mark
from dermoutcomes_html_report.figures.legend import legend
from dermoutcomes_html_report.figures.svg import (
    GRID,
    INK,
    PALE,
    drawing,
    element,
    label,
    text_width,
)

if TYPE_CHECKING:
    from dermoutcomes.report import Axis, Figure, Series

__all__ = ["draw_bars"]

# From best to worst; no two neighbours are alike in grey either.
BEST_FIRST = ("#0b5345", "#2e8b74", "#8fc9b4", "#d6d6d6", "#f0b48a", "#cf6a3b", "#8a2c0d")
WIDTH, HIGH, STEP, TOP = 690.0, 22.0, 30.0, 34.0


def draw_bars(figure: Figure) -> Markup:
    """The bars of a figure under its legend."""
    left = 14 + max(text_width(bar.label) for bar in figure.series)
    places = figure.x.ticks
    across = Scale(places[0].value, places[-1].value, left, WIDTH - 14)
    colours = {category.value: BEST_FIRST[category.shade] for category in figure.categories}
    entries = [
        (
            element("rect", x=-7, y=-7, width=14, height=12, fill=colours[category.value]),
            category.text,
        )
        for category in figure.categories
    ]
    heads, high = legend(entries, left, TOP, WIDTH - 10)
    top = TOP + high
    bottom = top + STEP * len(figure.series)
    drawn = [
        _bar(bar, across, top + STEP * number, colours) for number, bar in enumerate(figure.series)
    ]
    names = [
        label(left - 8, top + STEP * number + HIGH / 2 + 4, bar.label, anchor="end")
        for number, bar in enumerate(figure.series)
    ]
    return drawing(
        figure.key,
        WIDTH,
        bottom + 36,
        figure.title,
        figure.alternative,
        origin_mark(figure.origin, WIDTH),
        heads,
        _axis(figure.x, across, top, bottom),
        *drawn,
        *names,
    )


def _axis(axis: Axis, across: Scale, top: float, bottom: float) -> Markup:
    lines = [
        element(
            "line",
            x1=across(tick.value),
            x2=across(tick.value),
            y1=top - 4,
            y2=bottom,
            stroke=GRID,
            stroke_width=0.7,
        )
        for tick in axis.ticks
    ]
    words = [
        label(across(tick.value), bottom + 15, tick.text, anchor="middle") for tick in axis.ticks
    ]
    middle = (across.low + across.high) / 2
    return Markup("").join(
        [
            *lines,
            *words,
            baseline(across(across.low), across(across.high), bottom),
            label(across(middle), bottom + 31, axis.title, anchor="middle", fill=PALE),
        ]
    )


def _bar(bar: Series, across: Scale, y: float, colours: Mapping[float, str]) -> Markup:
    """Parts side by side, each with its count where there is room for it."""
    left, found = 0.0, []
    counts = {count.x: count.number for count in bar.counts}
    for point in bar.points:
        count, wide = f"{counts[point.x]}", across(left + point.y) - across(left)
        if point.y:
            found.append(
                element(
                    "rect",
                    element("title", point.text),
                    x=across(left),
                    y=y,
                    width=wide,
                    height=HIGH,
                    fill=colours[point.x],
                    stroke="#ffffff",
                    stroke_width=0.8,
                )
            )
            if wide > text_width(count):
                found.append(
                    label(
                        across(left) + wide / 2,
                        y + HIGH / 2 + 4,
                        count,
                        anchor="middle",
                        fill=_readable(colours[point.x]),
                    )
                )
            left += point.y
    return Markup("").join(found)


def _readable(colour: str) -> str:
    """Dark or white text, whichever stands out."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < 130 else INK
