"""A sheet a visit, a sheet a subject: sheets of a workbook that are read each as a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

import dermoutcomes
from dermoutcomes.runs.opening import open_files
from dermoutcomes.study.lock.lock import write_lock
from dermoutcomes.testing import write_study

from .conftest import Read

BOOK = '[[sources.skinmeter]]\nfile = "a.xlsx"\nsheet_name = "{visit}"\n'
Sheets = Mapping[str, list[list[object]]]


def book(sheets: Sheets, hidden: tuple[str, ...] = ()) -> bytes:
    """A workbook of these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def of_visit(value: float) -> list[list[object]]:
    return [["subject", "r0"], ["01", value], ["02", value + 1]]


def told(tables: Mapping[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    found = tables["findings"].filter(pl.col("check").is_in(["sheet_not_read", "hidden_sheet"]))
    return found.select("check", "severity", "file", "found").rows()


def read_values(tables: Mapping[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    return tables["observations"].sort("id").select("subject", "visit", "value").rows()


def test_the_name_of_a_sheet_is_the_visit_of_its_rows(reads: Read) -> None:
    content = book({"w0": of_visit(1), " Woche 4": of_visit(3)})
    tables = reads(BOOK, **{"a.xlsx": content})

    assert read_values(tables) == [
        ("01", "W0", 1.0),
        ("02", "W0", 2.0),
        ("01", "W4", 3.0),
        ("02", "W4", 4.0),
    ]
    assert tables["sources"].select("source", "path", "sheet", "rows").rows() == [
        (1, "a.xlsx", "w0", 2),
        (2, "a.xlsx", " Woche 4", 2),
    ]
    assert told(tables) == []


def test_the_name_of_a_sheet_is_the_subject_of_its_rows(reads: Read) -> None:
    rows: list[list[object]] = [["visit", "r0"], ["W0", 1], ["W4", 2]]
    content = book({"P-01": rows, "P-02": rows, "Legend": [["colour", "means"], ["red", "torn"]]})
    source = BOOK.replace("{visit}", "P-{subject}")
    tables = reads(source, **{"a.xlsx": content})

    assert read_values(tables) == [
        ("01", "W0", 1.0),
        ("01", "W4", 2.0),
        ("02", "W0", 1.0),
        ("02", "W4", 2.0),
    ]
    assert told(tables) == [("sheet_not_read", "note", "a.xlsx", "Legend")]


def test_several_facts_stand_in_one_name_and_in_that_of_the_file(reads: Read) -> None:
    rows: list[list[object]] = [["r0"], [1]]
    content = book({"W0 left": rows, "W0 right": rows, "W4 left": rows})
    source = (
        '[[sources.skinmeter]]\nfiles = "*.xlsx"\nfile_name = "{subject}.xlsx"\n'
        'sheet_name = "{visit} {side}"\n'
    )
    tables = reads(source, **{"07.xlsx": content, "08.xlsx": book({"W0 left": rows})})

    observations = tables["observations"].select("subject", "visit", "side").rows()
    assert sorted(observations) == [
        ("07", "W0", "left"),
        ("07", "W0", "right"),
        ("07", "W4", "left"),
        ("08", "W0", "left"),
    ]


def test_sheets_that_fit_nothing_are_told_by_what_is_in_them(reads: Read) -> None:
    sheets = {
        "W0": of_visit(1),
        "W4 (2)": of_visit(3),
        "Means": [["visit", "mean"], ["W0", 1.5]],
        "W12": [["subject", "r0"]],
    }
    tables = reads(BOOK, **{"a.xlsx": book(sheets)})

    assert sorted(told(tables)) == [
        ("sheet_not_read", "note", "a.xlsx", "Means"),
        ("sheet_not_read", "note", "a.xlsx", "W12"),
        ("sheet_not_read", "warning", "a.xlsx", "W4 (2)"),
    ]
    (expected,) = tables["findings"].filter(severity="warning")["expected"]
    assert 'aliases = ["W4 (2)"] of the visit that it is' in expected


def test_a_hidden_sheet_is_read_and_told_unless_the_source_says_what_it_is(reads: Read) -> None:
    content = book({"W0": of_visit(1), "W4": of_visit(3)}, hidden=("W4",))

    tables = reads(BOOK, **{"a.xlsx": content})
    assert len(read_values(tables)) == 4
    assert told(tables) == [("hidden_sheet", "warning", "a.xlsx [W4]", "W4")]
    for key, n in (("read", 4), ("leave_out", 2)):
        tables = reads(f'{BOOK}hidden_rows = "{key}"\n', **{"a.xlsx": content})
        assert (len(read_values(tables)), told(tables)) == (n, [])


def test_what_a_finding_is_about_is_named_with_its_sheet(reads: Read) -> None:
    content = book({"W0": of_visit(1), "W4": [["subject", "r0"], ["01", "3O"]]})
    tables = reads(BOOK, **{"a.xlsx": content})

    (row,) = tables["findings"].filter(check="not_a_number").rows(named=True)
    assert (row["file"], row["row"], row["subject"], row["visit"]) == (
        "a.xlsx [W4]",
        2,
        "01",
        "W4",
    )


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ({"W4": of_visit(1), "Woche 4": of_visit(2)}, "2 sheets are of the same: visit W4"),
        ({"V1": of_visit(1), "V2": of_visit(2)}, "no sheet has a name as sheet_name says"),
        ({"Woch 4": of_visit(1)}, "is 'Woch 4' meant as 'Woche 4'?"),
        ({"W0": [["subject", "r0"]]}, "no sheet that sheet_name names has rows"),
    ],
    ids=["twice", "none", "nearly", "no rows"],
)
def test_what_cannot_be_told_apart_is_refused(
    refuses: Callable[..., str], sheets: Sheets, words: str
) -> None:
    assert words in refuses(BOOK, **{"a.xlsx": book(sheets)})


STUDY = """
[study]
id = "SHEETS"
title = "A sheet a visit"
design = "single-arm"
data_origin = "simulated"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }

[schedule]
corneometer = ["W0", "W4"]

[comparisons]
w4 = { visit = ["W4", "baseline"] }

[[sources.subjects]]
file = "subjects.csv"

[[sources.corneometer]]
file = "water.xlsx"
sheet_name = "{visit}"

[endpoints.water]
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
replicates.planned = 1
compare = ["w4"]
analyses = ["paired_t"]
handling = ["observed"]

[outputs]
reports = []
"""


def test_a_word_for_a_visit_that_came_after_the_lock_only_adds_its_sheet(tmp_path: Path) -> None:
    people = [f"S{number:02}" for number in range(1, 9)]

    def water(gain: float) -> list[list[object]]:
        rows = [[who, 40 + number + gain + number % 3] for number, who in enumerate(people)]
        return [["subject", "hydration"], *rows]

    people_csv = "\n".join(["subject", *people, ""])
    path = write_study(tmp_path, STUDY, {"subjects.csv": people_csv})
    opened = open_files(path)
    write_lock(opened.study, opened.registry, {}, today=date(2026, 1, 5), data_seen=False)

    aliased = STUDY.replace('W4 = { at = "4 w" }', 'W4 = { at = "4 w", aliases = ["Week 4"] }')
    content = book({"W0": water(0), "Week 4": water(5)})
    write_study(tmp_path, aliased, {"subjects.csv": people_csv, "water.xlsx": content})
    finished = dermoutcomes.run(path)

    of_readings = finished.table("locked_reading").filter(source="corneometer")
    assert of_readings.select("state", "newly_read", "changed").rows() == [("extended", 8, 0)]
