"""Looks of arms: colour, shape, dashes; room for names; numbers below a plot, a line an arm."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dermoutcomes.report.figures.parts.layers import at_field, layer
from dermoutcomes.report.figures.parts.theme import DASHES, DOUBLE, INK, LETTER, SHAPES, arm_scale

__all__ = ["EVERYBODY", "arm_colour", "arm_dash", "arm_shape", "band", "number_rows", "plot_width"]

EVERYBODY = "All"
# Left of a plot, for the ticks and title of its axis, and for names of arms beside numbers below.
LEAST_BAND, MOST_BAND = 62, 170
# Around plot and band: the white edge, and half of the last label of the axis.
EDGE = 34


def band(arms: Sequence[str]) -> int:
    """How much room there is left of a plot: as the names of its arms need."""
    if list(arms) == [EVERYBODY]:
        return LEAST_BAND
    return int(min(MOST_BAND, max(LEAST_BAND, 54 + LETTER * max(map(len, arms)))))


def plot_width(arms: Sequence[str]) -> int:
    """The width of a plot that is as wide as a page of a journal with what stands left of it."""
    return DOUBLE - band(arms) - EDGE


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


def number_rows(
    rows: Sequence[Mapping[str, Any]], arms: Sequence[str], x: Mapping[str, Any], word: str = "n"
) -> dict[str, Any]:
    """A line of numbers an arm below a plot; a row has `arm`, `visit` (its x) and `n`.

    `word` says what they count before the name of each arm, or alone where there are no arms.
    """
    head = json.dumps(f"{word}, " if word else "", ensure_ascii=False)
    # Numbers are centred at their visits: the first one needs room for its half.
    padding = max([18.0, *(8 + LETTER * len(str(row["n"])) / 2 for row in rows)])
    axis = {
        "domain": False,
        "ticks": False,
        "labelExpr": json.dumps(word) if list(arms) == [EVERYBODY] else f"{head} + datum.label",
        "labelLimit": band(arms) - padding - 4,
        "labelPadding": padding,
        "minExtent": band(arms),
        "maxExtent": band(arms),
    }
    encoding = {
        "x": {**at_field(x, "visit"), "axis": None},
        "y": {"field": "arm", "type": "nominal", "sort": list(arms), "title": None, "axis": axis},
        "text": {"field": "n"},
        "color": arm_colour(arms, legend=False),
    }
    return {
        "width": plot_width(arms),
        "height": 15 * len(arms),
        **layer("text", encoding, rows),
    }
