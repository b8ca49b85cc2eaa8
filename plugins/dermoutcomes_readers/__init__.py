"""File formats that exports come in: text, workbooks, Parquet, Arrow, JSON, REDCap, SAS, SPSS, Stata."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from dermoutcomes import Reader, hookimpl
from dermoutcomes_readers import (
    arrow,
    delimited,
    excel,
    json_records,
    json_rewriting,
    other_formats,
    parquet,
    redcap,
    rewriting,
    statistical_files,
    statistical_rewriting,
    take_workbook,
)

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
            advise=other_formats.advise,
            rewrite=rewriting.rewrite_delimited,
        ),
        Reader(
            "excel",
            "Workbook (xlsx, xlsm, xlsb, xls, ods)",
            excel.SUFFIXES,
            excel.recognise,
            excel.read,
            rewrite=rewriting.rewrite_excel,
        ),
        Reader(
            "take_workbook",
            "Workbook of one take of a probe (Summary, Measurements, Raw Data)",
            take_workbook.SUFFIXES,
            take_workbook.recognise,
            take_workbook.read,
        ),
        Reader(
            "parquet",
            "Parquet",
            parquet.SUFFIXES,
            parquet.recognise,
            parquet.read,
            rewrite=rewriting.rewrite_parquet,
        ),
        Reader(
            "arrow",
            "Arrow IPC file or stream (Feather 2)",
            arrow.SUFFIXES,
            arrow.recognise,
            arrow.read,
            rewrite=rewriting.rewrite_arrow,
        ),
        Reader(
            "redcap",
            "Export of REDCap (CSV)",
            redcap.SUFFIXES,
            redcap.recognise,
            redcap.read,
            redcap.RedcapOptions,
            rewrite=rewriting.rewrite_redcap,
        ),
        Reader(
            "json",
            "Records in JSON (objects in objects, regions as rows)",
            json_records.SUFFIXES,
            json_records.recognise,
            json_records.read,
            json_records.JsonOptions,
            rewrite=json_rewriting.rewrite_json,
            nested=True,
        ),
        *(
            evolve(reader, rewrite=statistical_rewriting.REWRITERS.get(reader.name))
            for reader in statistical_files.READERS
        ),
    ]
