"""Readers put through their battery, each with a file of its format."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import openpyxl
import polars as pl

from dermoutcomes.testing import ReaderContract
from dermoutcomes_readers import register_readers

READERS = {reader.name: reader for reader in register_readers()}
TABLE = pl.DataFrame({"subject": ["S1", "S2"], "hydration": [41.5, 52.0]})


def content(write: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    write(file)
    return file.getvalue()


def take_workbook() -> bytes:
    """A take of two readings; the subject stands in the Summary."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets = {
        "Summary": [["Subject", "Probe"], ["S1", "P"]],
        "Measurements": [["Order of Measurement", "hydration"], [1, 41.5], [2, 52.0]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return content(book.save)


class TestArrow(ReaderContract):
    reader = READERS["arrow"]
    sample = content(TABLE.write_ipc)


class TestDelimited(ReaderContract):
    reader = READERS["delimited"]
    sample = b"subject;hydration\nS1;41,5\nS2;52,0\n"


class TestExcel(ReaderContract):
    reader = READERS["excel"]
    sample = content(TABLE.write_excel)


class TestParquet(ReaderContract):
    reader = READERS["parquet"]
    sample = content(TABLE.write_parquet)


class TestTakeWorkbook(ReaderContract):
    reader = READERS["take_workbook"]
    sample = take_workbook()
