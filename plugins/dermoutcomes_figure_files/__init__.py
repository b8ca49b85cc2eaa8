"""Figures as files: SVG for the web and for editing, PNG of 300 dots an inch for manuscripts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Figure, Page

__plugin_api__ = 2


def write_svg(figure: Figure, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001
    """Write a figure as SVG, with its caption and foot as its metadata."""
    from dermoutcomes_figure_files.picture_texts import svg_with_words, words_of

    svg = svg_with_words(page.drawings.svg(figure), words_of(figure, page))
    path.write_text(svg + "\n", encoding="utf-8", newline="\n")


def write_png(figure: Figure, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001
    """Write a figure as PNG, with its caption and foot as texts of the file."""
    from dermoutcomes_figure_files.picture_texts import png_with_words, words_of

    path.write_bytes(png_with_words(page.drawings.png(figure), words_of(figure, page)))


@hookimpl
def register_formats() -> Iterable[Format]:
    """The formats `svg` and `png`."""
    yield Format("svg", "Figures as SVG", write_svg, of="figure", always=True)
    yield Format("png", "Figures as PNG, 300 dots an inch", write_png, of="figure", always=True)
