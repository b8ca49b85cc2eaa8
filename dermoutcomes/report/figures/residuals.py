"""Residuals of a model over what it fitted, and over where normal ones would lie.

Every number in them is a row of the results. They are looked at, and nothing is decided by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes.number_text import MINUS, rounded
from dermoutcomes.report.blocks import Paragraph, rich
from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.arms import EVERYBODY, arm_colour, arm_shape
from dermoutcomes.report.figures.parts.figure_words import origin_words
from dermoutcomes.report.figures.parts.layers import at_field, layer, level_line, view_title
from dermoutcomes.report.figures.parts.theme import DOUBLE, HEIGHT, NEUTRAL
from dermoutcomes.report.material import by
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result

__all__ = ["normal_quantile_plots", "residual_plots"]

# The places of what is drawn, as terms declare them.
RESIDUAL, QUANTILES = "residual", "normal quantiles"
# What the records of one figure have in common; of a comparison inside subjects both arms.
OF_MODEL = ("analysis", "term", "comparison", "visit", "reference_visit")
OF_SAMPLE = (*OF_MODEL, "group", "reference_group", "label")
# Around and between two plots side by side, in pixels.
AROUND, BETWEEN = 96, 30
SQUARE = (DOUBLE - AROUND - BETWEEN) // 2
MODEL_WORDS = (
    "left, residuals over their standard deviation against fitted values; right, the same against "
    "normal scores (Blom); on the line, they would be normal. It is looked at, and nothing is "
    "decided by it."
)
NORMAL_WORDS = (
    "residuals over their standard deviation against normal scores (Blom); on the line, they would "
    "be normal. It is looked at, and nothing is decided by it."
)
SAMPLE_WORDS = (
    "ordered values against normal scores (Blom); the line joins the quartiles. It is looked at, "
    "and nothing is decided by it."
)
NO_RESIDUALS = (
    "No residuals are drawn: missing values of this endpoint are filled in several times, and each "
    "imputation leaves residuals of its own."
)
Point = Mapping[str, Any]


def residual_plots(
    material: Material, name: str, results: Sequence[Result]
) -> Iterator[Figure | Paragraph]:
    """A figure for each model of an endpoint, visit and comparison that gave its residuals.

    Scaled residuals over fitted values beside those over normal scores; where one value was fitted
    to all records, as the mean of differences is, the second alone.
    """
    rows = [row for row in results if material.place(row) == RESIDUAL]
    models = _in_order(material, by(rows, *OF_MODEL).values())
    for rows_of_model in models:
        points = _points(material, rows_of_model)
        if points:
            yield _residual_figure(material, name, rows_of_model, points)
    if not models and _is_filled_several_times(material, name):
        yield Paragraph(rich(NO_RESIDUALS), look="note")


def normal_quantile_plots(
    material: Material, name: str, results: Sequence[Result], records_suffix: str = ""
) -> Iterator[Figure]:
    """A figure for each sample whose ordered values stand at their normal scores."""
    rows = [
        row
        for row in results
        if material.place(row) == QUANTILES and row["at"] is not None and row["value"] is not None
    ]
    for sample in _in_order(material, by(rows, *OF_SAMPLE).values()):
        yield _sample_figure(material, name, sample, records_suffix)


def _in_order(material: Material, groups: Iterable[list[Result]]) -> list[list[Result]]:
    """By visit, and otherwise as they come."""
    return sorted(groups, key=lambda rows: material.visit_rank(rows[0]["visit"]))


def _is_filled_several_times(material: Material, name: str) -> bool:
    endpoint = material.study.endpoints[name]
    models = (material.analysis(analysis) for analysis in endpoint.analyses)
    return (
        endpoint.handling != ()
        and material.described_handling(endpoint) != endpoint.handling[0]
        and any(term.place == RESIDUAL for model in models if model for term in model.terms)
    )


def _points(material: Material, rows: Sequence[Result]) -> list[Point]:
    """The records of a model that have all of it, in the order of their arms and scores."""
    points = []
    for (group, level), of_record in by(rows, "group", "level").items():
        stats = {row["stat"]: row["value"] for row in of_record if row["value"] is not None}
        if {"fitted", "scaled_residual", "normal_score"} <= stats.keys():
            points.append(
                {
                    "arm": material.arm_name(group) if group else EVERYBODY,
                    "rank": material.arm_rank(group),
                    "unit": level or "",
                    "fitted": stats["fitted"],
                    "residual": stats["scaled_residual"],
                    "normal score": stats["normal_score"],
                }
            )
    points.sort(key=lambda point: (point["rank"], point["normal score"]))
    return [{key: part for key, part in point.items() if key != "rank"} for point in points]


def _residual_figure(
    material: Material, name: str, rows: Sequence[Result], points: Sequence[Point]
) -> Figure:
    title = _title(material, name, rows[0], "residuals of records")
    of_arms = rows[0]["comparison"] is None
    arms = list(dict.fromkeys(point["arm"] for point in points)) if of_arms else [EVERYBODY]
    if not of_arms:
        points = [{**point, "arm": EVERYBODY} for point in points]
    varies = len({point["fitted"] for point in points}) > 1
    largest = max(points, key=lambda point: abs(point["residual"]))
    size = material.style.written(rounded(largest["residual"], 1).replace("-", MINUS))
    extreme = f"The largest is {size} ({largest['unit']})."
    unit = f", {rows[0]['unit']}" if rows[0]["unit"] else ""
    ids = tuple(row["id"] for row in rows)
    y = _residual_axis("Scaled residual", points, line := _line_of_units(points))
    scores = _normal_view(points, arms, y, line)
    fitted = _fitted_view(points, arms, f"Fitted value{unit}", y)
    return Figure(
        key=f"residuals-{slug(_key(name, rows[0], OF_MODEL))}",
        title=title,
        alternative=f"{len(points)} points. {extreme}{origin_words(material)}",
        caption=f"{title}: {MODEL_WORDS if varies else NORMAL_WORDS} n = {len(points)}. {extreme}",
        spec={"hconcat": [fitted, scores] if varies else [scores], "spacing": BETWEEN},
        results=ids,
        addressed=ids,
        foot=filled_foot(material, rows[:1]),
    )


def _sample_figure(
    material: Material, name: str, rows: Sequence[Result], records_suffix: str
) -> Figure:
    what = rows[0]["label"] or material.term_name(rows[0])
    title = _title(material, name, rows[0], what[:1].lower() + what[1:])
    unit = f", {rows[0]['unit']}" if rows[0]["unit"] else ""
    points = sorted(
        ({"arm": EVERYBODY, "residual": row["value"], "normal score": row["at"]} for row in rows),
        key=lambda point: point["normal score"],
    )
    ids = tuple(row["id"] for row in rows)
    y = _residual_axis(f"{what}{unit}", points, line := _line_of_quartiles(points))
    return Figure(
        key=f"quantiles-{slug(_key(name, rows[0], OF_SAMPLE[:-1]) + records_suffix)}",
        title=title,
        alternative=f"{len(points)} points.{origin_words(material)}",
        caption=f"{title}{records_suffix}: {SAMPLE_WORDS} n = {len(points)}.",
        spec=_normal_view(points, [EVERYBODY], y, line),
        results=ids,
        addressed=ids,
        foot=filled_foot(material, rows[:1]),
    )


def _title(material: Material, name: str, row: Result, what: str) -> str:
    """What is left of which endpoint, in which analysis and where."""
    where = material.comparison_name(row["comparison"]) or material.visit_name(row["visit"])
    parts = (material.endpoint_name(name), material.analysis_name(row["analysis"]), where)
    return f"{': '.join(part for part in parts[:2] if part)}, " + (
        f"{what}, {where}" if where else what
    )


def _key(name: str, row: Result, of: Sequence[str]) -> str:
    """What tells a figure from the others of an endpoint."""
    return "-".join(str(part) for part in (name, *(row[key] for key in of)) if part)


def _fitted_view(
    points: Sequence[Point], arms: Sequence[str], title: str, y: Mapping[str, Any]
) -> dict[str, Any]:
    x = {"type": "quantitative", "scale": {"zero": False}, "title": title}
    return {
        "width": SQUARE,
        "height": HEIGHT,
        "title": view_title("Against fitted values"),
        "layer": [
            level_line(0, y),
            _dots(points, at_field(x, "fitted"), at_field(y, "residual"), arms),
        ],
    }


def _normal_view(
    points: Sequence[Point], arms: Sequence[str], y: Mapping[str, Any], line: Sequence[Point]
) -> dict[str, Any]:
    x = {"type": "quantitative", "title": "Normal score"}
    ends = {"x": at_field(x, "normal score"), "y": at_field(y, "residual")}
    return {
        "width": SQUARE,
        "height": HEIGHT,
        "title": view_title("Against normal scores"),
        "layer": [
            layer("line", ends, line, strokeDash=[5, 4], color=NEUTRAL),
            _dots(points, at_field(x, "normal score"), at_field(y, "residual"), arms),
        ],
    }


def _residual_axis(title: str, points: Sequence[Point], line: Sequence[Point]) -> dict[str, Any]:
    """An axis that holds all points and the line, the same in both plots."""
    # A mark that is cut off at a border would get an id that counts up with every picture drawn.
    values = [point["residual"] for point in (*points, *line)]
    return {
        "type": "quantitative",
        "title": title,
        "scale": {"domain": [min(values), max(values)], "nice": True, "zero": False},
    }


def _dots(
    points: Sequence[Point], x: Mapping[str, Any], y: Mapping[str, Any], arms: Sequence[str]
) -> dict[str, Any]:
    colour, shape = arm_colour(arms), arm_shape(arms)
    look = {"x": x, "y": y, "color": colour, "shape": shape}
    return layer("point", look, points, size=34, strokeWidth=1.2)


def _line_of_units(points: Sequence[Point]) -> list[Point]:
    """Where scaled residuals that are normal lie: each at its score."""
    scores = [point["normal score"] for point in points]
    return [{"normal score": end, "residual": end} for end in (min(scores), max(scores))]


def _line_of_quartiles(points: Sequence[Point]) -> list[Point]:
    """Through the points next to the first and third normal quartile, to both ends."""
    ordered = sorted(points, key=lambda point: point["normal score"])
    low, high = ordered[len(ordered) // 4], ordered[-1 - len(ordered) // 4]
    reach = high["normal score"] - low["normal score"]
    if reach <= 0:
        return []
    slope = (high["residual"] - low["residual"]) / reach
    return [
        {"normal score": end, "residual": low["residual"] + slope * (end - low["normal score"])}
        for end in (ordered[0]["normal score"], ordered[-1]["normal score"])
    ]
