"""Tables as workbooks: one table a file, text as it is shown, numbers where that text is one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, hookimpl

if TYPE_CHECKING:
    from dermoutcomes.report import Page, Table

__plugin_api__ = 2


def write(table: Table, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001 - it has none
    """Write one table; xlsxwriter is imported now, so that loading the plugin costs nothing."""
    from dermoutcomes_xlsx.table_sheet import write_table

    write_table(table, path, page)


@hookimpl
def register_formats() -> Iterable[Format]:
    """The format `xlsx`."""
    yield Format("xlsx", "Tables as Excel workbooks, a file each", write, of="table")
