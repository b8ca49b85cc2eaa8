"""A document as one HTML file that asks the network for nothing."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dermoutcomes.report import LAYOUT_WORDS, Figure, block_label, head_parts, parts_of, printable
from dermoutcomes_html.rich_text import address, rich
from dermoutcomes_html.slim_svg import slim_svg
from dermoutcomes_html.static_cells import deciding_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jinja2 import Environment
    from markupsafe import Markup

    from dermoutcomes.report import Document, Page, Section

__all__ = ["render", "write_page"]

SVG_ROOT = re.compile(r"<svg(?P<attributes>[^>]*)>")
SVG_SIDE = re.compile(r' (width|height)="([\d.]+)"')


def write_page(document: Document, path: Path, page: Page) -> None:
    """Write `document` at `path`: one file with its style and figures inside."""
    path.write_text(render(document, page), encoding="utf-8", newline="\n")


def render(document: Document, page: Page) -> str:
    """The document as HTML: the same text for the same document."""
    from markupsafe import Markup

    rests_on = page.evidence.of(_results(document)) if page.evidence else {}
    evidence = _evidence(rests_on)
    script = _template("evidence.js")
    text = (
        _environment()
        .get_template("report.html")
        .render(
            page=document,
            words=LAYOUT_WORDS,
            label=block_label,
            source=page.source_in_document,
            whole_source=page.source,
            style=Markup(_template("report.css")),  # noqa: S704 - our own
            evidence=evidence,
            limit=rests_on.get("limit"),
            cells=list(deciding_cells(rests_on, page.evidence.hypotheses))
            if page.evidence and evidence
            else [],
            script=Markup(script),  # noqa: S704 - our own
            script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
            drawing=lambda figure: drawing(figure, page),
            address=address,
            head_parts=head_parts,
            rich=partial(rich, opens=bool(evidence)),
        )
    )
    return printable(text) + "\n"


def _evidence(evidence: Mapping[str, Any]) -> Markup | None:
    """What the results of a page rest on, as JSON that can stand in a page; None where none is."""
    from markupsafe import Markup

    if not evidence.get("quantities"):
        return None
    text = json.dumps(evidence, ensure_ascii=False, separators=(",", ":"))
    # What could end the element or begin a comment in it.
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no < is left


def _results(document: Document) -> Iterator[str]:
    """The ids of all results that a document shows."""

    def of_sections(sections: Iterable[Section]) -> Iterator[str]:
        for section in sections:
            for block in section.blocks:
                if isinstance(block, Figure):
                    yield from block.results
                for part in parts_of(block):
                    if part.result:
                        yield part.result
                    if part.link and part.link.kind == "result":
                        yield part.link.target
            yield from of_sections(section.children)

    return of_sections(document.sections)


def _template(name: str) -> str:
    return (files(__package__) / "template" / name).read_text(encoding="utf-8")


def drawing(figure: Figure, page: Page) -> Markup:
    """The picture of a figure, with a title and a description for those who cannot see it.

    It scales with the page. The ids of its results lead to it.
    """
    from markupsafe import Markup, escape

    picture = page.drawings.svg(figure)
    root = SVG_ROOT.match(picture)
    assert root is not None, "Vega-Lite draws an SVG"
    names = f"{figure.key}-title {figure.key}-desc"
    attributes = re.sub(r' (?:role|aria-[a-z]+)="[^"]*"', "", root["attributes"])
    attributes += _look(attributes)
    head = (
        f'<svg{attributes} role="img" aria-labelledby="{escape(names)}">'
        f'<title id="{escape(figure.key)}-title">{escape(figure.title)}</title>'
        f'<desc id="{escape(figure.key)}-desc">{escape(figure.alternative)}</desc>'
    )
    # What a mark is called is said once in the words of the figure, not with each of its points.
    marks = re.sub(r' (?:role|aria-[a-z]+)="[^"<>]*"', "", picture[root.end() :])
    return Markup(head + slim_svg(marks))  # noqa: S704 - drawn from data, all text escaped


def _look(attributes: str) -> str:
    """The class of a picture that is higher than wide: of rows, which a screen may scroll through."""
    sides = dict(SVG_SIDE.findall(attributes))
    return ' class="tall"' if float(sides["height"]) > float(sides["width"]) else ""


@cache
def _environment() -> Environment:
    """The templates, compiled once for all pages of a process."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        autoescape=True,
        loader=PackageLoader(__package__, "template"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
