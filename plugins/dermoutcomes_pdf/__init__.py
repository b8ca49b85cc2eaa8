"""Documents as tagged PDF, set by Typst: no office program, no network, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Page

__plugin_api__ = 2


def write(document: Document, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001 - it has none
    """Write the document; Typst is imported now, so that loading the plugin costs nothing."""
    from dermoutcomes_pdf.typesetting import write_pdf

    write_pdf(document, path, page)


@hookimpl
def register_formats() -> Iterable[Format]:
    """The format `pdf`."""
    yield Format("pdf", "PDF for reading and printing, tagged (PDF/UA-1)", write)
