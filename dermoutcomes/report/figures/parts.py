"""Parts that figures share: the axis of visits, the looks of arms, intervals, numbers below a plot.

A Vega-Lite encoding or layer each. Widths are in pixels of 1/96 inch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from dermoutcomes.report.figures.theme import DASHES, DOUBLE, INK, NEUTRAL, PALE, SHAPES, arm_scale
from dermoutcomes.report.result_text import p_part
from dermoutcomes.report.text_forms import printable, shortened

if TYPE_CHECKING:
    from dermoutcomes.report.material import Material
    from dermoutcomes.study import Endpoint

__all__ = [
    "EVERYBODY",
    "HEIGHT",
    "arm_colour",
    "arm_dash",
    "arm_shape",
    "band",
    "baseline_visits",
    "level_line",
    "measured",
    "number_rows",
    "offsets",
    "origin_words",
    "plot_width",
    "session_marks",
    "session_places",
    "session_words",
    "shown_p",
    "visit_axis",
    "visit_places",
]

EVERYBODY = "All"
HEIGHT = 250
# Left of a plot, for the ticks and title of its axis, and for names of arms beside numbers below.
LEAST_BAND, MOST_BAND = 62, 170
# Around plot and band: the white edge, and half of the last label of the axis.
EDGE = 34
# Of the whole time: visits nearer to each other than this stand at equal distances.
CLOSEST = 0.045
# Of a letter in the labels, on the average; as many stand in a line under a tick.
LETTER, TICK_LETTERS = 5.6, 18
# As many letters of a title stand along the height of a plot.
TITLE_LETTERS = 44


def band(arms: Sequence[str]) -> int:
    """How much room there is left of a plot: as the names of its arms need."""
    if list(arms) == [EVERYBODY]:
        return LEAST_BAND
    return int(min(MOST_BAND, max(LEAST_BAND, 54 + LETTER * max(map(len, arms)))))


def plot_width(arms: Sequence[str]) -> int:
    """The width of a plot that is as wide as a page of a journal with what stands left of it."""
    return DOUBLE - band(arms) - EDGE


def visit_places(material: Material, visits: Sequence[str]) -> dict[str, float]:
    """Each visit at its planned day, or all at equal distances where days would overlap."""
    days = [material.study.visits[visit].at.days for visit in visits]
    if (
        any(later - earlier < CLOSEST * (days[-1] - days[0]) for earlier, later in pairwise(days))
        or days[0] == days[-1]
    ):
        days = [float(number) for number in range(len(visits))]
    return dict(zip(visits, days, strict=True))


def visit_axis(material: Material, places: Mapping[str, float], width: int) -> dict[str, Any]:
    """The x of visits: to scale, each with its name, on two heights where names would touch."""
    low, high = min(places.values()), max(places.values())
    # So much that arms beside the first and last visit stay inside, and one visit in the middle.
    reach = 0.06 * (high - low) or 0.5
    pixels_per_day = width / (high - low + 2 * reach)
    # Not left to the drawing: in an expression of Vega a control character is an escape by then.
    names = {visit: _wrapped(printable(material.study.visits[visit].name)) for visit in places}
    lower = [""] * max(map(len, names.values()))
    labels: dict[str, list[str]] = {}
    end = float("-inf")
    for visit, day in places.items():
        at, half = pixels_per_day * day, LETTER * max(map(len, names[visit])) / 2 + 4
        below = at - half <= end
        end = end if below else at + half
        labels[f"{day:.12g}"] = [*lower, *names[visit]] if below else names[visit]
    return {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [low - reach, high + reach], "nice": False, "zero": False},
        "axis": {
            "values": list(places.values()),
            "labelExpr": f"({json.dumps(labels, ensure_ascii=False)})[datum.value] || ''",
            "labelOverlap": False,
            "title": None,
        },
    }


def session_places(material: Material, places: Mapping[str, float]) -> list[float]:
    """Where planned treatments stand on an axis of visits; those beyond its ends are not on it.

    To scale it is their day; where visits stand at equal distances, the visit that they belong to.
    """
    visits = material.study.visits
    to_scale = all(visits[visit].at.days == place for visit, place in places.items())
    at_day = {visits[visit].at.days: place for visit, place in places.items()}
    marks = set()
    for session in material.study.sessions.values():
        if to_scale:
            marks.add(float(session.at.days))
        elif session.visit is None and session.at.days in at_day:
            marks.add(at_day[session.at.days])
        elif session.visit is not None and session.visit in places:
            marks.add(places[session.visit])
    return sorted(at for at in marks if min(places.values()) <= at <= max(places.values()))


def session_marks(at: Sequence[float], x: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A triangle on the foot of the plot at each planned treatment; no layer where there is none."""
    if not at:
        return []
    return [
        {
            "data": {"values": [{"x": place} for place in at]},
            "mark": {
                "type": "point",
                "shape": "triangle-up",
                "filled": True,
                "size": 45,
                "opacity": 1,
                "color": PALE,
                "yOffset": -5,
            },
            "encoding": {"x": x, "y": {"value": HEIGHT}},
        }
    ]


def session_words(at: Sequence[float]) -> str:
    """What a caption says of the triangles; nothing where there are none."""
    if not at:
        return ""
    return " Triangle: planned treatment." if len(at) == 1 else " Triangles: planned treatments."


def _wrapped(name: str) -> list[str]:
    """A name on two lines where one is too long for the axis."""
    return wrap(shortened(name, 2 * TICK_LETTERS - 2), TICK_LETTERS) or [""]


def offsets(places: Mapping[str, float], groups: int) -> list[float]:
    """How far beside its visit each group stands, so that no interval hides another."""
    width = max(places.values()) - min(places.values()) or 1.0
    step = width * min(0.022, 0.5 / max(len(places), 1) / max(groups, 1))
    return [(number - (groups - 1) / 2) * step for number in range(groups)]


def arm_colour(arms: Sequence[str], *, legend: bool = True) -> dict[str, Any]:
    """The colour of an arm; ink where there are no arms."""
    if list(arms) == [EVERYBODY]:
        return {"value": INK}
    return {
        "field": "arm",
        "type": "nominal",
        "scale": arm_scale(arms),
        "legend": _legend(arms) if legend else None,
    }


def _legend(names: Sequence[str]) -> dict[str, Any]:
    """As many names in a line as there is room for."""
    longest = 34 + LETTER * max(map(len, names))
    return {"columns": max(1, int(plot_width(names) // longest)), "symbolOpacity": 1}


def arm_shape(arms: Sequence[str], *, legend: bool = True) -> dict[str, Any]:
    """The shape of an arm: what tells it apart where colours do not."""
    return {
        "field": "arm",
        "type": "nominal",
        "scale": {
            "domain": list(arms),
            "range": [SHAPES[number % len(SHAPES)] for number in range(len(arms))],
        },
        "legend": _legend(arms) if legend and list(arms) != [EVERYBODY] else None,
    }


def arm_dash(arms: Sequence[str]) -> dict[str, Any]:
    """The dashes of an arm's line."""
    return {
        "field": "arm",
        "type": "nominal",
        "scale": {
            "domain": list(arms),
            "range": [list(DASHES[number % len(DASHES)]) for number in range(len(arms))],
        },
        "legend": None,
    }


def level_line(value: float, y: Mapping[str, Any]) -> dict[str, Any]:
    """A dashed line at the value that means no change."""
    return {
        "data": {"values": [{"y": value}]},
        "mark": {"type": "rule", "strokeDash": [5, 4], "color": NEUTRAL},
        "encoding": {"y": {**y, "field": "y"}},
    }


def number_rows(
    rows: Sequence[Mapping[str, Any]], arms: Sequence[str], x: Mapping[str, Any], word: str = "n"
) -> dict[str, Any]:
    """A line of numbers an arm below a plot; a row has `arm`, `visit` (its x) and `n`.

    `word` says what they count before the name of each arm, or alone where there are no arms.
    """
    head = json.dumps(f"{word}, " if word else "", ensure_ascii=False)
    # Numbers are centred at their visits: the first one needs room for its half.
    padding = max([18.0, *(8 + LETTER * len(str(row["n"])) / 2 for row in rows)])
    return {
        "width": plot_width(arms),
        "height": 15 * len(arms),
        "data": {"values": list(rows)},
        "mark": {"type": "text"},
        "encoding": {
            "x": {**x, "field": "visit", "axis": None},
            "y": {
                "field": "arm",
                "type": "nominal",
                "sort": list(arms),
                "title": None,
                "axis": {
                    "domain": False,
                    "ticks": False,
                    "labelExpr": json.dumps(word)
                    if list(arms) == [EVERYBODY]
                    else f"{head} + datum.label",
                    "labelLimit": band(arms) - padding - 4,
                    "labelPadding": padding,
                    "minExtent": band(arms),
                    "maxExtent": band(arms),
                },
            },
            "text": {"field": "n"},
            "color": arm_colour(arms, legend=False),
        },
    }


def measured(material: Material, endpoint: Endpoint, what: str) -> str | list[str]:
    """The title of an axis: what is measured, its unit, and which way is better.

    On two lines where it is longer than the height of a plot.
    """
    parameter = material.parameter(endpoint)
    unit = parameter.unit if parameter and parameter.unit else ""
    better = {"up": "(higher is better)", "down": "(lower is better)"}
    direction = better.get(material.improves(endpoint) or "", "")
    what = shortened(what, TITLE_LETTERS)
    line = " ".join(filter(None, [f"{what}, {unit}" if unit else what, direction]))
    second = " ".join(filter(None, [unit, direction]))
    return [what, second] if len(line) > TITLE_LETTERS and second else line


def shown_p(material: Material, hypothesis: Mapping[str, Any]) -> str:
    """P of a hypothesis as a figure has it: adjusted in its family.

    Nothing where there is none, and for one outside every family: its P is on no level of its own.
    In a study without families, those of primary endpoints have theirs. Tables have all.
    """
    p, families = hypothesis["p_adjusted"], [row["family"] for row in material.hypotheses]
    endpoint = material.study.endpoints.get(hypothesis["endpoint"] or "")
    primary = endpoint is not None and endpoint.role == "primary" and not any(families)
    if p is None or not (hypothesis["family"] or primary):
        return ""
    text = p_part(material, hypothesis, p).text
    return f"P {text}" if text[0] in "<>" else f"P = {text}"


def baseline_visits(endpoint: Endpoint) -> tuple[str, ...]:
    """The visits that the baseline of an endpoint is taken from."""
    return (endpoint.baseline.visits or ()) if endpoint.baseline else ()


def origin_words(material: Material) -> str:
    """The sentence for data that this study did not collect, at the end of an alternative text."""
    return f" {material.origin[1]}" if material.origin else ""
