"""What a workbook shows of its cells, and their values do not say."""

from __future__ import annotations

from datetime import date
from typing import Any

from openpyxl.styles import Font

from .case import Case, Edit, Told, both, in_study
from .studies import QUIET, WORKBOOK
from .workbooks import as_open_document, by_visit, in_sheet

CASES: dict[str, Case] = {}
FILE = {"file": "readings.xlsx"}
READING = {
    **FILE,
    "row": 2,
    "column": 9,
    "subject": "S1",
    "visit": "W0",
    "location": "cheek",
    "side": "left",
    "replicate": 1,
    "measure": "corneometer.hydration",
}
BY_SHEET = by_visit(WORKBOOK)
STRUCK = 'struck_cells = "leave_out" in the source, or struck_cells = "read"'
A_DATE = "a date, or the number of a day, stands where a number belongs"


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


def further_sheet(name: str, *, of_readings: bool) -> Edit:
    """A further sheet, with the columns of the readings and their first row, or with another."""

    def add(sheet: Any) -> None:
        further = sheet.parent.create_sheet(name)
        for row in sheet.iter_rows(max_row=2, values_only=True):
            further.append(row if of_readings else ["remark"])

    return in_sheet(add)


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


def put(**cells: Any) -> Edit:
    """Write values into cells, by their place."""

    def write(sheet: Any) -> None:
        for place, value in cells.items():
            sheet[place] = value

    return in_sheet(write)


def strike(*places: str) -> Edit:
    def cross(sheet: Any) -> None:
        for place in places:
            sheet[place].font = Font(strike=True)

    return in_sheet(cross)


def in_percent(*places: str) -> Edit:
    def show(sheet: Any) -> None:
        for place in places:
            sheet[place].number_format = "0%"

    return in_sheet(show)


def of_a_secondary_endpoint(edit: Edit) -> Edit:
    return both(in_study('role = "primary"', 'role = "secondary"'), edit)


CASES |= {
    "an error of the spreadsheet": Case(
        WORKBOOK,
        put(I2="#DIV/0!"),
        (
            Told(
                "error_cell",
                "error",
                "an error of the spreadsheet stands in the place of a reading",
                **READING,
                found="#DIV/0!",
                expected="a number",
            ),
        ),
        put(I2=None),
    ),
    "an error of the spreadsheet, beside what decides": Case(
        WORKBOOK,
        of_a_secondary_endpoint(put(I2="#N/A")),
        (
            Told(
                "error_cell",
                "warning",
                "an error of the spreadsheet stands in the place of a reading",
                **READING,
                found="#N/A",
                expected="a number",
            ),
        ),
        both(put(I2="#N/A"), source('missing = ["", "#N/A"]')),
    ),
    "an error of the spreadsheet in the place of a rater": Case(
        WORKBOOK,
        put(H2="#REF!", H7="#REF!"),
        (
            Told(
                "error_cell",
                "error",
                "rater: 2 cells hold an error of the spreadsheet",
                **FILE,
                row=2,
                column=8,
                found="#REF!",
                expected="the value that was meant",
            ),
        ),
        put(Z2="#REF!"),
    ),
    "a formula without a result": Case(
        WORKBOOK,
        put(I2="=I3*2", I7="=I8*2", Z2="=I3*2"),
        (
            Told(
                "formula_without_result",
                "error",
                ("2 cells hold a formula whose result", "they count as blank"),
                **FILE,
                row=2,
                column=9,
                found="hydration: 2 formulas",
                expected="the workbook opened in a spreadsheet program, calculated and saved",
            ),
        ),
        put(Z2="=I3*2"),
    ),
    "a reading that is struck through": Case(
        WORKBOOK,
        strike("I2"),
        (
            Told(
                "struck_cell",
                "error",
                "the cell is struck through; it is left out",
                **READING,
                found="40",
                expected=STRUCK,
            ),
        ),
        both(strike("I2"), source('struck_cells = "leave_out"')),
    ),
    "a reading that is struck through, beside what decides": Case(
        WORKBOOK,
        of_a_secondary_endpoint(strike("I2")),
        (
            Told(
                "struck_cell",
                "warning",
                "the cell is struck through; it is left out",
                **READING,
                found="40",
                expected=STRUCK,
            ),
        ),
        both(strike("I2"), source('struck_cells = "read"')),
    ),
    "a visit that is struck through": Case(
        WORKBOOK,
        strike("B2"),
        (
            Told(
                "struck_cell",
                "error",
                "visit: a cell is struck through and read all the same",
                **FILE,
                row=2,
                column=2,
                found="W0",
                expected=STRUCK,
            ),
        ),
        strike("B400"),
    ),
    "a reading that became a date": Case(
        WORKBOOK,
        put(I2=date(2024, 5, 4)),
        (
            Told(
                "date_for_number",
                "error",
                A_DATE,
                **READING,
                found="2024-05-04",
                expected="the number as the device gave it",
            ),
        ),
        put(I2=40.5),
    ),
    "a reading that became the number of a day": Case(
        WORKBOOK,
        put(I2=45416),
        (
            Told(
                "date_for_number",
                "error",
                A_DATE,
                **READING,
                found="45416",
                expected="the number as the device gave it",
            ),
        ),
        put(I2=45416.5),
        (
            Told(
                "range",
                "error",
                "Hydration is 45416.5 AU, which is not possible",
                **READING,
                value=45416.5,
                found="45416.5",
                expected="0 to 130 AU; another bound is "
                'quality.bounds."corneometer.hydration" with its reason',
            ),
        ),
    ),
    "percent cells of a measure in percent": Case(
        WORKBOOK,
        both(put(L2=0.5), in_percent("L2")),
        (
            Told(
                "percent_cells",
                "note",
                "1 cell is shown in percent, and read as shown: a stored 0.5 in %",
                **FILE,
                row=2,
                column=12,
                measure="corneometer.room_humidity",
                found="0.5",
                expected='numbers as shown, or units with the unit of the stored number, as "1"',
            ),
        ),
        in_percent("L400"),
    ),
    "percent cells of another measure": Case(
        WORKBOOK,
        in_percent("I2", "I3"),
        (
            Told(
                "percent_cells",
                "warning",
                "2 cells are shown in percent, and the measure is not in %",
                **FILE,
                row=2,
                column=9,
                measure="corneometer.hydration",
                found="40",
                expected="numbers in the unit of the measure",
            ),
        ),
        in_percent("A2"),
    ),
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
    "a sheet whose name does not fit": Case(
        BY_SHEET,
        further_sheet("W8", of_readings=True),
        (
            Told(
                "sheet_not_read",
                "warning",
                ("the sheet 'W8' has the columns of those that are read", "it is not read"),
                **FILE,
                found="W8",
                expected="names as '{visit}', the visit one of 'W0', 'W4', 'W12', "
                "'Baseline'; or aliases = [\"W8\"] of the visit that it is",
            ),
        ),
        further_sheet("W8", of_readings=False),
        (
            Told(
                "sheet_not_read",
                "note",
                "a sheet of other columns is not read: 'W8'",
                **FILE,
                found="W8",
                expected="no readings there",
            ),
        ),
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

CASES |= {
    "a text under the name of a workbook": Case(
        QUIET,
        lambda files: {
            **{name: content for name, content in files.items() if name != "readings.csv"},
            "readings.xlsx": files["readings.csv"],
            "study.toml": str(files["study.toml"]).replace("readings.csv", "readings.xlsx"),
        },
        (
            Told(
                "other_format",
                "note",
                "the name of the file ends in .xlsx, and what it holds is of another format: it is "
                "read as Delimited text",
                file="readings.xlsx",
                found=".xlsx",
                expected='a name that fits what the file holds, or reader = "delimited" in the '
                "source",
            ),
        ),
        lambda files: {
            **{name: content for name, content in files.items() if name != "readings.csv"},
            "readings.xlsx": files["readings.csv"],
            "study.toml": str(files["study.toml"]).replace(
                'file = "readings.csv"', 'file = "readings.xlsx"\nreader = "delimited"'
            ),
        },
    ),
}
