"""Tables as RTF, as clinical reports and submissions take them: one table a file, heads repeated."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Page, Table

__plugin_api__ = 2


def write(table: Table, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001 - it has none
    """Write one table."""
    from dermoutcomes_rtf.rich_text import table_rtf

    path.write_text(table_rtf(table, page), encoding="ascii", newline="\n")


@hookimpl
def register_formats() -> Iterable[Format]:
    """The format `rtf`."""
    yield Format("rtf", "Tables as RTF, a file each", write, of="table")
