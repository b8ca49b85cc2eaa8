"""Figures as SVG inside the page.

Written directly: there is no drawing library to load, text stays text, and equal runs give equal
bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes_html_report.figures.bars import draw_bars
from dermoutcomes_html_report.figures.lines import draw_lines
from dermoutcomes_html_report.figures.staircases import draw_staircases

if TYPE_CHECKING:
    from markupsafe import Markup

    from dermoutcomes.report import Figure

__all__ = ["draw"]

DRAWN = {
    "bar": draw_bars,
    "mean": draw_lines,
    "step": draw_staircases,
    "unit": draw_lines,
}


def draw(figure: Figure) -> Markup:
    """The figure as SVG, by the mark of its series."""
    return DRAWN[figure.series[0].mark](figure)
