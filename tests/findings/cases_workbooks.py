"""What a workbook shows of its cells, and their values do not say."""

from __future__ import annotations

from typing import Any

from .case import Case, Edit, Told, both, in_study
from .studies import WORKBOOK
from .workbooks import as_open_document, in_sheet

CASES: dict[str, Case] = {}
FILE = {"file": "readings.xlsx"}


def source(key: str) -> Edit:
    """State a key of the source of readings."""
    return in_study('file = "readings.xlsx"', f'file = "readings.xlsx"\n{key}')


def hide_rows(*rows: int) -> Edit:
    def hide(sheet: Any) -> None:
        for row in rows:
            sheet.row_dimensions[row].hidden = True

    return in_sheet(hide)


def hide_column(letter: str) -> Edit:
    def hide(sheet: Any) -> None:
        sheet.column_dimensions[letter].hidden = True

    return in_sheet(hide)


def two_sheets(hidden: str) -> Edit:
    """A further sheet, of whose columns none is known, and one of both hidden."""

    def add(sheet: Any) -> None:
        further = sheet.parent.create_sheet("remarks")
        further.append(["remark"])
        {"Sheet": sheet, "remarks": further}[hidden].sheet_state = "hidden"

    return in_sheet(add)


def merge(*areas: str) -> Edit:
    def join(sheet: Any) -> None:
        for area in areas:
            sheet.merge_cells(area)

    return in_sheet(join)


CASES |= {
    "a workbook that says nothing beside its values": Case(
        WORKBOOK,
        as_open_document,
        (
            Told(
                "cells_not_seen",
                "note",
                ("hidden rows, struck-through cells, percent formats", "are not seen"),
                file="readings.ods",
                expected="the workbook saved as .xlsx, if it has any of them",
            ),
        ),
        in_sheet(lambda _: None),
    ),
    "hidden rows": Case(
        WORKBOOK,
        hide_rows(3, 9, 10, 12, 80),
        (
            Told(
                "hidden_rows",
                "warning",
                "4 hidden rows of the sheet count",
                **FILE,
                row=3,
                found="hidden: rows 3, 9, 10 and 1 more",
                expected='hidden_rows = "read" in the source, or hidden_rows = "leave_out"',
            ),
        ),
        both(hide_rows(3, 9, 10, 12), source('hidden_rows = "read"')),
    ),
    "a hidden row": Case(
        WORKBOOK,
        hide_rows(3),
        (
            Told(
                "hidden_rows",
                "warning",
                "1 hidden row of the sheet counts",
                **FILE,
                row=3,
                found="hidden: row 3",
                expected='hidden_rows = "read" in the source, or hidden_rows = "leave_out"',
            ),
        ),
        both(hide_rows(3), source('hidden_rows = "leave_out"')),
    ),
    "a hidden column that is read": Case(
        WORKBOOK,
        hide_column("I"),
        (
            Told(
                "hidden_columns",
                "note",
                "a column that is read is hidden",
                **FILE,
                row=1,
                column=9,
                found="hydration",
                expected="columns that the site sees",
            ),
        ),
        hide_column("Z"),
    ),
    "a hidden sheet": Case(
        WORKBOOK,
        two_sheets("Sheet"),
        (
            Told(
                "hidden_sheet",
                "warning",
                "the sheet 'Sheet' is read, and the workbook hides it",
                **FILE,
                found="Sheet",
                expected='sheet = "Sheet" in the source, if it is meant',
            ),
        ),
        two_sheets("remarks"),
    ),
    "a block of one subject": Case(
        WORKBOOK,
        in_sheet(lambda sheet: sheet.__setitem__("A3", None)),
        (
            Told(
                "no_subject",
                "error",
                "the row has values and no subject",
                **FILE,
                row=3,
                expected='a subject id, or fill_down = ["subject"] where a blank repeats the one above',
            ),
        ),
        both(
            in_sheet(lambda sheet: sheet.__setitem__("A3", None)),
            source('fill_down = ["subject"]'),
        ),
    ),
    "a subject in a merged cell": Case(
        WORKBOOK,
        merge("A2:A13", "A14:A25"),
        (
            Told(
                "merged_cells",
                "note",
                "22 cells are part of a merged cell",
                **FILE,
                row=3,
                column=1,
                found="S1",
                expected="a cell a row, where that is not what was meant",
            ),
        ),
        # Beside the columns of who, when and where.
        merge("A1:A1"),
    ),
}
