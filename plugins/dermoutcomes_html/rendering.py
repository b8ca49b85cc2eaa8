"""A document as one HTML file that asks the network for nothing."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.report import printable

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from dermoutcomes.report import Document, Figure, Link, Page

__all__ = ["render", "write_page"]

SVG_ROOT = re.compile(r"<svg(?P<attributes>[^>]*)>")

# How the ids of what can be linked to begin.
PLACES = {"result": "r-", "section": "", "reference": "ref-"}


def write_page(document: Document, path: Path, page: Page) -> None:
    """Write `document` at `path`: one file with its style and figures inside."""
    path.write_text(render(document, page), encoding="utf-8", newline="\n")


def render(document: Document, page: Page) -> str:
    """The document as HTML: the same text for the same document."""
    from markupsafe import Markup

    style = (files(__package__) / "template" / "report.css").read_text(encoding="utf-8")
    text = (
        _environment()
        .get_template("report.html")
        .render(
            page=document,
            record_sha256=page.record_sha256,
            program=page.program,
            style=Markup(style),  # noqa: S704 - our own
            drawing=lambda figure: drawing(figure, page),
            address=address,
            href=href,
            exact=repr,
        )
    )
    return printable(text) + "\n"


def address(result: str) -> str:
    """The id in the page under which a result stands."""
    return f"{PLACES['result']}{result}"


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
    head = (
        f'<svg{attributes} role="img" aria-labelledby="{escape(names)}">'
        f'<title id="{escape(figure.key)}-title">{escape(figure.title)}</title>'
        f'<desc id="{escape(figure.key)}-desc">{escape(figure.alternative)}</desc>'
    )
    return Markup(head + picture[root.end() :])  # noqa: S704 - drawn from data, all text escaped


def href(link: Link) -> str:
    """Where a link leads: a place in the page, or what it names outside."""
    if link.kind in ("url", "file"):
        return link.target
    return f"#{PLACES[link.kind]}{link.target}"


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        autoescape=True,
        loader=PackageLoader(__package__, "template"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: "" if value is None else value,
    )
