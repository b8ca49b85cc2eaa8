"""A matplotlib figure as SVG markup for the page: no dates, no colliding ids, text as text, with a title and a description."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "INK", "MARKERS", "PALE", "canvas", "plain_axes", "svg_markup"]

INK, PALE, GRID, ALARM = "#1b2a38", "#6f8296", "#d9dfe5", "#9b2c00"
# Eight colours that stay apart for colour-blind readers; lines and marks differ in shape too.
COLOURS = ("#1f5a8a", "#b4531a", "#2f7d5b", "#7b4b94", "#a88400", "#3b8ea5", "#8c2f4b", "#555555")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "text.parse_math": False, "axes.unicode_minus": True, "font.family": ["DejaVu Sans"], "font.size": 8.5,
    "axes.edgecolor": PALE, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.linewidth": 0.8,
    "axes.formatter.useoffset": False, "axes.formatter.limits": (-4, 6), "path.simplify": False,
}


@contextmanager
def canvas(key: str, width: float, height: float, origin: str | None) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one plot, styled; `origin` (where data were not collected) is drawn into the picture itself."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({**STYLE, "svg.hashsalt": f"dermoutcomes {key}"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        if origin:
            axes.text(1.0, 1.015, origin.upper(), transform=axes.transAxes, ha="right", va="bottom", color=ALARM, fontsize=7.5, weight="bold")
        yield figure, axes


def plain_axes(axes: Axes, grid: str = "y") -> None:
    """Left and bottom lines only, a pale grid behind."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis=grid, color=GRID, linewidth=0.6)  # type: ignore[arg-type]
    axes.set_axisbelow(True)
    axes.tick_params(length=3, width=0.8)


def svg_markup(figure: Figure, key: str, title: str, description: str) -> Any:
    """The figure as markup for a page, with a title and a description for those who cannot see it."""
    from markupsafe import Markup, escape
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = StringIO()
    FigureCanvasSVG(figure).print_svg(  # type: ignore[no-untyped-call]
        out, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    body = _trimmed(out.getvalue())
    head = (f'role="img" aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{escape(title)}</title>'
            f'<desc id="{key}-desc">{escape(description)}</desc>')
    return Markup(body.replace(">", f" {head}", 1))  # noqa: S704 - made by matplotlib, its texts escaped there, ours above


def _trimmed(svg: str) -> str:
    """The svg element alone, without metadata, fixed sizes, and the ids of groups, which would repeat from figure to figure."""
    svg = svg[svg.index("<svg"):].strip()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    opening, rest = svg.split(">", 1)
    opening = re.sub(r' (?:width|height|version)="[^"]*"', "", opening)
    return f"{opening}>{rest}"
