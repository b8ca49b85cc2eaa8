"""How figures look: one font, dark ink on white, colours that stay apart for everybody.

Widths are those of journals' columns; Vega-Lite counts in pixels of 1/96 inch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = [
    "ALARM",
    "COLOURS",
    "DASHES",
    "DOUBLE",
    "FLAT",
    "FONT",
    "HEIGHT",
    "INK",
    "LETTER",
    "NEUTRAL",
    "PALE",
    "SHAPES",
    "SINGLE",
    "THEME",
    "arm_scale",
    "pixels",
]

FONT = "Liberation Sans"
INK, PALE, GRID, NEUTRAL = "#1b2a38", "#51626f", "#e3e8ec", "#8f9aa3"
ALARM = "#9b2c00"
# Okabe and Ito's order is for maps; these eight differ in lightness too, so that a grey print keeps
# neighbours apart, and shapes and dashes tell apart what colours do not.
COLOURS = ("#1f4e79", "#d55e00", "#2f9e77", "#8e5aa8", "#b8860b", "#56b4e9", "#a8324e", "#5b5b5b")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke", "arrow")
DASHES = ((1, 0), (6, 3), (2, 2), (8, 3, 2, 3), (4, 2), (1, 3), (10, 4), (6, 2, 2, 2))


def pixels(millimetres: float) -> int:
    """A length on paper in the unit of Vega-Lite."""
    return round(millimetres / 25.4 * 96)


# A column and a page of a journal.
SINGLE, DOUBLE = pixels(84), pixels(174)
HEIGHT = 250
# Of a plot over visits that is as wide as a page: a page holds two such figures with their tables.
FLAT = 180
# Of a letter in the labels, on the average.
LETTER = 5.6

THEME: Mapping[str, Any] = {
    "font": FONT,
    "background": "white",
    "padding": {"left": 4, "right": 10, "top": 4, "bottom": 4},
    "view": {"stroke": None},
    "autosize": {"type": "fit", "contains": "padding"},
    "axis": {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 10.5,
        "titleFontSize": 10.5,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": INK,
        "tickColor": INK,
        "gridColor": GRID,
        "labelLimit": 260,
        "titleLimit": 0,
    },
    "axisX": {"grid": False},
    "axisY": {"domain": False, "ticks": False},
    "legend": {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": 10.5,
        "titleFontSize": 10.5,
        "labelColor": INK,
        "titleColor": INK,
        "labelLimit": 320,
        "orient": "top",
        "title": None,
    },
    "text": {"font": FONT, "fontSize": 10.5, "fill": INK},
    "header": {"labelFont": FONT, "titleFont": FONT, "labelColor": INK, "titleColor": INK},
    "range": {"category": list(COLOURS), "symbol": list(SHAPES)},
}


def arm_scale(names: Sequence[str]) -> dict[str, Any]:
    """The colour scale of arms in the order of the study; past the eighth, colours repeat."""
    return {"domain": list(names), "range": [COLOURS[i % len(COLOURS)] for i in range(len(names))]}
