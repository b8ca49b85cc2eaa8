"""File formats that exports come in: text, workbooks, Parquet, Arrow, REDCap, SAS, SPSS, Stata."""

from __future__ import annotations

from collections.abc import Iterable

from dermoutcomes import Reader, hookimpl
from dermoutcomes_readers import arrow, delimited, excel, parquet, redcap, statistical_files

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
        Reader(
            "redcap",
            "Export of REDCap (CSV)",
            redcap.SUFFIXES,
            redcap.recognise,
            redcap.read,
            redcap.RedcapOptions,
        ),
        *statistical_files.READERS,
    ]
