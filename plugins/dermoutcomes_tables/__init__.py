"""Tables of a finished run for a spreadsheet: CSV files, and one Excel workbook."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reporter, hookimpl
from dermoutcomes_tables.files import CsvOptions, tell_left_out, write_files
from dermoutcomes_tables.workbook import WorkbookOptions, write_workbook

__plugin_api__ = 2


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """The reporters `csv` and `workbook`."""
    yield Reporter(
        name="csv",
        label="A CSV file a table",
        write=write_files,
        options=CsvOptions,
        folder="tables",
        always=True,
        tell=tell_left_out,
    )
    yield Reporter(
        name="workbook",
        label="One Excel workbook, a sheet a table",
        write=write_workbook,
        options=WorkbookOptions,
        folder="tables",
    )
