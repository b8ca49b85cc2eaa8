"""The reporters `csv` and `workbook` on a small run."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import polars as pl
import pytest

from dermoutcomes import StudyError
from dermoutcomes.tables import SCHEMAS
from dermoutcomes_tables.choice import TABLES
from dermoutcomes_tables.files import CsvOptions, tell_left_out, write_files
from dermoutcomes_tables.sheet import CUT, LONGEST_CELL, as_text
from dermoutcomes_tables.workbook import WorkbookOptions, write_workbook

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
    folder: Path, options: WorkbookOptions | None = None, run: Any = None
) -> openpyxl.Workbook:
    (path,) = write_workbook(run or a_run(), folder, options or WorkbookOptions())
    return openpyxl.load_workbook(path)


def test_a_csv_file_is_written_for_every_table_but_the_curves(tmp_path: Path) -> None:
    written = list(write_files(a_run(), tmp_path / "new", CsvOptions()))

    assert [path.name for path in written] == [
        "results.csv",
        "methods.csv",
        "subjects.csv",
        "observations.csv",
    ]
    assert "0.30000000000000004" in written[0].read_text()
    assert "'=1+1" in written[0].read_text()


def test_curves_are_written_when_asked_for(tmp_path: Path) -> None:
    assert [
        path.name for path in write_files(a_run(), tmp_path, CsvOptions(tables=("curves",)))
    ] == ["curves.csv"]


def test_a_long_table_is_left_out_with_a_word_and_written_when_it_is_named(tmp_path: Path) -> None:
    frames = FRAMES | {
        "endpoints": pl.DataFrame({"study": ["S"] * 3}),
        "tasks": pl.DataFrame({"study": ["S"], "records": [["a", "b", "c"]]}),
    }
    short = CsvOptions(rows=2)
    left_out = list(write_files(a_run(frames), tmp_path / "short", short))
    named = list(write_files(a_run(frames), tmp_path / "named", CsvOptions(("endpoints",), rows=2)))
    words = "not written as CSV: {0} ({1}; {0}.parquet has them); to have it: "
    key = '[outputs.options.csv] tables = ["{0}", …], or rows'
    sentences = [
        (words + key).format("endpoints", "rows: 3"),
        (words + key).format("tasks", "rows: 1, listed ids: 3"),
    ]

    # Results are as long, and written: they are what a reader came for.
    assert [path.name for path in left_out] == [
        "results.csv",
        "methods.csv",
        "subjects.csv",
        "observations.csv",
        "not-as-csv.txt",
    ]
    assert left_out[-1].read_text(encoding="utf-8").splitlines() == sentences
    assert list(tell_left_out(a_run(frames), short)) == sentences
    assert [path.name for path in named] == ["endpoints.csv"]


def test_an_unknown_table_is_an_error_that_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"outputs.options.csv.tables.*\n.*'result'"):
        list(write_files(a_run(), tmp_path, CsvOptions(tables=("result",))))


def test_every_table_of_the_contract_can_be_chosen() -> None:
    assert set(TABLES) == set(SCHEMAS)


def test_numbers_stay_numbers_and_text_is_never_a_formula(tmp_path: Path) -> None:
    sheet = workbook(tmp_path)["results"]

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

    assert [cell.value for cell in book["subjects"][2]] == [
        "S",
        "-07",
        True,
        MOMENT.replace(hour=0),
    ]
    assert [cell.value for cell in book["observations"]["B"]][1:] == [(1 << 40) + 5, str(1 << 52)]
    assert book["observations"]["C2"].value == "1; 2"


def test_the_first_sheet_says_that_the_data_are_simulated(tmp_path: Path) -> None:
    lines = {row[0].value: row[1].value for row in workbook(tmp_path)["README"].iter_rows()}

    assert lines["Origin of the data"].startswith("SIMULATED DATA")
    assert lines["Title"] == "=A title"
    assert lines["results"].startswith("3 rows")


def test_a_long_table_goes_on_in_further_sheets(tmp_path: Path) -> None:
    book = workbook(tmp_path, WorkbookOptions(rows_a_sheet=2))

    assert book.sheetnames == ["README", "results", "results (2)", "subjects"]
    assert [cell.value for cell in book["results (2)"]["B"]] == ["id", "c"]
    assert "Continued, part 2." in [row[1].value for row in book["README"].iter_rows()][-2]


@pytest.mark.parametrize("cells_in_memory", [0, 1000])
def test_equal_tables_give_equal_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells_in_memory: int
) -> None:
    monkeypatch.setattr("dermoutcomes_tables.workbook.CELLS_IN_MEMORY", cells_in_memory)
    digests = {
        sha256(
            next(iter(write_workbook(a_run(), tmp_path / name, WorkbookOptions()))).read_bytes()
        ).hexdigest()
        for name in "ab"
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
    assert book["results"]["B2"].value == text


def test_a_whole_number_is_one_up_to_the_digits_that_excel_keeps(tmp_path: Path) -> None:
    """Excel keeps fifteen digits; 10^15 has sixteen."""
    numbers = [10**15 - 1, 10**15, 1 - 10**15, -(10**15), 7]
    book = workbook(
        tmp_path,
        run=a_run({"results": pl.DataFrame({"study": ["S"] * 5, "id": numbers})}),
    )
    cells = [book["results"][f"B{row}"].value for row in range(2, 7)]

    assert cells == [999_999_999_999_999, "1" + "0" * 15, -999_999_999_999_999, "-1" + "0" * 15, 7]


@pytest.mark.parametrize("cells_in_memory", [0, 1000])
def test_control_characters_do_not_break_the_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cells_in_memory: int
) -> None:
    monkeypatch.setattr("dermoutcomes_tables.workbook.CELLS_IN_MEMORY", cells_in_memory)
    run = a_run({"results": pl.DataFrame({"study": ["S"], "text": ["a\x00b\x1b\uffff"]})})
    run.study.study.title = "bell \x07"

    assert workbook(tmp_path, run=run).sheetnames == ["README", "results"]


def test_an_empty_table_keeps_its_header(tmp_path: Path) -> None:
    book = workbook(
        tmp_path,
        run=a_run({"claims": pl.DataFrame(schema={"study": pl.String, "claim": pl.String})}),
    )

    assert [cell.value for cell in book["claims"][1]] == ["study", "claim"]
