"""Documents as HTML: one file each, with its style and figures inside, that asks the network for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Document, Page

__plugin_api__ = 2


def write(document: Document, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001 - it has none
    """Write the page; what it needs is imported now, so that loading the plugin costs nothing."""
    from dermoutcomes_html.rendering import write_page

    write_page(document, path, page)


@hookimpl
def register_formats() -> Iterable[Format]:
    """The format `html`."""
    yield Format("html", "One HTML page whose numbers open what they rest on", write)
