"""Each subject's line, thin, and the mean with its interval, thick: lines from the records, means from the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen
from markupsafe import Markup

from dermoutcomes_html_report.blocks import Figure
from dermoutcomes_html_report.feet import foot
from dermoutcomes_html_report.figures.axes import (
    Scale,
    baseline,
    grid_lines,
    origin_mark,
    shortened,
    ticks,
)
from dermoutcomes_html_report.figures.legend import legend, mark
from dermoutcomes_html_report.figures.svg import COLOURS, INK, PALE, drawing, element, label
from dermoutcomes_html_report.material import by
from dermoutcomes_html_report.names import slug
from dermoutcomes_html_report.values import value_text

if TYPE_CHECKING:
    from dermoutcomes import Endpoint
    from dermoutcomes_html_report.material import Material, Result

__all__ = ["adjusted_trajectories", "trajectories"]

UNIT = ("subject", "arm", "location", "side", "period", "rater")
ADJUSTED = "ls_mean"  # the term of adjusted means
CLOSEST = (
    0.045  # of the whole time: visits nearer to each other than this are drawn at equal distances
)
WIDTH, PLOT, LEFT, RIGHT, TOP = 690.0, 225.0, 58.0, 30.0, 34.0
DOTS = 1500  # with more values than this, lines alone


@frozen
class Point:
    """A mean with its limits at a visit."""

    visit: str
    mean: Result
    low: Result | None
    high: Result | None

    @property
    def rows(self) -> list[Result]:
        """The results that it shows."""
        return [row for row in (self.mean, self.low, self.high) if row is not None]


@frozen
class Plot:
    """What is drawn: units with their values, means by group, where visits and values stand, colours of groups."""

    units: list[dict[str, Any]]
    means: Mapping[str | None, list[Point]]
    across: Mapping[str, float]
    up: Scale
    ticks: list[float]
    colours: Mapping[str | None, str]
    dots: bool


def trajectories(
    material: Material,
    name: str,
    endpoint: Endpoint,
    records: pl.DataFrame,
    results: Sequence[Result],
) -> Figure | None:
    """The figure of an endpoint, from its main records and their description; None where there is no value at all."""
    values = records.filter(pl.col("value").is_not_null(), pl.col("visit").is_not_null())
    means = _means(material, results)
    seen = {*values["visit"], *(point.visit for points in means.values() for point in points)}
    visits = [visit for visit in material.study.visit_order if visit in seen]
    if not visits:
        return None
    units = _units(values, visits)
    step = max(-(-len(units) // material.options.lines_shown), 1)
    head, high = _legend(material, means)
    plot = _plot(material, units[::step], means, visits, TOP + high)
    svg = drawing(
        f"figure-{slug(name)}",
        WIDTH,
        TOP + high + PLOT + 42,
        f"{endpoint.name} by visit",
        _description(material, endpoint, visits, len(units), means),
        _title(material, endpoint),
        origin_mark(material.origin, WIDTH),
        head,
        grid_lines(plot.ticks, plot.up, LEFT, WIDTH - RIGHT + 14),
        _neutral(material, endpoint, plot),
        *_lines(plot),
        *_thick(material, plot),
        _visits(material, plot),
    )
    rows = [point.mean for points in means.values() for point in points]
    return Figure(
        svg,
        _caption(material, endpoint, len(units), len(plot.units), bool(rows)),
        foot=foot(material, rows),
    )


def adjusted_trajectories(
    material: Material, name: str, endpoint: Endpoint, results: Sequence[Result]
) -> list[Figure]:
    """A figure for each model that gives adjusted means of two arms or more at two visits or more."""
    found = by(
        [row for row in results if row["term"] == ADJUSTED and row["group"] is not None], "analysis"
    )
    figures = (
        _adjusted(material, name, endpoint, analysis, rows) for (analysis,), rows in found.items()
    )
    return [figure for figure in figures if figure]


def _adjusted(
    material: Material, name: str, endpoint: Endpoint, analysis: str, rows: Sequence[Result]
) -> Figure | None:
    means = _means(material, rows, ADJUSTED)
    visits = sorted(
        {point.visit for points in means.values() for point in points}, key=material.visit_rank
    )
    if len(means) < 2 or len(visits) < 2:
        return None
    head, high = _legend(material, means)
    plot = _plot(material, [], means, visits, TOP + high)
    title = f"{endpoint.name}: adjusted (LS) means by visit"
    said = "; ".join(
        f"{material.arm_name(group)} "
        + ", ".join(f"{point.visit} {value_text(material, point.mean)}" for point in points)
        for group, points in means.items()
    )
    svg = drawing(
        f"adjusted-{slug(f'{name}-{analysis}')}",
        WIDTH,
        TOP + high + PLOT + 42,
        title,
        f"{said}.",
        label(4, 13, shortened(f"{title}{_unit(material, endpoint)}", 76), font_weight=600),
        origin_mark(material.origin, WIDTH),
        head,
        grid_lines(plot.ticks, plot.up, LEFT, WIDTH - RIGHT + 14),
        *_thick(material, plot),
        _visits(material, plot),
    )
    level = f"{100 * material.study.confidence:g}% CI"
    return Figure(
        svg,
        f"{title}, with {level}. {material.analysis_name(analysis)}.",
        foot=foot(material, [point.mean for points in means.values() for point in points]),
    )


def _means(
    material: Material, results: Sequence[Result], term: str = "mean_value"
) -> dict[str | None, list[Point]]:
    """Means by group: of the arms where there are any, else of everybody."""
    found: dict[str | None, dict[str, dict[str, Result]]] = {}
    for row in results:
        if (
            row["term"] == term
            and row["visit"] in material.study.visits
            and row["value"] is not None
        ):
            found.setdefault(row["group"], {}).setdefault(row["visit"], {})[row["stat"]] = row
    if len(found) > 1:
        found.pop(None, None)
    arms = list(material.study.arms)
    groups = sorted(
        found, key=lambda group: (arms.index(group) if group in arms else len(arms), group or "")
    )
    return {
        group: [
            Point(visit, stats["estimate"], stats.get("conf_low"), stats.get("conf_high"))
            for visit, stats in sorted(
                found[group].items(), key=lambda item: material.visit_rank(item[0])
            )
            if "estimate" in stats
        ]
        for group in groups
    }


def _units(values: pl.DataFrame, visits: list[str]) -> list[dict[str, Any]]:
    """A unit with its visits and values in time order, units by their ids."""
    rank = {visit: number for number, visit in enumerate(visits)}
    known = values.filter(pl.col("visit").is_in(visits)).with_columns(
        rank=pl.col("visit").replace_strict(rank, return_dtype=pl.Int64)
    )
    return (
        known.sort(*UNIT, "rank")
        .group_by(*UNIT, maintain_order=True)
        .agg("visit", "value")
        .to_dicts()
    )


def _plot(
    material: Material,
    units: list[dict[str, Any]],
    means: Mapping[str | None, list[Point]],
    visits: list[str],
    top: float,
) -> Plot:
    values = [value for unit in units for value in unit["value"]]
    values += [
        row["value"]
        for points in means.values()
        for point in points
        for row in point.rows
        if row["value"] is not None
    ]
    places = ticks(values)
    groups = [
        *means,
        *sorted({unit["arm"] for unit in units} - set(means), key=lambda group: group or ""),
    ]
    return Plot(
        units,
        means,
        _across(material, visits),
        Scale(places[0], places[-1], top + PLOT, top),
        places,
        {group: COLOURS[number % len(COLOURS)] for number, group in enumerate(groups)},
        len(values) <= DOTS,
    )


def _across(material: Material, visits: list[str]) -> dict[str, float]:
    """Where each visit stands: at its planned day, or at equal distances where days would put visits on top of each other."""
    days = [material.study.visits[visit].at.days for visit in visits]
    if (
        any(later - earlier < CLOSEST * (days[-1] - days[0]) for earlier, later in pairwise(days))
        or days[0] == days[-1]
    ):
        days = [float(number) for number in range(len(visits))]
    scale = Scale(days[0], days[-1], LEFT + 26, WIDTH - RIGHT - 12)
    return {visit: scale(day) for visit, day in zip(visits, days, strict=True)}


def _title(material: Material, endpoint: Endpoint) -> Markup:
    unit = _unit(material, endpoint)
    better = {"up": " (higher is better)", "down": " (lower is better)"}.get(
        material.improves(endpoint) or "", ""
    )
    return label(4, 13, f"{shortened(endpoint.name, 56)}{unit}{better}", font_weight=600)


def _unit(material: Material, endpoint: Endpoint) -> str:
    parameter = material.parameter(endpoint)
    return f", {parameter.unit}" if parameter and parameter.unit else ""


def _legend(material: Material, means: Mapping[str | None, list[Point]]) -> tuple[Markup, float]:
    entries = [
        (
            Markup("").join(
                [
                    element(
                        "line",
                        x1=-9,
                        x2=9,
                        y1=0,
                        y2=0,
                        stroke=COLOURS[number % len(COLOURS)],
                        stroke_width=2,
                    ),
                    mark(number, COLOURS[number % len(COLOURS)]),
                ]
            ),
            shortened(material.arm_name(group), 40),
        )
        for number, group in enumerate(means)
        if group is not None
    ]
    return legend(entries, LEFT, TOP, WIDTH - RIGHT)


def _neutral(material: Material, endpoint: Endpoint, plot: Plot) -> Markup:
    """A dashed line at the value that means "no change", where the measure has one."""
    parameter = material.parameter(endpoint)
    if (
        parameter is None
        or parameter.neutral is None
        or not plot.ticks[0] <= parameter.neutral <= plot.ticks[-1]
    ):
        return Markup("")
    y = plot.up(parameter.neutral)
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


def _lines(plot: Plot) -> list[Markup]:
    """A thin line a unit, with its name for the pointer; the more there are, the fainter."""
    found, faint = [], f"{max(0.1, 0.42 * min(1.0, 60 / max(len(plot.units), 1))):.2f}"
    for unit in plot.units:
        points = [
            (plot.across[visit], plot.up(value))
            for visit, value in zip(unit["visit"], unit["value"], strict=True)
        ]
        tip = element(
            "title", ", ".join(str(unit[name]) for name in UNIT if unit[name] is not None)
        )
        colour = plot.colours[unit["arm"]]
        line = element(
            "polyline",
            points=" ".join(f"{x:.1f},{y:.1f}" for x, y in points),
            fill="none",
            stroke=colour,
        )
        dots = (
            [element("circle", cx=x, cy=y, r=1.6, fill=colour) for x, y in points]
            if plot.dots or len(points) == 1
            else []
        )
        found.append(element("g", tip, line, *dots, opacity=faint))
    return found


def _thick(material: Material, plot: Plot) -> list[Markup]:
    """A thick line of means with their intervals; groups stand a little beside each other."""
    found = []
    for number, (group, points) in enumerate(plot.means.items()):
        aside = (number - (len(plot.means) - 1) / 2) * 6
        colour = INK if group is None else plot.colours[group]
        places = [
            (plot.across[point.visit] + aside, plot.up(point.mean["value"])) for point in points
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        found += [
            element("polyline", points=line, fill="none", stroke=ink, stroke_width=wide)
            for ink, wide in (("#ffffff", 5), (colour, 2.4))
        ]
        found += [
            _interval(plot, point, x, colour) for point, (x, _) in zip(points, places, strict=True)
        ]
        found += [
            element(
                "g",
                element("title", _tip(material, group, point)),
                mark(number, colour, 4.4),
                transform=f"translate({x:.1f} {y:.1f})",
            )
            for point, (x, y) in zip(points, places, strict=True)
        ]
    return found


def _interval(plot: Plot, point: Point, x: float, colour: str) -> Markup:
    if (
        point.low is None
        or point.high is None
        or point.low["value"] is None
        or point.high["value"] is None
    ):
        return Markup("")
    low, high = plot.up(point.low["value"]), plot.up(point.high["value"])
    return element(
        "path",
        d=f"M{x - 4:.1f} {low:.1f}H{x + 4:.1f}M{x:.1f} {low:.1f}V{high:.1f}M{x - 4:.1f} {high:.1f}H{x + 4:.1f}",
        stroke=colour,
        stroke_width=1.6,
        fill="none",
    )


def _tip(material: Material, group: str | None, point: Point) -> str:
    limits = (
        f" ({value_text(material, point.low)} to {value_text(material, point.high)})"
        if point.low and point.high
        else ""
    )
    return f"{material.arm_name(group)} {point.visit}: mean {value_text(material, point.mean)}{limits}".strip()


def _visits(material: Material, plot: Plot) -> Markup:
    """The line under the plot, with the visits' ids and, under them, their names."""
    bottom = plot.up.start
    found = [baseline(LEFT, WIDTH - RIGHT + 14, bottom)]
    for visit, x in plot.across.items():
        name = material.study.visits[visit].name
        found += [
            element("line", x1=x, x2=x, y1=bottom, y2=bottom + 4, stroke=INK),
            label(x, bottom + 17, shortened(visit, 12), anchor="middle"),
        ]
        found += (
            [label(x, bottom + 31, shortened(name, 14), anchor="middle", fill=PALE, font_size=10)]
            if name != visit
            else []
        )
    return Markup("").join(found)


def _caption(material: Material, endpoint: Endpoint, every: int, drawn: int, means: bool) -> str:  # noqa: FBT001 - whether there are any
    unit = "subject" if endpoint.unit == "subject" else endpoint.unit
    lines = f"Thin lines: each {unit}" + (
        f" ({drawn} of {every} drawn, at equal steps through their ids)" if drawn < every else ""
    )
    thick = (
        f"; thick line: mean with its {100 * material.study.confidence:g}% CI"
        if means
        else "; no mean was computed"
    )
    return f"{endpoint.name} by visit. {lines}{thick}."


def _description(
    material: Material,
    endpoint: Endpoint,
    visits: list[str],
    every: int,
    means: Mapping[str | None, list[Point]],
) -> str:
    said = [
        f"{material.arm_name(group)} ".lstrip()
        + ", ".join(f"{point.visit} {value_text(material, point.mean)}" for point in points)
        for group, points in means.items()
    ]
    origin = f" {material.origin[1]}" if material.origin else ""
    return f"Lines of {every} records over the visits {', '.join(visits)} of {endpoint.name}. Means: {'; '.join(said) or 'none'}.{origin}"
