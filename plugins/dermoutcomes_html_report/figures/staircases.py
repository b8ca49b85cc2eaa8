"""Staircases over days with their limits, and the numbers at risk below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dermoutcomes.report import shortened
from dermoutcomes_html_report.figures.axes import Scale, baseline, grid_lines, origin_mark
from dermoutcomes_html_report.figures.legend import legend
from dermoutcomes_html_report.figures.svg import (
    COLOURS,
    INK,
    PALE,
    address,
    drawing,
    element,
    label,
)

if TYPE_CHECKING:
    from dermoutcomes.report import Axis, Figure, Point, Series

__all__ = ["draw_staircases"]

WIDTH, PLOT, LEFT, RIGHT, TOP, ROW = 690.0, 225.0, 72.0, 30.0, 34.0, 14.0


def draw_staircases(figure: Figure) -> Markup:
    """Staircases under their legend; every number of theirs has its address in the picture."""
    days, heights = figure.x.ticks, figure.y.ticks
    across = Scale(days[0].value, days[-1].value, LEFT, WIDTH - RIGHT)
    entries = [
        (_sample(series), shortened(series.label, 40)) for series in figure.series if series.label
    ]
    head, high = legend(entries, LEFT, TOP, WIDTH - RIGHT)
    up = Scale(heights[0].value, heights[-1].value, TOP + high + PLOT, TOP + high)
    return drawing(
        figure.key,
        WIDTH,
        up.start + 56 + ROW * len(figure.series),
        figure.title,
        figure.alternative,
        label(4, 13, shortened(figure.heading, 76), font_weight=600),
        origin_mark(figure.origin, WIDTH),
        head,
        grid_lines(heights, up, LEFT, WIDTH - RIGHT),
        *(part for series in figure.series for part in _staircase(series, across, up)),
        _days(figure.x, across, up.start),
        *_below(figure, across, up.start + 52),
    )


def _colour(series: Series) -> str:
    return COLOURS[series.group % len(COLOURS)]


def _staircase(series: Series, across: Scale, up: Scale) -> list[Markup]:
    """Limits, line, strokes where one was censored, and what the pointer reads at each step."""
    colour = _colour(series)
    low, line, high = (
        _path(series, [getattr(point, name) for point in series.points], across, up)
        for name in ("low", "y", "high")
    )
    band = "M" + "L".join([*high, *reversed(low)]) + "Z"
    return [
        element("path", d=band, fill=colour, opacity="0.1"),
        element("path", d="M" + "L".join(line), fill="none", stroke=colour, stroke_width=1.8),
        *(_stroke(point, across, up, colour) for point in series.strokes),
        *(_spot(point, across, up) for point in series.points),
    ]


def _path(series: Series, heights: list[float | None], across: Scale, up: Scale) -> list[str]:
    """The corners of a staircase that starts at the top.

    A step without a value keeps the height before it.
    """
    y = up(up.high)
    corners = [f"{across(0.0):.1f} {y:.1f}"]
    for point, height in zip(series.points, heights, strict=True):
        corners.append(f"{across(point.x):.1f} {y:.1f}")
        y = y if height is None else up(height)
        corners.append(f"{across(point.x):.1f} {y:.1f}")
    end = max((point.x for point in (*series.points, *series.strokes)), default=0.0)
    return [*corners, f"{across(end):.1f} {y:.1f}"]


def _stroke(point: Point, across: Scale, up: Scale, colour: str) -> Markup:
    x, y = across(point.x), up(point.y)
    line = element("line", x1=x, x2=x, y1=y - 3.5, y2=y + 3.5, stroke=colour, stroke_width=1)
    return element("g", line, *_addresses(point))


def _spot(point: Point, across: Scale, up: Scale) -> Markup:
    circle = element("circle", cx=across(point.x), cy=up(point.y), r=4, fill="transparent")
    return element("g", element("title", point.text), circle, *_addresses(point))


def _addresses(point: Point) -> list[Markup]:
    return [element("g", id=address(result)) for result in point.results]


def _sample(series: Series) -> Markup:
    return element("line", x1=-9, x2=9, y1=0, y2=0, stroke=_colour(series), stroke_width=2)


def _days(axis: Axis, across: Scale, bottom: float) -> Markup:
    found = [baseline(LEFT, WIDTH - RIGHT, bottom)]
    for tick in axis.ticks:
        x = across(tick.value)
        found += [
            element("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, stroke=INK),
            label(x, bottom + 17, tick.text, anchor="middle"),
        ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return Markup("").join(
        [*found, label(middle, bottom + 32, axis.title, anchor="middle", fill=PALE)]
    )


def _below(figure: Figure, across: Scale, top: float) -> list[Markup]:
    """Under each tick how many are at risk, a row a staircase."""
    found = [label(4, top - 12, "At risk", fill=PALE, font_size=10)]
    for number, series in enumerate(figure.series):
        y, colour = top + ROW * number + 2, _colour(series)
        found.append(label(4, y, shortened(series.counted, 11), fill=colour, font_size=10))
        found += [
            label(across(count.x), y, f"{count.number}", anchor="middle", fill=colour, font_size=10)
            for count in series.counts
        ]
    return found
