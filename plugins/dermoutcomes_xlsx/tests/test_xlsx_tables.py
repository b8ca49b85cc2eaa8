"""The format put through its battery, and each sheet read back to what the table shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dermoutcomes.report import Column, Drawings, Foot, Page, Part, Row, Table, rich
from dermoutcomes.testing import FormatContract
from dermoutcomes_xlsx import register_formats
from dermoutcomes_xlsx.table_sheet import CUT, LONGEST_CELL, number_shown, write_table

PAGE = Page(Drawings(), "S & T", "a" * 64, "dermoutcomes 1", ("SIMULATED DATA", "."), "2026-03-31")
TEXTS = (
    "=1+1",
    "+1",
    "@SUM(A1)",
    "-5 mm",
    '<b>&amp;</b> "q"',
    "https://example.org",
    "_x0041_",
    "\u05e9\u05dc\u05d5\u05dd {\\b} \U0001f600",
    "007",
    "<.001",
    "12 (34.5%)",
    "1e5",
    "2024-03-04",
    "TRUE",
    "",
)
NUMBERS = ("12", "12.30", ".03", "0.0312", "-1.50", "\u22121.50", "\u2212.5", "0", "0.00")


def sheet_of(table: Table, folder: Path) -> Any:
    path = folder / "table.xlsx"
    write_table(table, path, PAGE)
    return openpyxl.load_workbook(path).active


def shown_text(cell: Any) -> str:
    """What a spreadsheet shows in a cell."""
    if cell.value is None or cell.data_type == "s":
        return cell.value or ""
    assert cell.data_type == "n"
    digits = cell.number_format.split(";")[0]
    text = f"{abs(cell.value):.{len(digits.partition('.')[2])}f}"
    text = text.removeprefix("0") if digits.startswith(".") else text
    minus = "\u2212" if "\u2212" in cell.number_format else "-"
    return f"{minus}{text}" if cell.value < 0 else text


def grid(sheet: Any, first: int, rows: int, columns: int) -> list[list[str]]:
    return [
        [shown_text(sheet.cell(first + row, 1 + column)) for column in range(columns)]
        for row in range(rows)
    ]


def two_columns(texts: tuple[str, ...]) -> Table:
    rows = tuple(Row((rich(text), rich(text))) for text in texts)
    return Table("A title", (Column("Text"), Column("Value", "r")), rows, number="3")


class TestXlsx(FormatContract):
    (format,) = register_formats()

    def test_every_cell_of_the_small_run_is_read_back_as_it_is_shown(self, tmp_path: Path) -> None:
        for table in self.items():
            sheet = sheet_of(table, tmp_path)
            wide = [row for row in table.rows if len(row.cells) == len(table.columns)]
            first = 2 + bool(table.foot.population) + bool(table.spans)
            heads = [column.heading for column in table.columns]
            assert grid(sheet, first, 1, len(heads)) == [heads]
            body = grid(sheet, first + 1, len(table.rows), len(heads))
            expected = [["".join(part.text for part in cell) for cell in row.cells] for row in wide]
            assert [row for row in body if row in expected] == expected


def test_every_text_is_read_back_as_it_stands_and_none_is_a_formula(tmp_path: Path) -> None:
    sheet = sheet_of(two_columns(TEXTS), tmp_path)

    assert grid(sheet, 3, len(TEXTS), 2) == [[text, text] for text in TEXTS]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_numbers_are_numbers_in_columns_of_numbers_and_show_the_same_digits(tmp_path: Path) -> None:
    sheet = sheet_of(two_columns(NUMBERS), tmp_path)

    assert grid(sheet, 3, len(NUMBERS), 2) == [[text, text] for text in NUMBERS]
    assert {cell.data_type for cell in sheet["B"][2 : 2 + len(NUMBERS)]} == {"n"}
    assert {cell.data_type for cell in sheet["A"][2 : 2 + len(NUMBERS)]} == {"s"}
    assert sheet["B8"].value == -1.5


@pytest.mark.parametrize(
    "text", ["", "-", ".", "1.", "007", "1,234", "-0.00", "1" * 16, "12 ", "\u0661", "nan", "1e3"]
)
def test_what_is_no_plain_number_stays_text(text: str) -> None:
    assert number_shown(text) is None


def test_a_number_of_fifteen_digits_is_one_and_of_sixteen_is_text() -> None:
    assert number_shown("0." + "1" * 14) is not None
    assert number_shown("0." + "1" * 15) is None


def test_title_heads_notes_and_feet_stand_around_the_cells(tmp_path: Path) -> None:
    table = Table(
        "Firmness [mm]",
        (Column("Visit"), Column("A", "r", "Arm", Part("12")), Column("B", "r", "Arm", Part("13"))),
        (Row((rich("Left"),), "group"), Row((rich("D14"), rich("1.5"), rich("1.75")))),
        (("a", "As observed."),),
        Foot(("A remark.",), "Level.", "Population: all."),
        number="14.2.1",
    )
    sheet = sheet_of(table, tmp_path)

    assert [row[0].value for row in sheet.iter_rows()] == [
        "Table 14.2.1. Firmness [mm]",
        "Population: all.",
        None,
        "Visit",
        "Left",
        "D14",
        "a As observed.",
        "A remark.",
        "Level.",
        f"Source: study S & T, data up to 2026-03-31; dermoutcomes 1; record {'a' * 64}.",
    ]
    assert [cell.value for cell in sheet[3]] == [None, "Arm", None]
    assert [cell.value for cell in sheet[4]] == ["Visit", "A, n = 12", "B, n = 13"]
    assert sheet.title == "Table 14.2.1"
    assert sheet.freeze_panes == "B5"
    assert sheet.print_title_rows == "$3:$4"
    assert sheet.oddHeader.left.text == "S && T"
    assert sheet.oddHeader.right.text == "SIMULATED DATA"


def test_a_text_longer_than_a_cell_says_that_it_was_cut(tmp_path: Path) -> None:
    sheet = sheet_of(two_columns(("x" * (LONGEST_CELL + 1), "x" * LONGEST_CELL)), tmp_path)

    assert sheet["A3"].value.endswith(CUT)
    assert sheet["A4"].value == "x" * LONGEST_CELL


def test_control_characters_and_marks_of_direction_are_left_out(tmp_path: Path) -> None:
    sheet = sheet_of(two_columns(("a\x00b\x1b\u202ec",)), tmp_path)

    assert sheet["A3"].value == "abc"


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    sheet = sheet_of(two_columns(()), tmp_path)

    assert [cell.value for cell in sheet[2]] == ["Text", "Value"]
