"""Workbooks of one take of a probe: the sheets Summary, Measurements and Raw Data.

Whose take it is, the probe and the room stand once, in the Summary; the readings stand in
Measurements. Here each reading has what the Summary says of the take.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import polars as pl
from attrs import evolve

from dermoutcomes import Match, Problem, RawTable, StudyError
from dermoutcomes_readers import excel
from dermoutcomes_readers.archives import opened_archive

__all__ = ["SUFFIXES", "read", "recognise"]

SUFFIXES = (".xlsx",)
SUMMARY, MEASUREMENTS = "Summary", "Measurements"
# The first column of the readings, which workbooks of other programs with such sheets do not have.
MARK = "Order of Measurement"


def recognise(path: Path, head: bytes) -> Match | None:
    """A workbook with both sheets and the first column of the readings."""
    if not head.startswith(excel.ZIP) or path.suffix.lower() not in SUFFIXES:
        return None
    try:
        with opened_archive(path) as book:
            sheets = book.read("xl/workbook.xml")
            if not all(f'name="{name}"'.encode() in sheets for name in (SUMMARY, MEASUREMENTS)):
                return None
            texts = (
                book.read(name)
                for name in book.namelist()
                if name == "xl/sharedStrings.xml" or name.startswith("xl/worksheets/sheet")
            )
            if any(MARK.encode() in text for text in texts):
                return Match(0.95, "the sheets Summary and Measurements of a take")
    except (BadZipFile, KeyError, OSError):
        # What is no whole workbook is told by the reader of workbooks.
        return None
    return None


def read(path: Path, options: object) -> Mapping[str, RawTable]:
    """The sheets as `excel` reads them, the columns of the Summary behind those of Measurements.

    A column that Measurements has itself is its own. Raises StudyError where the Summary is not of
    one take.
    """
    tables = dict(excel.read(path, options))
    if SUMMARY not in tables or MEASUREMENTS not in tables:
        return tables
    header, *takes = tables[SUMMARY].cells.rows()
    if len(takes) != 1:
        raise StudyError(
            Problem(
                f"the sheet {SUMMARY!r} has {len(takes)} takes",
                file=path.name,
                found=f"{len(takes)} rows below its header",
                expected="one take a workbook, as the program of the device exports them",
                hint='reader = "excel" in the source reads each sheet by itself',
                code="several_takes",
            )
        )
    numbers = tables[SUMMARY].numbers
    stored = (None,) * len(header) if numbers is None else numbers.rows()[1]
    said = {
        str(name).strip(): (text, number)
        for name, text, number in zip(header, takes[0], stored, strict=True)
        if name is not None and str(name).strip()
    }
    return {**tables, MEASUREMENTS: _with_take(tables[MEASUREMENTS], said)}


def _with_take(table: RawTable, said: Mapping[str, tuple[str | None, float | None]]) -> RawTable:
    """The readings with further columns: the name in the row of the header, the value below."""
    rows = [[str(cell or "").strip() for cell in row] for row in table.cells.rows()]
    at = next((index for index, row in enumerate(rows) if MARK in row), None)
    if at is None:
        return table
    cells, numbers = table.cells, table.numbers
    further = {name: value for name, value in said.items() if name not in rows[at]}
    below = len(rows) - at - 1
    for position, (name, (text, number)) in enumerate(further.items(), table.cells.width + 1):
        column = f"column_{position}"
        above = [None] * at
        texts = pl.Series(column, [*above, name, *[text] * below], dtype=pl.String)
        cells = cells.with_columns(texts)
        if numbers is not None:
            values = pl.Series(column, [*above, None, *[number] * below], dtype=pl.Float64)
            numbers = numbers.with_columns(values)
    return evolve(table, cells=cells, numbers=numbers)
