"""What a workbook says of its cells beside their values."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from dermoutcomes import NoOptions, RawTable, StudyError
from dermoutcomes_readers import excel

ROWS = (("subject", "visit", "gloss"), ("A1", "W0", 0.41), ("A1", "W4", 0.52), ("A2", "W0", 0.6))


def read(path: Path) -> RawTable:
    """The only sheet of a workbook."""
    [table] = excel.read(path, NoOptions()).values()
    return table


def traits(table: RawTable) -> list[tuple[Any, ...]]:
    assert table.traits is not None
    return [tuple(part for part in row if part is not None) for row in table.traits.rows()]


def workbook(path: Path, spoil: Callable[[Any], None] | None = None) -> Path:
    """A small workbook, and what is done to its sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in ROWS:
        sheet.append(row)
    if spoil is not None:
        spoil(sheet)
    book.save(path)
    return path


def changed(path: Path, edit: Callable[[str], str], part: str = "xl/worksheets/sheet1.xml") -> Path:
    """The workbook with one part written otherwise."""
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    before = parts[part].decode()
    after = edit(before)
    assert after != before
    with ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, after if name == part else content)
    return path


def hide_row(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def hide_columns(sheet: Any) -> None:
    sheet.column_dimensions["B"].hidden = True
    sheet.column_dimensions["Z"].hidden = True


def strike(sheet: Any) -> None:
    sheet["C3"].font = Font(strike=True)


def merge(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


def percent(sheet: Any) -> None:
    sheet["C2"].number_format = "0.0%"
    sheet["A3"].number_format = "0%"


def percent_in_words(sheet: Any) -> None:
    sheet["C2"].number_format = '0.0" %"'


def fail(sheet: Any) -> None:
    sheet["C3"] = "#DIV/0!"


def compute(sheet: Any) -> None:
    sheet["C3"] = "=C2*2"


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (None, []),
        (hide_row, [(3, "hidden")]),
        (hide_columns, [(2, "hidden")]),
        (strike, [(3, 3, "struck")]),
        (merge, [(3, 1, "merged", 2, 1)]),
        (percent, [(2, 3, "percent")]),
        (percent_in_words, []),
        (fail, [(3, 3, "error")]),
        (compute, [(3, 3, "no_result")]),
    ],
)
def test_each_trait_is_seen(
    tmp_path: Path, spoil: Callable[[Any], None] | None, expected: list[tuple[Any, ...]]
) -> None:
    assert traits(read(workbook(tmp_path / "a.xlsx", spoil))) == expected


def test_a_row_without_height_is_hidden(tmp_path: Path) -> None:
    path = changed(
        workbook(tmp_path / "a.xlsx"), lambda text: text.replace('<row r="3"', '<row r="3" ht="0"')
    )

    assert traits(read(path)) == [(3, "hidden")]


def test_the_words_of_an_error_are_the_text_of_its_cell(tmp_path: Path) -> None:
    table = read(workbook(tmp_path / "a.xlsx", fail))

    assert table.cells["column_3"].to_list() == ["gloss", "0.41", "#DIV/0!", "0.6"]
    assert table.numbers is not None
    assert table.numbers["column_3"].to_list() == [None, 0.41, None, 0.6]


def test_a_zero_that_nobody_calculated_is_no_result(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet()
    for number, row in enumerate(ROWS):
        sheet.write_row(number, 0, row)
    sheet.write_formula(2, 2, "=C2*2")
    sheet.write_formula(3, 2, "=C2*3", None, 1.23)
    book.close()

    table = read(path)

    assert traits(table) == [(3, 3, "no_result")]
    assert table.cells["column_3"].to_list() == ["gloss", "0.41", "", "1.23"]


def test_a_zero_that_was_calculated_is_one(tmp_path: Path) -> None:
    path = changed(
        workbook(tmp_path / "a.xlsx", compute),
        lambda text: re.sub(r"(<f>C2\*2</f>)<v ?/>|(<f>C2\*2</f>)<v></v>", r"\1\2<v>0</v>", text),
    )
    path = changed(path, lambda text: text.replace("fullCalcOnLoad", "other"), "xl/workbook.xml")

    table = read(path)

    assert traits(table) == []
    assert table.cells["column_3"].to_list() == ["gloss", "0.41", "0", "0.6"]


def test_a_formula_whose_result_is_an_empty_text_has_a_result(tmp_path: Path) -> None:
    path = changed(
        workbook(tmp_path / "a.xlsx", compute),
        lambda text: re.sub(
            r'<c r="C3"[^>]*><f>C2\*2</f><v ?/?>(</v>)?</c>',
            '<c r="C3" t="str"><f>C2*2</f><v></v></c>',
            text,
        ),
    )

    assert traits(read(path)) == []


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"', "'"),
        lambda text: re.sub(r' r="[A-Z]+\d+"', "", text),
        lambda text: re.sub(r'<row r="\d+"', "<row", text),
        lambda text: re.sub(r"<(/?)(\w)", r"<\1x:\2", text.replace("xmlns=", "xmlns:x=")),
    ],
    ids=["single quotes", "no places of cells", "no numbers of rows", "a prefix"],
)
def test_the_same_is_seen_however_the_sheet_is_written(
    tmp_path: Path, edit: Callable[[str], str]
) -> None:
    def spoil(sheet: Any) -> None:
        for each in (hide_row, strike, percent, fail):
            each(sheet)

    plain = workbook(tmp_path / "plain.xlsx", spoil)
    expected = traits(read(plain))

    assert len(expected) == 4
    assert traits(read(changed(plain, edit))) == expected


def test_a_hidden_sheet_is_seen(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("a", 1))
    book.create_sheet("away").append(("a", 2))
    book["away"].sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")

    tables = excel.read(tmp_path / "a.xlsx", NoOptions())

    assert {name: traits(table) for name, table in tables.items()} == {
        "Sheet": [],
        "away": [("hidden",)],
    }


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    def bomb(text: str) -> str:
        entities = '<!DOCTYPE worksheet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        return f"<?xml version='1.0'?>{entities}" + text.partition("?>")[2].replace("A1", "&b;", 1)

    path = changed(workbook(tmp_path / "a.xlsx", hide_row), lambda text: bomb("?>" + text))

    with pytest.raises(StudyError, match=r"a\.xlsx"):
        read(path)


def test_merged_ranges_that_overlap_keep_nobody_busy(tmp_path: Path) -> None:
    ranges = "".join(f'<mergeCell ref="A1:XFD{1048576 - number}"/>' for number in range(2000))

    path = changed(
        workbook(tmp_path / "a.xlsx"),
        lambda text: text.replace("<pageMargins", f"<mergeCells>{ranges}</mergeCells><pageMargins"),
    )

    assert len(traits(read(path))) < 12


def test_an_old_workbook_says_that_its_traits_are_not_seen(tmp_path: Path) -> None:
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        '<office:spreadsheet><table:table table:name="S"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>a</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    path = tmp_path / "a.ods"
    with ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        book.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )

    assert traits(read(path)) == [("unseen",)]
