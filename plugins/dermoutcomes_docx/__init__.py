"""Documents as Word files, with styles, tables and captions that Word knows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Page

__plugin_api__ = 2


def write(document: Document, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001 - it has none
    """Write the document; python-docx is imported now, so that loading the plugin costs nothing."""
    from dermoutcomes_docx.word_file import write_docx

    write_docx(document, path, page)


@hookimpl
def register_formats() -> Iterable[Format]:
    """The format `docx`."""
    yield Format("docx", "Word document, for editing and for manuscripts", write)
