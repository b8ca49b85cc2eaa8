"""File formats that exports come in: delimited text, workbooks, Parquet and Arrow."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reader, hookimpl
from dermoutcomes_readers import arrow, delimited, excel, parquet

__all__ = ["register_readers"]
__plugin_api__ = 2


@hookimpl
def register_readers() -> Iterable[Reader]:
    """The four readers."""
    return [
        Reader(
            "delimited",
            "Delimited text (CSV, TSV and the like)",
            delimited.SUFFIXES,
            delimited.recognise,
            delimited.read,
            delimited.DelimitedOptions,
        ),
        Reader(
            "excel",
            "Workbook (xlsx, xlsm, xlsb, xls, ods)",
            excel.SUFFIXES,
            excel.recognise,
            excel.read,
        ),
        Reader("parquet", "Parquet", parquet.SUFFIXES, parquet.recognise, parquet.read),
        Reader(
            "arrow",
            "Arrow IPC file or stream (Feather 2)",
            arrow.SUFFIXES,
            arrow.recognise,
            arrow.read,
        ),
    ]
