"""The words that figures are written in: layers, and what says where and how a mark stands.

Each gives a part of a Vega-Lite view. An *axis* is an encoding of x or y without its field, so that
the marks of one plot share scale, title and ticks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dermoutcomes.report.figures.parts.theme import COLOURS, INK, NEUTRAL, PALE

__all__ = [
    "at_field",
    "categories",
    "effect_lines",
    "interval_rules",
    "labelled_axis",
    "layer",
    "level_line",
    "pixel_axis",
    "span",
    "view_title",
]

Encoding = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]


def layer(
    mark: str, encoding: Encoding, rows: Rows | None = None, **look: object
) -> dict[str, Any]:
    """A mark for each row of data; without rows, for each row of the view that it stands in."""
    data = {} if rows is None else {"data": {"values": list(rows)}}
    return {**data, "mark": {"type": mark, **look}, "encoding": dict(encoding)}


def at_field(axis: Encoding, field: str) -> dict[str, Any]:
    """The place on an axis that a field of the data says."""
    return {**axis, "field": field}


def span(channel: str, axis: Encoding, start: str, end: str) -> dict[str, Any]:
    """From one field to another along x or y: an interval, a band, the side of a bracket."""
    return {channel: at_field(axis, start), f"{channel}2": {"field": end}}


def categories(field: str, looks: Mapping[str, Any]) -> dict[str, Any]:
    """A look for each word of a field: a colour, dashes or a shape, as the channel is. No legend."""
    return {
        "field": field,
        "type": "nominal",
        "scale": {"domain": list(looks), "range": list(looks.values())},
        "legend": None,
    }


def level_line(value: float, y: Encoding) -> dict[str, Any]:
    """A dashed line at the value that means no change."""
    return layer("rule", {"y": at_field(y, "y")}, [{"y": value}], strokeDash=[5, 4], color=NEUTRAL)


def effect_lines(x: Encoding, none: float, effect: float | None) -> list[dict[str, Any]]:
    """Upright lines of a forest: at no effect, and dashed at an effect, where there is one to show."""
    lines = [(none, [1, 0], NEUTRAL)]
    if effect is not None:
        lines.append((effect, [4, 3], COLOURS[0]))
    return [
        layer("rule", {"x": at_field(x, "at")}, [{"at": at}], strokeDash=dash, color=colour)
        for at, dash, colour in lines
    ]


def interval_rules(rows: Rows, x: Encoding, y: Encoding) -> dict[str, Any]:
    """The confidence interval of each row of a forest, from side to side."""
    encoding = {"y": y, **span("x", x, "conf_low", "conf_high")}
    return layer("rule", encoding, rows, strokeWidth=1.4, color=INK)


def labelled_axis(
    labels: Mapping[str, Sequence[str]], places: Sequence[float], low: float, high: float
) -> dict[str, Any]:
    """An x from `low` to `high` with ticks at `places` alone, each with the lines of its label."""
    return {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {
            "values": list(places),
            # An expression of Vega: the lines of the tick's value, and nothing at any other.
            "labelExpr": f"({json.dumps(labels, ensure_ascii=False)})[datum.value] || ''",
            "labelOverlap": False,
            "title": None,
        },
    }


def pixel_axis(length: float, *, downwards: bool = False) -> dict[str, Any]:
    """An axis that is not shown and counts pixels: for what is drawn and not plotted."""
    return {
        "type": "quantitative",
        "axis": None,
        "scale": {
            "domain": [0, length],
            "nice": False,
            "zero": False,
            **({"reverse": True} if downwards else {}),
        },
    }


def view_title(text: str) -> dict[str, Any]:
    """Small words above a part of a figure, at its left."""
    return {
        "text": text,
        "anchor": "start",
        "fontSize": 10.5,
        "fontWeight": "normal",
        "color": PALE,
        "offset": 2,
    }
