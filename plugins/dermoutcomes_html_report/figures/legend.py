"""Legends: entries side by side, on as many lines as they need."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from dermoutcomes_html_report.figures.svg import INK, element, label, text_width

__all__ = ["LINE", "legend", "mark"]

LINE, SAMPLE, GAP = 17.0, 16.0, 18.0


def legend(
    entries: Sequence[tuple[Markup, str]], left: float, top: float, right: float
) -> tuple[Markup, float]:
    """Samples with their words, and how high they stand; `left`, `top` and `right` bound them."""
    x, y, found = left, top, []
    for sample, words in entries:
        wide = SAMPLE + 5 + text_width(words)
        if x > left and x + wide > right:
            x, y = left, y + LINE
        found += [
            element("g", sample, transform=f"translate({x + SAMPLE / 2:g} {y - 4:g})"),
            label(x + SAMPLE + 5, y, words),
        ]
        x += wide + GAP
    return Markup("").join(found), (y - top + LINE if entries else 0.0)


def mark(number: int, colour: str = INK, size: float = 4.0) -> Markup:
    """The mark of the so-manyth group around the origin: its shape differs too, not just its colour."""
    shapes = (
        element("circle", r=size, fill=colour),
        element("rect", x=-size, y=-size, width=2 * size, height=2 * size, fill=colour),
        element(
            "polygon",
            points=f"0,{-1.3 * size:g} {1.2 * size:g},{size:g} {-1.2 * size:g},{size:g}",
            fill=colour,
        ),
        element(
            "polygon",
            points=f"0,{-1.4 * size:g} {1.4 * size:g},0 0,{1.4 * size:g} {-1.4 * size:g},0",
            fill=colour,
        ),
    )
    return shapes[number % len(shapes)]
