"""Workbooks: one table a file, and one for the whole run that a person reads first."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dermoutcomes import Format, NoOptions, Reporter, hookimpl
from dermoutcomes_xlsx.workbook_options import WorkbookOptions

if TYPE_CHECKING:
    from dermoutcomes import Run
    from dermoutcomes.report import Page, Table

__plugin_api__ = 2


def write(table: Table, path: Path, page: Page, options: NoOptions) -> None:  # noqa: ARG001 - it has none
    """Write one table; xlsxwriter is imported now, so that loading the plugin costs nothing."""
    from dermoutcomes_xlsx.table_sheet import write_table

    write_table(table, path, page)


def write_run(run: Run, folder: Path, options: WorkbookOptions) -> Iterable[Path]:
    """Write the workbook of a run; what it takes is imported now."""
    from dermoutcomes_xlsx.workbook import write_workbook

    return write_workbook(run, folder, options)


@hookimpl
def register_formats() -> Iterable[Format]:
    """The format `xlsx`."""
    yield Format("xlsx", "Tables as Excel workbooks, a file each", write, of="table")


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """The reporter `workbook`."""
    yield Reporter(
        name="workbook",
        label="One Excel workbook: Table 1, results, endpoints, safety, quality, then the data",
        write=write_run,
        options=WorkbookOptions,
        folder="report",
    )
