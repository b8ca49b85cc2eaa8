"""Cells far away from a table: refused in words before they take the memory of the machine."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.styles import Font

from dermoutcomes import NoOptions, StudyError
from dermoutcomes_readers import excel
from dermoutcomes_readers.delimited import DelimitedOptions
from dermoutcomes_readers.delimited import read as read_text
from dermoutcomes_readers.extents import Extent, column_letters

ROWS = (("subject", "visit", "gloss"), ("A1", "W0", 0.41), ("A1", "W4", 0.52))
FAR = {
    "with its place": '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
    "with a prefix and other quotes": "<row r='1048576'><c s='0' r='XFD1048576'>\n<v>1</v></c></row>",
    "of text in itself": '<row r="1048576"><c t="inlineStr" r="XFD1048576"><is><t>a</t></is></c></row>',
    "of a formula": '<row r="1048576"><c r="XFD1048576"><f>1+1</f><v>2</v></c></row>',
    "after one with its place": '<row r="1048576"><c r="XFC1048576"/><c><v>1</v></c></row>',
}


def workbook(path: Path, further: str = "") -> Path:
    """A small workbook, and what stands in its sheet below."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)
    with ZipFile(path) as parts:
        contents = {name: parts.read(name).decode() for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    contents[sheet] = contents[sheet].replace("</sheetData>", f"{further}</sheetData>")
    with ZipFile(path, "w") as parts:
        for name, content in contents.items():
            parts.writestr(name, content)
    return path


@pytest.mark.parametrize("cell", FAR.values(), ids=FAR)
def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(StudyError) as refused:
        excel.read(workbook(tmp_path / "a.xlsx", cell), NoOptions())
    [problem] = refused.value.problems
    assert problem.message == (
        "the sheet 'Sheet' reaches to row 1048576 and to column XFD, "
        "and only 10 of its cells are filled"
    )
    assert problem.code == "far_cell"


def test_a_cell_below_is_read_where_the_table_stays_small(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", '<row r="20000"><c r="C20000"><v>1</v></c></row>')
    [table] = excel.read(path, NoOptions()).values()
    assert list(table.lines) == [1, 2, 3, 20000]


def test_cells_that_only_look_otherwise_do_not_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["XFD1048576"].font = Font(bold=True)
    book.save(tmp_path / "a.xlsx")
    [table] = excel.read(tmp_path / "a.xlsx", NoOptions()).values()
    assert table.cells.shape == (3, 3)


def test_one_wide_row_of_a_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject;visit\nA1;W0\nA1;W4\n" + ";" * 20_000 + "\n")
    with pytest.raises(StudyError) as refused:
        read_text(path, DelimitedOptions())
    [problem] = refused.value.problems
    assert problem.message == "a row has 20001 cells, most others have 2"
    assert problem.line == 4


def test_a_row_in_quotes_may_be_no_wider(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('subject;visit\n"A1";W0\nA1;W4\n' + ";" * 20_000 + "\n")
    with pytest.raises(StudyError, match="20001 cells"):
        read_text(path, DelimitedOptions())


def test_a_row_that_makes_a_long_table_nearly_empty_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject;visit\n" + "A1;W0\n" * 10_000 + ";" * 1_999 + "\n")
    with pytest.raises(StudyError, match="a row has 2000 cells, most others have 2"):
        read_text(path, DelimitedOptions())


def test_a_text_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text((";".join(["a"] * 16_385) + "\n") * 2)
    with pytest.raises(StudyError, match="the file has 16385 columns"):
        read_text(path, DelimitedOptions())


def test_a_wide_row_among_few_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("subject;visit\nA1;W0\n" + ";" * 500 + "\n")
    [table] = read_text(path, DelimitedOptions()).values()
    assert table.cells.shape == (3, 501)


@pytest.mark.parametrize(
    ("rows", "columns", "filled", "far"),
    [(10_000, 1_000, 1, False), (10_001, 1_000, 1, True), (100_000, 200, 1_000_000, False)],
)
def test_a_large_table_has_to_be_filled(rows: int, columns: int, filled: int, far: bool) -> None:
    assert Extent(rows, columns, filled).is_far is far


@pytest.mark.parametrize(("number", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (16_384, "XFD")])
def test_columns_have_the_letters_of_spreadsheets(number: int, letters: str) -> None:
    assert column_letters(number) == letters
