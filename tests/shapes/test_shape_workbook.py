"""One workbook that holds subjects, readings and ratings, each with rows of words above its header."""

from __future__ import annotations

from io import BytesIO

import pytest

from .conftest import scale

STUDY = """
[study]
id = "SHAPE"
title = "A workbook"
design = "single-arm"
data_origin = "simulated"
plugins = ["scales.toml"]
[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
[populations]
full = {}
[[sources.subjects]]
file = "study.xlsx"
sheet = "People"
columns = { subject = "Proband", age = "Alter" }
[[sources.corneometer]]
file = "study.xlsx"
sheet = "Readings"
columns = { subject = "Proband", visit = "Termin", hydration = "Feuchte" }
[[sources.worn]]
file = "study.xlsx"
sheet = "Ratings"
columns = { subject = "Proband" }
headers = "{visit}_{measure}"
[defaults.endpoints]
baseline = { visits = ["W0"] }
handling = ["observed"]
[endpoints.hydration]
measure = "corneometer.hydration"
[endpoints.worn]
measure = "worn.grade"
"""
SHEETS = {
    "People": [("Proband", "Alter"), ("P1", 44), ("P2", 51)],
    "Readings": [
        ("Laboratory 3", None, None),
        ("Proband", "Termin", "Feuchte"),
        ("P1", "W0", 40.5),
        ("P1", "W4", 47),
        ("P2", "W0", 38),
        ("P2", "W4", 45.5),
    ],
    "Ratings": [("Proband", "W0_grade", "W4_grade"), ("P1", 3, 2), ("P2", 2, 1)],
}


@pytest.fixture
def workbook():
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_workbook_of_three_tables(run_study, workbook):
    run = run_study(
        STUDY, {"study.xlsx": workbook, "scales.toml": scale("worn", {"grade": "minimum = 0"}, {})}
    )

    assert run.table("sources").select("table", "sheet", "rows").sort("rows", "table").rows() == [
        ("subjects", "People", 2),
        ("worn", "Ratings", 2),
        ("corneometer", "Readings", 4),
    ]
    assert run.table("sources")["sha256"].n_unique() == 1
    assert run.table("subjects").select("subject", "age").rows() == [("P1", 44), ("P2", 51)]
    changes = run.table("endpoints").filter(visit="W4").sort("endpoint", "subject")
    assert changes["change"].to_list() == [6.5, 7.5, -1, -1]


def test_a_reading_keeps_its_row_of_the_sheet(run_study, workbook):
    run = run_study(
        STUDY, {"study.xlsx": workbook, "scales.toml": scale("worn", {"grade": "minimum = 0"}, {})}
    )

    reading = (
        run.table("observations")
        .filter(measure="corneometer.hydration", subject="P2", visit="W4")
        .row(0, named=True)
    )
    assert (reading["value"], reading["row"], reading["column"]) == (45.5, 6, 3)
