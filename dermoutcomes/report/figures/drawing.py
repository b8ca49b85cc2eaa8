"""Figures as pictures: a Vega-Lite dict drawn as SVG and PNG, with one font and one look."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.number_text import AMA, Style
from dermoutcomes.report.figures.fonts import register_fonts
from dermoutcomes.report.figures.parts.theme import ALARM, DOUBLE, SINGLE, THEME
from dermoutcomes.report.text_forms import printable

if TYPE_CHECKING:
    from dermoutcomes.report.figures.figure import Figure

__all__ = ["DPI", "Drawings", "drawn_anew"]

# What has drawings of earlier runs: given what a drawing rests on, and how it is drawn if need be.
Kept = Callable[[str, Callable[[], bytes]], bytes]

VEGA_LITE = "v6.4"
DPI = 300
# A Vega-Lite unit is a CSS pixel, of which 96 make an inch; the drawing library takes 72 for one.
SCALE = 72 / 96
# The head of a drawing: its size, its box, and the white ground that fills it.
HEAD = re.compile(
    r'(<svg[^>]*?) width="([\d.]+)" height="([\d.]+)" viewBox="0 0 [\d.]+ [\d.]+"'
    r'([^>]*>\s*)<rect width="[\d.]+" height="[\d.]+"'
)


def drawn_anew(source: str, draw: Callable[[], bytes]) -> bytes:  # noqa: ARG001 - as who keeps them
    """The drawing, whatever was drawn before."""
    return draw()


class Drawings:
    """The figures of a run as pictures; each is drawn once, whichever formats ask for it.

    `origin` is printed above each where the data are not of people; `style` has the decimal sign
    of the numbers of axes. `kept` has what was drawn before, by all that a drawing rests on but the
    versions of what draws. Pictures are the same bytes for the same figure: the font is shipped,
    and no figure asks the network for anything.
    """

    def __init__(self, origin: str = "", style: Style = AMA, kept: Kept = drawn_anew) -> None:
        self.origin, self.style, self.kept = origin, style, kept
        self._svg: dict[str, str] = {}
        self._png: dict[str, bytes] = {}

    def svg(self, figure: Figure) -> str:
        """The figure as an SVG text; its root has width and height in pixels.

        It is as wide as a column (84 mm) or a page (174 mm) of a journal: the narrower that holds it.

        Raises ValueError, with what Vega-Lite says, for a specification that it cannot draw.
        """
        if figure.key not in self._svg:
            spec, settings = _printable(self._with_origin(figure.spec)), _settings(self.style)
            # Not sorted: in which order layers and axes stand says how they are drawn.
            source = json.dumps([spec, settings], ensure_ascii=False)
            svg = self.kept(source, lambda: _svg(source, spec, settings).encode())
            self._svg[figure.key] = svg.decode()
        return self._svg[figure.key]

    def _with_origin(self, spec: Mapping[str, Any]) -> Mapping[str, Any]:
        """The specification under the words for data that are not of people, wherever it is shown."""
        if not self.origin:
            return spec
        said = {
            "text": self.origin.upper(),
            "anchor": "end",
            "color": ALARM,
            "fontSize": 9.5,
            "offset": 4,
        }
        return {**spec, "title": said}

    def png(self, figure: Figure) -> bytes:
        """The figure as a PNG of 300 dots an inch."""
        if figure.key not in self._png:
            svg = self.svg(figure)
            source = json.dumps([svg, SCALE, DPI], ensure_ascii=False)
            self._png[figure.key] = self.kept(source, lambda: _png(svg))
        return self._png[figure.key]


def _settings(style: Style) -> dict[str, Any]:
    """All that a drawing rests on beside its specification."""
    return {
        "vl_version": VEGA_LITE,
        "config": dict(THEME),
        "allowed_base_urls": [],
        "format_locale": {
            "decimal": style.decimal,
            "thousands": style.thousands,
            "grouping": [3],
            "currency": ["", ""],
        },
    }


def _png(svg: str) -> bytes:
    import vl_convert

    register_fonts(svg)
    return vl_convert.svg_to_png(svg, scale=SCALE, ppi=DPI)


def _svg(source: str, spec: dict[str, Any], settings: Mapping[str, Any]) -> str:
    import vl_convert

    register_fonts(source)
    svg = vl_convert.vegalite_to_svg(spec, **settings)
    return HEAD.sub(_at_a_journals_width, svg, count=1)


def _at_a_journals_width(head: re.Match[str]) -> str:
    """The head of a drawing with white at its right, or made smaller where it is wider than a page."""
    drawn, height = float(head[2]), float(head[3])
    width = SINGLE if drawn <= SINGLE else DOUBLE
    box = max(drawn, width)
    return (
        f'{head[1]} width="{width}" height="{height * width / box:g}" '
        f'viewBox="0 0 {box:g} {height:g}"{head[4]}<rect width="{box:g}" height="{height:g}"'
    )


def _printable(value: Any) -> Any:
    """The specification with texts that can be drawn: a control character would end the process."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(item) for item in value]
    return value
