"""File formats that exports come in: text, workbooks, Parquet, Arrow, SAS, SPSS and Stata."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reader, hookimpl
from dermoutcomes_readers import arrow, delimited, excel, parquet, statistical_files

__all__ = ["register_readers"]
__plugin_api__ = 2


@hookimpl
def register_readers() -> Iterable[Reader]:
    """The bundled readers."""
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
        *statistical_files.READERS,
    ]
