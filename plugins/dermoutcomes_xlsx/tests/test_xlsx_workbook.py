"""The reporter `workbook`: sheets to read, the dictionary, and the data as they are."""

from __future__ import annotations

import datetime as dt
import math
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import polars as pl
import pytest

import dermoutcomes
from dermoutcomes import StudyError
from dermoutcomes.report import Drawings, Page, Row, Table, columns, rich
from dermoutcomes.testing import ReporterContract, write_study
from dermoutcomes_xlsx import register_reporters
from dermoutcomes_xlsx.data_sheet import CUT, LONGEST_CELL, as_text
from dermoutcomes_xlsx.reading_sheets import ReadingSheet, unique_name
from dermoutcomes_xlsx.workbook import write_book, write_workbook
from dermoutcomes_xlsx.workbook_options import WorkbookOptions

PAGE = Page(Drawings(), "S", "0" * 64, "dermoutcomes")
MOMENT = dt.datetime(2021, 1, 4, 8)  # noqa: DTZ001 - readings carry no zone
FRAMES = {
    "results": pl.DataFrame(
        {
            "study": ["S"] * 3,
            "id": ["a", "b", "c"],
            "value": [0.1 + 0.2, None, -1.5],
            "n_records": [21, None, 3],
            "text": [None, "=1+1", "<script>"],
            "method": ["A t-test.", None, "A t-test."],
        }
    ),
    "subjects": pl.DataFrame(
        {"study": ["S"], "subject": ["-07"], "treated": [True], "enrolled": [dt.date(2021, 1, 4)]}
    ),
    "observations": pl.DataFrame(
        {
            "study": ["S"] * 2,
            "id": [(1 << 40) + 5, 1 << 52],
            "parents": [[1, 2], []],
            "taken_at": [MOMENT, None],
        }
    ),
    "curves": pl.DataFrame({"study": ["S"], "samples": [[0.1, 0.2]]}),
}


def a_run(frames: dict[str, pl.DataFrame] = FRAMES) -> Any:
    info = SimpleNamespace(
        id="S",
        title="=A title",
        design="single-arm",
        data_origin="simulated",
        origin_note="Seed 7.",
        alpha=0.05,
        sided=2,
    )
    study = SimpleNamespace(id="S", study=info, confidence=0.95)
    return SimpleNamespace(study=study, tables=tuple(frames), table=frames.__getitem__)


def workbook(
    folder: Path,
    options: WorkbookOptions | None = None,
    run: Any = None,
    reading: tuple[ReadingSheet, ...] = (),
) -> openpyxl.Workbook:
    path = folder / "workbook.xlsx"
    write_book(run or a_run(), path, options or WorkbookOptions(), PAGE, reading)
    return openpyxl.load_workbook(path)


class TestWorkbook(ReporterContract):
    (reporter,) = register_reporters()


def test_an_unknown_table_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"outputs.options.workbook.tables.*\n.*'result'"):
        workbook(tmp_path, WorkbookOptions(tables=("result",)))


def test_numbers_stay_numbers_and_text_is_never_a_formula(tmp_path: Path) -> None:
    sheet = workbook(tmp_path)["data results"]

    assert [cell.value for cell in sheet["C"]] == ["value", 0.3, None, -1.5]
    assert (sheet["E3"].value, sheet["E3"].data_type, sheet["E3"].quotePrefix) == (
        "=1+1",
        "s",
        True,
    )
    assert sheet["E4"].value == "<script>"
    assert sheet.freeze_panes == "A2"


def test_ids_dates_flags_and_lists_have_their_types(tmp_path: Path) -> None:
    book = workbook(tmp_path, WorkbookOptions(tables=("subjects", "observations")))

    assert [cell.value for cell in book["data subjects"][2]] == [
        "S",
        "-07",
        True,
        MOMENT.replace(hour=0),
    ]
    assert [cell.value for cell in book["data observations"]["B"]][1:] == [
        (1 << 40) + 5,
        str(1 << 52),
    ]
    assert book["data observations"]["C2"].value == "1; 2"


def test_a_sheet_of_data_is_printed_as_wide_as_it_is_with_its_header_on_each_page(
    tmp_path: Path,
) -> None:
    sheet = workbook(tmp_path)["data results"]

    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"


def test_a_long_line_of_the_first_sheet_has_the_height_of_its_text(tmp_path: Path) -> None:
    sheet = workbook(tmp_path)["About"]
    longest = max(sheet["B"], key=lambda cell: len(cell.value or ""))

    assert len(longest.value) > 2 * 110
    assert sheet.row_dimensions[longest.row].height == 15 * -(-len(longest.value) // 110)


def test_the_first_sheet_says_that_the_data_are_simulated(tmp_path: Path) -> None:
    lines = {row[0].value: row[1].value for row in workbook(tmp_path)["About"].iter_rows()}

    assert lines["Origin of the data"].startswith("SIMULATED DATA")
    assert lines["Title"] == "=A title"
    assert lines["data results"].startswith("3 rows")


def test_a_long_table_goes_on_in_further_sheets(tmp_path: Path) -> None:
    book = workbook(tmp_path, WorkbookOptions(rows_a_sheet=2))

    assert book.sheetnames == [
        "About",
        "Dictionary",
        "data results",
        "data results (2)",
        "data subjects",
    ]
    assert [cell.value for cell in book["data results (2)"]["B"]] == ["id", "c"]
    assert "Continued, part 2." in [row[1].value for row in book["About"].iter_rows()][-2]


@pytest.mark.parametrize("rows_at_once", [1, 1000])
def test_equal_tables_give_equal_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr("dermoutcomes_xlsx.columns_sheet.ROWS_AT_ONCE", rows_at_once)
    for name in "ab":
        (tmp_path / name).mkdir()
        workbook(tmp_path / name)
    digests = {
        sha256((tmp_path / name / "workbook.xlsx").read_bytes()).hexdigest() for name in "ab"
    }

    assert len(digests) == 1


def test_a_text_longer_than_a_cell_says_that_it_was_cut() -> None:
    shown = as_text("x" * (LONGEST_CELL + 1))

    assert len(shown) == LONGEST_CELL
    assert shown.endswith(CUT)


def test_a_text_that_just_fits_a_cell_is_whole(tmp_path: Path) -> None:
    text = "x" * LONGEST_CELL
    book = workbook(
        tmp_path, run=a_run({"results": pl.DataFrame({"study": ["S"], "text": [text]})})
    )

    assert as_text(text) == text
    assert book["data results"]["B2"].value == text


def test_a_whole_number_is_one_up_to_the_digits_that_excel_keeps(tmp_path: Path) -> None:
    """Excel keeps fifteen digits; 10^15 has sixteen."""
    numbers = [10**15 - 1, 10**15, 1 - 10**15, -(10**15), 7]
    book = workbook(
        tmp_path,
        run=a_run({"results": pl.DataFrame({"study": ["S"] * 5, "id": numbers})}),
    )
    cells = [book["data results"][f"B{row}"].value for row in range(2, 7)]

    assert cells == [999_999_999_999_999, "1" + "0" * 15, -999_999_999_999_999, "-1" + "0" * 15, 7]


@pytest.mark.parametrize("rows_at_once", [1, 1000])
def test_control_characters_do_not_break_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr("dermoutcomes_xlsx.columns_sheet.ROWS_AT_ONCE", rows_at_once)
    run = a_run({"results": pl.DataFrame({"study": ["S"], "text": ["a\x00b\x1b\uffff"]})})
    run.study.study.title = "bell \x07"

    assert workbook(tmp_path, run=run).sheetnames == ["About", "Dictionary", "data results"]


@pytest.mark.parametrize("rows_at_once", [2, 1000])
def test_cells_of_every_type_are_read_back_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr("dermoutcomes_xlsx.columns_sheet.ROWS_AT_ONCE", rows_at_once)
    frame = pl.DataFrame(
        {
            "number": [0.1, -1e-7, None, 123456789.0, 2.5e20],
            "not every": [math.inf, 1.5, math.nan, None, -math.inf],
            "whole": [1, None, 10**15, -3, 0],
            "yes": [True, None, False, True, True],
            "day": [dt.date(2021, 3, 1), None, dt.date(1999, 12, 31), dt.date(2024, 2, 29), None],
            "moment": [
                dt.datetime.fromisoformat("2021-03-01 08:30:15"),
                None,
                None,
                dt.datetime.fromisoformat("2000-01-01"),
                None,
            ],
            "text": ["a & b <c>", None, " two  spaces ", "=1+1", "a & b <c>"],
            "list": [["a", "b"], None, [], ["-x"], ["a", "b"]],
        },
        strict=False,
    )
    sheet = workbook(tmp_path, run=a_run({"results": frame}))["data results"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]

    moments = [None if day is None else dt.datetime.combine(day, dt.time()) for day in frame["day"]]
    assert [row[0] for row in rows] == frame["number"].to_list()
    assert [row[1] for row in rows] == ["inf", 1.5, "NaN", None, "-inf"]
    assert [row[2] for row in rows] == [1, None, "1000000000000000", -3, 0]
    assert [row[3] for row in rows] == frame["yes"].to_list()
    assert [row[4] for row in rows] == moments
    assert [row[5] for row in rows] == frame["moment"].to_list()
    assert [row[6] for row in rows] == frame["text"].to_list()
    assert [row[7] or None for row in rows] == ["a; b", None, None, "-x", "a; b"]
    assert [cell.quotePrefix for cell in sheet["G"][1:]] == [False, False, False, True, False]


def test_an_empty_table_keeps_its_header(tmp_path: Path) -> None:
    book = workbook(
        tmp_path,
        run=a_run({"claims": pl.DataFrame(schema={"study": pl.String, "claim": pl.String})}),
    )

    assert [cell.value for cell in book["data claims"][1]] == ["study", "claim"]


def test_a_sheet_to_read_has_the_cells_of_its_tables_and_no_formula(tmp_path: Path) -> None:
    rows = tuple(Row((rich(text), rich("12.30"))) for text in ("=1+1", "@SUM(A1)", "-5 mm"))
    table = Table("By visit", columns(("Text", "Value"), "lr"), rows, number="3")
    reading = (ReadingSheet("Results", "=Results", (table, table)),)
    sheet = workbook(tmp_path, reading=reading)["Results"]
    cells = [(row[0].value, row[1].value) for row in sheet.iter_rows()]
    expected = [("Text", "Value"), ("=1+1", 12.3), ("@SUM(A1)", 12.3), ("-5 mm", 12.3)]

    assert cells[0][0] == "=Results"
    assert [number for number, row in enumerate(cells) if row == ("Text", "Value")] == [3, 10]
    assert cells[3:7] == cells[10:14] == expected
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}
    assert sheet["B5"].number_format == "0.00"
    assert sheet.freeze_panes == "B2"


def test_names_of_sheets_are_short_and_differ_in_more_than_capitals(tmp_path: Path) -> None:
    taken = {"about"}
    names = [unique_name(name, taken) for name in ("ABOUT", "About", "History", "x" * 40, "x" * 41)]

    assert names == ["ABOUT 2", "About 3", "History 1", "x" * 31, "x" * 29 + " 2"]
    table = Table("A title", columns(("Text",), "l"), (Row((rich("a"),)),))
    reading = tuple(ReadingSheet(name, name, (table,)) for name in ("A/B: [c]", "data results"))
    book = workbook(tmp_path, reading=reading)
    assert book.sheetnames[1:5] == ["A-B- -c-", "data results", "Dictionary", "data results 2"]


STUDY = """
[study]
id = "BOOK"
title = "Hydration after four weeks"
design = "single-arm"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
file = "corneometer.csv"

[analyses.who]
use = "baseline_table"
options = { columns = ["age"] }

[endpoints.hydration]
label = "Hydration"
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4"]
analyses = ["paired_t", "describe"]

[claims.more]
text = "Hydration rose"
kind = "change"
all_of = [{ hypothesis = "hydration.w4" }]

[outputs]
reports = ["xlsx"]
"""
SUBJECTS = [f"S{number}" for number in range(1, 9)]
FILES = {
    "subjects.csv": "subject,sex,age\n" + "".join(f"{name},f,40\n" for name in SUBJECTS),
    "corneometer.csv": "subject,visit,hydration\n"
    + "".join(
        f"{name},{visit},{40 + 3 * number + gain}\n"
        for number, name in enumerate(SUBJECTS)
        for visit, gain in (("W0", 0), ("W4", 2 + number % 3))
    ),
}


def test_a_run_gets_one_workbook_by_its_former_name_too(tmp_path: Path) -> None:
    run = dermoutcomes.run(write_study(tmp_path, STUDY, FILES))
    (path,) = run.folder.rglob("*.xlsx")
    book = openpyxl.load_workbook(path)
    texts = {
        name: [str(cell.value) for row in book[name].iter_rows() for cell in row if cell.value]
        for name in book.sheetnames
    }

    assert path.relative_to(run.folder).as_posix() == "report/workbook.xlsx"
    assert book.sheetnames[:6] == [
        "About",
        "Table 1",
        "Claims",
        "Results",
        "Hydration",
        "Participants",
    ]
    assert "Hydration rose" in texts["Claims"]
    assert "mean (SD)" in texts["Table 1"]
    assert any(
        text.endswith(". Values and changes by visit: Hydration (AU)")
        for text in texts["Hydration"]
    )
    assert all("Simulated data." in texts[name] for name in book.sheetnames[1:6])
    assert [cell.value for cell in book["Dictionary"][1]] == [
        "table",
        "column",
        "type",
        "rule",
        "meaning",
    ]
    described = {row[1].value for row in book["Dictionary"].iter_rows() if row[0].value == "events"}
    assert described == set(run.table("events").columns) or "data events" not in book.sheetnames


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    run = dermoutcomes.run(write_study(tmp_path, STUDY, FILES))
    for name in "ab":
        write_workbook(run, tmp_path / name, WorkbookOptions())

    assert (tmp_path / "a/workbook.xlsx").read_bytes() == (
        tmp_path / "b/workbook.xlsx"
    ).read_bytes()
