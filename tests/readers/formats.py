"""One table in each format, whatever stands in its cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias
from xml.sax.saxutils import quoteattr

import openpyxl
import polars as pl
import pyreadstat
from dermoutcomes_readers.tests.test_readers_extents import Cells, ods, xls, xlsb

__all__ = ["FORMATS", "HEADER", "Cell", "Row", "rows_of"]

Cell: TypeAlias = "str | float | None"
Row: TypeAlias = "list[Cell]"
HEADER = ["subject", "visit", "wet"]


def rows_of(change: Callable[[int, float], Cell]) -> list[Row]:
    """Four people at two visits; `change` says what stands for the reading of a number."""
    return [
        [f"S{number // 2 + 1}", ("W0", "W4")[number % 2], change(number, 40.5 + number)]
        for number in range(8)
    ]


def _frame(rows: Sequence[Row]) -> pl.DataFrame:
    columns = dict(zip(HEADER, zip(*rows, strict=True), strict=True)) if rows else {}
    return pl.DataFrame(
        {
            name: cells
            if all(cell is None or isinstance(cell, float) for cell in cells)
            else [None if cell is None else str(cell) for cell in cells]
            for name, cells in columns.items()
        }
        or {name: pl.Series([], dtype=pl.String) for name in HEADER}
    )


def _text(rows: Sequence[Row]) -> bytes:
    lines = [HEADER, *(["" if cell is None else str(cell) for cell in row] for row in rows)]
    return "\n".join(";".join(line) for line in lines).encode()


def _workbook(rows: Sequence[Row]) -> bytes:
    book, stream = openpyxl.Workbook(), BytesIO()
    for row in (HEADER, *rows):
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def _other_workbook(write: Callable[[Path, Cells], Path]) -> Callable[[Sequence[Row]], bytes]:
    def written(rows: Sequence[Row]) -> bytes:
        cells = [
            (row, column, cell)
            for row, line in enumerate([HEADER, *rows])
            for column, cell in enumerate(line)
            if cell is not None
        ]
        with TemporaryDirectory() as folder:
            return write(Path(folder) / "a", tuple(cells)).read_bytes()

    return written


def _take_workbook(rows: Sequence[Row]) -> bytes:
    """A take of one probe: who took it stands in the Summary, of all its readings."""
    book, stream = openpyxl.Workbook(), BytesIO()
    book.active.title = "Summary"
    for line in (["Operator"], ["N. N."]):
        book.active.append(line)
    sheet = book.create_sheet("Measurements")
    sheet.append(["Order of Measurement", *HEADER])
    for number, row in enumerate(rows, 1):
        sheet.append([number, *row])
    book.save(stream)
    return stream.getvalue()


def _redcap(rows: Sequence[Row]) -> bytes:
    """An export of REDCap: each visit is an event."""
    lines = [["record_id", "redcap_event_name", HEADER[2]]]
    lines += [["" if cell is None else str(cell) for cell in row] for row in rows]
    return "\n".join(",".join(map(_quoted, line)) for line in lines).encode()


def _quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell else cell


def _polars(write: Callable[[pl.DataFrame, BytesIO], object]) -> Callable[[Sequence[Row]], bytes]:
    def written(rows: Sequence[Row]) -> bytes:
        stream = BytesIO()
        write(_frame(rows), stream)
        return stream.getvalue()

    return written


def _pyreadstat(write: Callable[[pl.DataFrame, Path], object]) -> Callable[[Sequence[Row]], bytes]:
    def written(rows: Sequence[Row]) -> bytes:
        with TemporaryDirectory() as folder:
            write(_frame(rows), Path(folder) / "a")
            return (Path(folder) / "a").read_bytes()

    return written


def _json(rows: Sequence[Row]) -> bytes:
    return json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows]).encode()


def _dataset_json(rows: Sequence[Row]) -> bytes:
    columns = [{"name": name, "label": ""} for name in HEADER]
    about = {"datasetJSONVersion": "1.1.0", "name": "R", "records": len(rows)}
    return json.dumps({**about, "columns": columns, "rows": rows}).encode()


def _odm(rows: Sequence[Row]) -> bytes:
    items = "".join(
        f'<ItemDef OID="I.{name}" Name="{name}" DataType="text"/>' for name in HEADER[2:]
    )
    events = "".join(f'<StudyEventDef OID="{name}" Name="{name}"/>' for name in ("W0", "W4"))
    data = "".join(
        f'<SubjectData SubjectKey="{row[0]}"><StudyEventData StudyEventOID="{row[1]}"><FormData '
        f'FormOID="F"><ItemGroupData ItemGroupOID="G"><ItemData ItemOID="I.wet" '
        f"Value={quoteattr(str(row[2]))}/></ItemGroupData></FormData></StudyEventData>"
        "</SubjectData>"
        for row in rows
    )
    return (
        '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3"><Study OID="S"><MetaDataVersion OID="M">'
        f'{events}{items}</MetaDataVersion></Study><ClinicalData StudyOID="S">{data}'
        "</ClinicalData></ODM>"
    ).encode()


FORMATS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "csv": _text,
    "cmf": lambda rows: _text(rows).decode().replace(";", "\t").encode("utf-16"),
    "crd": lambda rows: _text(rows).decode().replace(";", "\t").encode("cp1252"),
    "xlsx": _workbook,
    "xls": _other_workbook(xls),
    "xlsb": _other_workbook(xlsb),
    "ods": _other_workbook(ods),
    "take.xlsx": _take_workbook,
    "redcap.csv": _redcap,
    "parquet": _polars(pl.DataFrame.write_parquet),
    "arrow": _polars(pl.DataFrame.write_ipc),
    "sav": _pyreadstat(pyreadstat.write_sav),
    "dta": _pyreadstat(pyreadstat.write_dta),
    "xpt": _pyreadstat(pyreadstat.write_xport),
    "json": _json,
    "ndjson": _dataset_json,
    "xml": _odm,
}
