"""The report as one HTML file that asks the network for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes.report import Material, document_of

if TYPE_CHECKING:
    from jinja2 import Environment

    from dermoutcomes import Run
    from dermoutcomes.report import Link, ReportOptions

__all__ = ["render", "write_report"]

# How the ids of what can be linked to begin.
PLACES = {"result": "r-", "section": "", "reference": "ref-"}
# What no HTML text may hold: control characters, and the marks that turn the direction of all that
# follows.
FORBIDDEN = dict.fromkeys(
    (
        *range(9),
        11,
        12,
        *range(14, 32),
        *range(127, 160),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0xFFFE,
        0xFFFF,
    )
)


def write_report(run: Run, folder: Path, options: ReportOptions) -> Iterable[Path]:
    """Write `report.html` into `folder`: one file with its style and figures inside; its path."""
    path = folder / "report.html"
    path.write_text(render(run, options), encoding="utf-8", newline="\n")
    return [path]


def render(run: Run, options: ReportOptions) -> str:
    """The report as HTML: the same text for the same run."""
    from markupsafe import Markup

    from dermoutcomes_html_report.figures import draw
    from dermoutcomes_html_report.figures.svg import address

    material = Material(run.study, run.registry, run.table, run.manifest, options)
    style = (files(__package__) / "template" / "report.css").read_text(encoding="utf-8")
    text = (
        _environment()
        .get_template("report.html")
        .render(
            page=document_of(material),
            style=Markup(style),  # noqa: S704 - our own
            draw=draw,
            address=address,
            href=href,
            exact=repr,
        )
    )
    return text.translate(FORBIDDEN) + "\n"


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
