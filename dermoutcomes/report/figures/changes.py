"""Mean change from baseline by visit: bars of one group, or arms beside one another, with what was tested.

Every number in them is a row of the results, every P that of a hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.feet import filled_foot
from dermoutcomes.report.figures.figure import Figure
from dermoutcomes.report.figures.parts.arms import EVERYBODY, number_rows, plot_width
from dermoutcomes.report.figures.parts.figure_words import measured, origin_words, shown_p
from dermoutcomes.report.figures.parts.layers import at_field, layer, level_line, span
from dermoutcomes.report.figures.parts.theme import COLOURS, FLAT
from dermoutcomes.report.figures.parts.visit_axis import (
    session_marks,
    session_places,
    session_words,
    visit_axis,
    visit_places,
)
from dermoutcomes.report.figures.trajectories import (
    mean_layers,
    mean_rows,
    means_by_group,
    means_in_words,
)
from dermoutcomes.report.result_text import interval_level
from dermoutcomes.report.text_forms import slug

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material, Result
    from dermoutcomes.study import Endpoint

__all__ = ["mean_changes"]

BASELINE = "baseline"
# Of the height of the plot: from an interval to what stands above it, and between two brackets.
GAP, STEP = 0.05, 0.11


def mean_changes(
    material: Material, name: str, endpoint: Endpoint, results: Sequence[Result]
) -> Figure | None:
    """The mean change of each group with its interval, and the P of each hypothesis of a visit.

    None where no mean change from baseline was computed, for grades, and for shares of responders:
    the change of what they are responders of is that of another endpoint.
    """
    if endpoint.responder is not None or material.ordinal(endpoint):
        return None
    changes = [row for row in results if row["reference_visit"] == BASELINE]
    means = means_by_group(material, changes, scale="difference")
    shown = [mean for points in means.values() for mean in points]
    if not shown:
        return None
    visits = sorted({mean.visit for mean in shown}, key=material.visit_rank)
    places = visit_places(material, visits)
    rows = mean_rows(material, means, places)
    brackets = list(_brackets(material, name, rows))
    title = f"{endpoint.name}: mean change from baseline"
    level = f"{interval_level(material)} CI"
    return Figure(
        key=f"change-{slug(name)}",
        title=title,
        alternative=f"{title}. {means_in_words(material, means)}.{origin_words(material)}",
        caption=f"{title} by visit, with {level}; the dashed line is no change."
        + (" P: of the hypothesis, adjusted in its family." if brackets else "")
        + session_words(session_places(material, places)),
        spec=_spec(
            material, places, rows, brackets, measured(material, endpoint, "Mean change", FLAT)
        ),
        results=tuple(row["id"] for mean in shown for row in mean.rows),
        foot=filled_foot(material, [mean.mean for mean in shown]),
    )


def _spec(
    material: Material,
    places: Mapping[str, float],
    rows: list[dict[str, Any]],
    brackets: list[dict[str, Any]],
    y_title: str | list[str],
) -> dict[str, Any]:
    """Intervals about the line of no change, brackets above them, and the numbers below."""
    arms = list(dict.fromkeys(row["arm"] for row in rows))
    x = visit_axis(material, places, plot_width(arms))
    y = {"field": "y", "type": "quantitative", "title": y_title}
    bars = layer("bar", {"x": x, "y": y}, rows, width=30, color=COLOURS[0], opacity=0.35)
    layers = [
        level_line(0.0, y),
        *([bars] if arms == [EVERYBODY] else []),
        *mean_layers(rows, arms, x, y, joined=arms != [EVERYBODY]),
        *(_bracket_layers(brackets, x, y) if brackets else []),
        *session_marks(session_places(material, places), x),
    ]
    plot = {"width": plot_width(arms), "height": FLAT, "layer": layers}
    return {"vconcat": [plot, number_rows(rows, arms, x)], "spacing": 6}


def _bracket_layers(
    brackets: list[dict[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each P above the bracket between the two that it compares, or above the change it tests."""
    start, end = at_field(x, "start"), at_field(x, "end")
    side = span("y", y, "foot", "y")
    text = {"x": at_field(x, "middle"), "y": y, "text": {"field": "text"}}
    return [
        layer("rule", {**span("x", x, "start", "end"), "y": y}, brackets, strokeWidth=1),
        layer("rule", {"x": start, **side}, brackets, strokeWidth=1),
        layer("rule", {"x": end, **side}, brackets, strokeWidth=1),
        layer("text", text, brackets, dy=-7),
    ]


def _brackets(
    material: Material, name: str, rows: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """What is said of the hypotheses of an endpoint at the visits that are drawn, the narrowest lowest."""
    ends = [row[end] for row in rows for end in ("low", "high", "y") if row[end] is not None]
    reach = (max([*ends, 0.0]) - min([*ends, 0.0])) or 1.0
    taken: dict[float, int] = {}
    for hypothesis, pair in sorted(
        _tested_pairs(material, name, rows), key=lambda item: abs(item[1][0]["x"] - item[1][1]["x"])
    ):
        start, end = sorted(row["x"] for row in pair)
        at = pair[0]["visit"]
        highest = max(row["high"] or row["y"] for row in rows if row["visit"] == at)
        y = max(highest, 0.0) + reach * (GAP + STEP * taken.get(at, 0))
        taken[at] = taken.get(at, 0) + 1
        yield {
            "start": start,
            "end": end,
            "middle": (start + end) / 2,
            "y": y,
            "foot": y - reach * 0.02 if start < end else y,
            "text": shown_p(material, hypothesis),
            "hypothesis": hypothesis["hypothesis"],
        }


def _tested_pairs(
    material: Material, name: str, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """The hypotheses of an endpoint with the drawn means that each is about."""
    for hypothesis in material.hypotheses:
        if hypothesis["endpoint"] == name and shown_p(material, hypothesis):
            pair = _pair(material, hypothesis, rows)
            if pair is not None:
                yield hypothesis, pair


def _pair(
    material: Material, hypothesis: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]] | None:
    """The drawn means that a hypothesis is about: of two arms at a visit, or one change twice."""
    estimate = material.shown_stats(hypothesis).get("estimate")
    if estimate is None:
        return None
    at_visit = {row["group"]: row for row in rows if row["name"] == estimate["visit"]}
    if estimate["group"] is None and estimate["reference_visit"] == BASELINE:
        return [at_visit[None]] * 2 if None in at_visit else None
    groups = (estimate["group"], estimate["reference_group"])
    # A result of an arm alone has no other; one against a number has none either.
    if None in groups or not set(groups) <= set(at_visit):
        return None
    return [at_visit[group] for group in groups]
