"""Thin lines for units and thick ones for means, over the visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from dermoutcomes.report import shortened
from dermoutcomes_html_report.figures.axes import Scale, baseline, grid_lines, origin_mark
from dermoutcomes_html_report.figures.legend import legend, mark
from dermoutcomes_html_report.figures.svg import COLOURS, INK, PALE, drawing, element, label

if TYPE_CHECKING:
    from dermoutcomes.report import Axis, Figure, Point, Series

__all__ = ["draw_lines"]

WIDTH, PLOT, LEFT, RIGHT, TOP = 690.0, 225.0, 58.0, 30.0, 34.0
DOTS = 1500  # with more values than this, lines alone
# How much of a heading fits above a plot, and how much where a remark follows it.
HEADING, HEADING_BEFORE_REMARK = 76, 56


def draw_lines(figure: Figure) -> Markup:
    """Lines under their legend, with the visits below."""
    units = [series for series in figure.series if series.mark == "unit"]
    means = [series for series in figure.series if series.mark == "mean"]
    head, high = legend([_entry(mean) for mean in means if mean.label], LEFT, TOP, WIDTH - RIGHT)
    days, values = figure.x.ticks, figure.y.ticks
    across = Scale(days[0].value, days[-1].value, LEFT + 26, WIDTH - RIGHT - 12)
    up = Scale(values[0].value, values[-1].value, TOP + high + PLOT, TOP + high)
    return drawing(
        figure.key,
        WIDTH,
        TOP + high + PLOT + 42,
        figure.title,
        figure.alternative,
        _heading(figure),
        origin_mark(figure.origin, WIDTH),
        head,
        grid_lines(values, up, LEFT, WIDTH - RIGHT + 14),
        _neutral(figure.y, up),
        *_thin(units, across, up, dots=_numbers(figure) <= DOTS),
        *_thick(means, across, up),
        _visits(figure.x, across, up.start),
    )


def _heading(figure: Figure) -> Markup:
    longest = HEADING_BEFORE_REMARK if figure.remark else HEADING
    return label(4, 13, shortened(figure.heading, longest) + figure.remark, font_weight=600)


def _entry(mean: Series) -> tuple[Markup, str]:
    colour = _colour(mean)
    line = element("line", x1=-9, x2=9, y1=0, y2=0, stroke=colour, stroke_width=2)
    return Markup("").join([line, mark(mean.group, colour)]), shortened(mean.label, 40)


def _colour(series: Series) -> str:
    """The colour of a group; of everybody's mean, ink."""
    everybody = series.mark == "mean" and not series.label
    return INK if everybody else COLOURS[series.group % len(COLOURS)]


def _numbers(figure: Figure) -> int:
    """How many values and limits there are."""
    return sum(
        value is not None
        for series in figure.series
        for point in series.points
        for value in (point.y, point.low, point.high)
    )


def _neutral(axis: Axis, up: Scale) -> Markup:
    """A dashed line at the value that means "no change", where it is on the axis."""
    if axis.neutral is None or not up.low <= axis.neutral <= up.high:
        return Markup("")
    y = up(axis.neutral)
    return element(
        "line",
        x1=LEFT,
        x2=WIDTH - RIGHT + 14,
        y1=y,
        y2=y,
        stroke=PALE,
        stroke_width=1,
        stroke_dasharray="5 4",
    )


def _thin(units: list[Series], across: Scale, up: Scale, *, dots: bool) -> list[Markup]:
    """A thin line a unit, with its name for the pointer; the more there are, the fainter."""
    found, faint = [], f"{max(0.1, 0.42 * min(1.0, 60 / max(len(units), 1))):.2f}"
    for unit in units:
        places = [(across(point.x), up(point.y)) for point in unit.points]
        colour = _colour(unit)
        line = element("polyline", points=_joined(places), fill="none", stroke=colour)
        spots = (
            [element("circle", cx=x, cy=y, r=1.6, fill=colour) for x, y in places]
            if dots or len(places) == 1
            else []
        )
        found.append(element("g", element("title", unit.label), line, *spots, opacity=faint))
    return found


def _joined(places: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _thick(means: list[Series], across: Scale, up: Scale) -> list[Markup]:
    """A thick line of means with their intervals; groups stand a little beside each other."""
    found = []
    for number, mean in enumerate(means):
        aside, colour = (number - (len(means) - 1) / 2) * 6, _colour(mean)
        places = [(across(point.x) + aside, up(point.y)) for point in mean.points]
        found += [
            element("polyline", points=_joined(places), fill="none", stroke=ink, stroke_width=wide)
            for ink, wide in (("#ffffff", 5), (colour, 2.4))
        ]
        found += [
            _interval(point, x, up, colour)
            for point, (x, _) in zip(mean.points, places, strict=True)
        ]
        found += [
            element(
                "g",
                element("title", point.text),
                mark(number, colour, 4.4),
                transform=f"translate({x:.1f} {y:.1f})",
            )
            for point, (x, y) in zip(mean.points, places, strict=True)
        ]
    return found


def _interval(point: Point, x: float, up: Scale, colour: str) -> Markup:
    if point.low is None or point.high is None:
        return Markup("")
    low, high = up(point.low), up(point.high)
    return element(
        "path",
        d=f"M{x - 4:.1f} {low:.1f}H{x + 4:.1f}M{x:.1f} {low:.1f}V{high:.1f}M{x - 4:.1f} {high:.1f}H{x + 4:.1f}",
        stroke=colour,
        stroke_width=1.6,
        fill="none",
    )


def _visits(axis: Axis, across: Scale, bottom: float) -> Markup:
    """The line under the plot, with the visits' ids and, under them, their names."""
    found = [baseline(LEFT, WIDTH - RIGHT + 14, bottom)]
    for tick in axis.ticks:
        x = across(tick.value)
        found += [
            element("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, stroke=INK),
            label(x, bottom + 17, shortened(tick.text, 12), anchor="middle"),
        ]
        if tick.note:
            found.append(
                label(
                    x,
                    bottom + 31,
                    shortened(tick.note, 14),
                    anchor="middle",
                    fill=PALE,
                    font_size=10,
                )
            )
    return Markup("").join(found)
