"""Tables of a finished run for a spreadsheet: a CSV file each."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reporter, hookimpl
from dermoutcomes_tables.csv_files import CsvOptions, tell_left_out, write_files

__plugin_api__ = 2


@hookimpl
def register_reporters() -> Iterable[Reporter]:
    """The reporter `csv`."""
    yield Reporter(
        name="csv",
        label="A CSV file a table",
        write=write_files,
        options=CsvOptions,
        folder="tables",
        always=True,
        tell=tell_left_out,
    )
