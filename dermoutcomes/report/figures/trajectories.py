"""Each subject's values over the visits, and the mean with its interval.

Values are those of the records, means those of the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.distributions import counts_grades
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.arms import (
    EVERYBODY,
    arm_colour,
    arm_shape,
    number_rows,
    plot_width,
)
from dermoutcomes.report.figures.parts.figure_words import measured, origin_words
from dermoutcomes.report.figures.parts.layers import at_field, layer, level_line, span
from dermoutcomes.report.figures.parts.theme import COLOURS, DOUBLE, FLAT
from dermoutcomes.report.figures.parts.thinning import drawn_words, thinned
from dermoutcomes.report.figures.parts.visit_axis import (
    offsets,
    session_marks,
    session_places,
    session_words,
    visit_axis,
    visit_places,
)
from dermoutcomes.report.material import by
from dermoutcomes.report.record_sets import main_records
from dermoutcomes.report.result_text import interval_level, value_text
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.study import Endpoint

__all__ = [
    "Mean",
    "adjusted_trajectories",
    "mean_layers",
    "mean_rows",
    "means_by_group",
    "means_in_words",
    "subject_lines",
    "trajectories",
]

UNIT = ("subject", "arm", "location", "side", "period", "rater")
# The places of the means that are drawn, as terms declare them.
DESCRIBED, ADJUSTED = "interval of mean", "adjusted mean"
# Of the lines of subjects under a mean in ink.
THIN = COLOURS[0]
Group = str | None


@frozen
class Mean:
    """A mean with its limits at a visit."""

    visit: str
    mean: Result
    low: Result | None
    high: Result | None

    @property
    def rows(self) -> list[Result]:
        """The results that it shows."""
        return [row for row in (self.mean, self.low, self.high) if row is not None]


Means = Mapping[Group, list[Mean]]


def subject_lines(material: Material, name: str, results: Sequence[Result]) -> Iterator[Figure]:
    """The lines of every subject of an endpoint; none for grades that were counted."""
    endpoint = material.study.endpoints[name]
    if material.ordinal(endpoint) and counts_grades(material, name, results):
        return
    figure = trajectories(material, name, endpoint, main_records(material, name), results)
    if figure is not None:
        yield figure


def trajectories(
    material: Material,
    name: str,
    endpoint: Endpoint,
    records: pl.DataFrame,
    results: Sequence[Result],
) -> Figure | None:
    """The figure of an endpoint, from its main records and their description.

    None where there is no value at all.
    """
    values = records.filter(pl.col("value").is_not_null(), pl.col("visit").is_not_null())
    means = means_by_group(material, results)
    visits_with_values = {
        *values["visit"].unique(),
        *(mean.visit for points in means.values() for mean in points),
    }
    visits = [visit for visit in material.study.visit_order if visit in visits_with_values]
    if not visits:
        return None
    units = _units(values, visits)
    drawn = thinned(units["arm"], material.options.lines_shown)
    units_drawn = units[drawn].to_dicts()
    groups = [
        *means,
        *sorted({unit["arm"] for unit in units_drawn} - set(means), key=lambda group: group or ""),
    ]
    parameter = material.parameter(endpoint)
    places = visit_places(material, visits)
    return Figure(
        key=f"figure-{slug(name)}",
        title=f"{endpoint.name} by visit",
        alternative=_alternative(material, endpoint, visits, len(units), means),
        caption=_caption(
            material, endpoint, drawn_words(len(drawn), units["arm"]), means=bool(means)
        )
        + session_words(session_places(material, places)),
        spec=_spec(
            material,
            places,
            _unit_rows(material, units_drawn, places, groups),
            mean_rows(material, means, places),
            [material.arm_name(group) if group else EVERYBODY for group in groups],
            measured(material, endpoint, endpoint.name, FLAT),
            parameter.neutral if parameter else None,
        ),
        results=tuple(
            row["id"] for points in means.values() for mean in points for row in mean.rows
        ),
        foot=filled_foot(material, [mean.mean for points in means.values() for mean in points]),
    )


def adjusted_trajectories(
    material: Material, name: str, endpoint: Endpoint, results: Sequence[Result]
) -> list[Figure]:
    """A figure for each model with adjusted means of two arms or more at two visits or more."""
    by_analysis = by(
        [row for row in results if row["group"] is not None and material.place(row) == ADJUSTED],
        "analysis",
    )
    figures = (
        _adjusted_figure(material, name, endpoint, analysis, rows)
        for (analysis,), rows in by_analysis.items()
    )
    return [figure for figure in figures if figure]


def _adjusted_figure(
    material: Material, name: str, endpoint: Endpoint, analysis: str, rows: Sequence[Result]
) -> Figure | None:
    means = means_by_group(material, rows, ADJUSTED)
    visits = sorted(
        {mean.visit for points in means.values() for mean in points}, key=material.visit_rank
    )
    if len(means) < 2 or len(visits) < 2:
        return None
    title = f"{endpoint.name}: adjusted (LS) means by visit"
    places = visit_places(material, visits)
    level = f"{interval_level(material)} CI"
    return Figure(
        key=f"adjusted-{slug(f'{name}-{analysis}')}",
        title=title,
        alternative=f"{means_in_words(material, means)}.",
        caption=f"{title}, with {level}. {material.analysis_name(analysis)}."
        + session_words(session_places(material, places)),
        spec=_spec(
            material,
            places,
            [],
            mean_rows(material, means, places),
            [material.arm_name(group) for group in means],
            measured(material, endpoint, "Adjusted mean", FLAT),
        ),
        results=tuple(
            row["id"] for points in means.values() for mean in points for row in mean.rows
        ),
        foot=filled_foot(material, [mean.mean for points in means.values() for mean in points]),
    )


def means_by_group(
    material: Material,
    results: Sequence[Result],
    place: str = DESCRIBED,
    scale: str = "mean",
) -> dict[Group, list[Mean]]:
    """Means, or mean changes, by group: of the arms where there are any, else of everybody."""
    stats_by_group: dict[Group, dict[str, dict[str, Result]]] = {}
    for row in results:
        if (
            _is_mean(material, row, place, scale)
            and row["visit"] in material.study.visits
            and row["value"] is not None
        ):
            stats_by_group.setdefault(row["group"], {}).setdefault(row["visit"], {})[
                row["stat"]
            ] = row
    if len(stats_by_group) > 1:
        stats_by_group.pop(None, None)
    groups = sorted(stats_by_group, key=material.arm_rank)
    return {
        group: [
            Mean(visit, stats["estimate"], stats.get("conf_low"), stats.get("conf_high"))
            for visit, stats in sorted(
                stats_by_group[group].items(), key=lambda item: material.visit_rank(item[0])
            )
            if "estimate" in stats
        ]
        for group in groups
    }


def _is_mean(material: Material, row: Result, place: str, scale: str) -> bool:
    """Whether a result is of a mean on that scale, in that part of a report."""
    term = material.term(row)
    return term is not None and (term.place, term.scale) == (place, scale)


def _units(values: pl.DataFrame, visits: list[str]) -> pl.DataFrame:
    """A unit with its visits and values in time order, units by their ids."""
    rank = {visit: number for number, visit in enumerate(visits)}
    ranked = values.filter(pl.col("visit").is_in(visits)).with_columns(
        rank=pl.col("visit").replace_strict(rank, return_dtype=pl.Int64)
    )
    return ranked.sort(*UNIT, "rank").group_by(UNIT, maintain_order=True).agg("visit", "value")


def _unit_rows(
    material: Material,
    units: Sequence[Mapping[str, Any]],
    places: Mapping[str, float],
    groups: Sequence[Group],
) -> list[dict[str, Any]]:
    """The values of each unit, beside the mean of its group, with its name for the pointer."""
    beside = dict(zip(groups, offsets(places, len(groups)), strict=True))
    return [
        {
            "unit": ", ".join(str(unit[name]) for name in UNIT if unit[name] is not None),
            "arm": material.arm_name(unit["arm"]) if unit["arm"] else EVERYBODY,
            "points": [
                {"x": places[visit] + beside.get(unit["arm"], 0.0), "y": value}
                for visit, value in zip(unit["visit"], unit["value"], strict=True)
            ],
        }
        for unit in units
    ]


def mean_rows(
    material: Material, means: Means, places: Mapping[str, float]
) -> list[dict[str, Any]]:
    """A row a mean; groups stand a little beside each other, so that no interval hides another."""
    return [
        {
            "arm": EVERYBODY if group is None else material.arm_name(group),
            "group": group,
            "name": mean.visit,
            "x": places[mean.visit] + beside,
            "visit": places[mean.visit],
            "y": mean.mean["value"],
            "low": mean.low["value"] if mean.low else None,
            "high": mean.high["value"] if mean.high else None,
            "n": mean.mean["n_subjects"],
            "tip": _tip(material, group, mean),
            "results": [row["id"] for row in mean.rows],
        }
        for beside, (group, points) in zip(offsets(places, len(means)), means.items(), strict=True)
        for mean in points
    ]


def _spec(
    material: Material,
    places: Mapping[str, float],
    units: list[dict[str, Any]],
    means: list[dict[str, Any]],
    arms: list[str],
    y_title: str | list[str],
    neutral: float | None = None,
) -> dict[str, Any]:
    """Thin lines, means with intervals above them, and how many stand behind each mean below."""
    width = plot_width(arms) if means else DOUBLE
    x = visit_axis(material, places, width)
    y = {"field": "y", "type": "quantitative", "scale": {"zero": False}, "title": y_title}
    layers = [
        *([level_line(neutral, y)] if neutral is not None else []),
        *([_unit_lines(units, arms, x, y)] if units else []),
        *(mean_layers(means, arms, x, y) if means else []),
        *session_marks(session_places(material, places), x),
    ]
    if not means:
        return {"width": width, "height": FLAT, "layer": layers}
    plot = {"width": width, "height": FLAT, "layer": layers}
    return {"vconcat": [plot, number_rows(means, arms, x)], "spacing": 6}


def _unit_lines(
    units: list[dict[str, Any]], arms: list[str], x: Mapping[str, Any], y: Mapping[str, Any]
) -> dict[str, Any]:
    """A thin line a unit; the more there are, the fainter, so that all stay seen."""
    faint = max(0.12, 0.45 * min(1.0, 60 / max(len(units), 1)))
    encoding = {
        "x": x,
        "y": y,
        "color": {"value": THIN} if arms == [EVERYBODY] else arm_colour(arms),
        "detail": {"field": "unit"},
    }
    # Not `opacity`: of each line a layer as large as the picture would be drawn and mixed.
    point = {"size": 7, "opacity": 1, "fillOpacity": faint, "strokeOpacity": faint}
    lines = layer("line", encoding, units, strokeWidth=0.8, strokeOpacity=faint, point=point)
    points = [
        {"flatten": ["points"]},
        {"calculate": "datum.points.x", "as": "x"},
        {"calculate": "datum.points.y", "as": "y"},
    ]
    return {**lines, "transform": points}


def mean_layers(
    means: list[dict[str, Any]],
    arms: list[str],
    x: Mapping[str, Any],
    y: Mapping[str, Any],
    *,
    joined: bool = True,
) -> list[dict[str, Any]]:
    """Lines of means on a white edge, intervals with caps, and a mark of its own shape an arm.

    Means that are not `joined` have no lines.
    """
    colour = arm_colour(arms)
    line = {"x": x, "y": y, "detail": {"field": "arm"}}
    interval = {"x": x, **span("y", y, "low", "high"), "color": colour}
    lower = {"x": x, "y": at_field(y, "low"), "color": colour}
    upper = {"x": x, "y": at_field(y, "high"), "color": colour}
    mark = {
        "x": x,
        "y": y,
        "color": colour,
        "shape": arm_shape(arms),
        "description": {"field": "tip"},
    }
    cap = {"orient": "horizontal", "width": 7, "thickness": 1.6, "opacity": 1}
    layers = [
        layer("line", line, means, strokeWidth=4.6, color="white"),
        layer("rule", interval, means, strokeWidth=1.6),
        layer("tick", lower, means, **cap),
        layer("tick", upper, means, **cap),
        layer("line", {**line, "color": colour}, means, strokeWidth=2.2),
        layer("point", mark, means, size=55, filled=True, opacity=1),
    ]
    return [part for part in layers if joined or part["mark"]["type"] != "line"]


def _tip(material: Material, group: Group, mean: Mean) -> str:
    limits = (
        f" ({value_text(material, mean.low)} to {value_text(material, mean.high)})"
        if mean.low and mean.high
        else ""
    )
    value = value_text(material, mean.mean)
    return f"{material.arm_name(group)} {mean.visit}: mean {value}{limits}".strip()


def _caption(material: Material, endpoint: Endpoint, drawn: str, *, means: bool) -> str:
    unit = "subject" if endpoint.unit == "subject" else endpoint.unit
    lines = f"Thin lines: each {unit}{drawn}"
    thick = (
        f"; thick line: mean with its {interval_level(material)} CI"
        if means
        else "; no mean was computed"
    )
    return f"{endpoint.name} by visit. {lines}{thick}."


def _alternative(
    material: Material, endpoint: Endpoint, visits: list[str], n_units: int, means: Means
) -> str:
    return (
        f"Lines of {n_units} records over the visits {', '.join(visits)} of {endpoint.name}. "
        f"Means: {means_in_words(material, means) or 'none'}.{origin_words(material)}"
    )


def means_in_words(material: Material, means: Means) -> str:
    """The means of each group in words."""
    return "; ".join(
        f"{material.arm_name(group)} ".lstrip()
        + ", ".join(f"{mean.visit} {value_text(material, mean.mean)}" for mean in points)
        for group, points in means.items()
    )
