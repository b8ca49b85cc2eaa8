"""Shapes in which laboratories and contract research organisations send files, each read whole."""

from __future__ import annotations

import json

import polars as pl
import pytest

from .conftest import VISITS, Read
from .test_source_sheets import book

KINETICS = """
[[sources.skinmeter]]
file = "a.xlsx"
sheet = "*raw*data*"
columns.subject = "SUBJECT"
columns.visit = "KINETIC"
columns.location = "ZONE"
columns.replicate = "REPETITION"
columns.measure = "PARAMETER"
columns.value = "VALUE"
values.measure = { "R0 (mm)" = "r0", Moisture = "wet" }
values.visit = { T0 = "W0", T4W = "W4" }
"""


def test_a_long_table_of_a_research_organisation(reads: Read) -> None:
    rows = [
        ["SUBJECT", "ZONE", "KINETIC", "PARAMETER", "VALUE", "REPETITION"],
        ["S01", "CHEEK", "T0", "R0 (mm)", 0.31, 1],
        ["S01", "CHEEK", "T0", "R0 (mm)", 0.33, 2],
        ["S01", "CHEEK", "T4W", "Moisture", 45, 1],
    ]
    tables = reads(KINETICS, **{"a.xlsx": book({"Info": [["Study", "X"]], "My RAW DATA": rows})})

    assert tables["observations"].sort("id").select(
        "subject", "visit", "location", "replicate", "measure", "value"
    ).rows() == [
        ("S01", "W0", "CHEEK", 1, "skinmeter.r0", 0.31),
        ("S01", "W0", "CHEEK", 2, "skinmeter.r0", 0.33),
        ("S01", "W4", "CHEEK", 1, "skinmeter.wet", 45.0),
    ]


def test_a_long_table_with_answers_in_words_beside_numbers(reads: Read) -> None:
    tables = reads(
        """
[[sources.rating]]
file = "a.csv"
columns = { subject = "USUBJID", visit = "VISIT", measure = "TEST", value = "ORRES", text = "STRESC" }
values.measure = { "Overall change" = "score", Comment = "remark" }
""",
        a_csv="USUBJID,VISIT,TEST,ORRES,STRESC\n1,W0,Overall change,better,\n1,W0,Comment,red,\n",
    )

    assert tables["observations"].sort("id").select("measure", "value", "text").rows() == [
        ("rating.score", 2.0, None),
        ("rating.remark", None, "red"),
    ]


def test_codes_in_the_first_row_and_questions_in_the_second(reads: Read) -> None:
    tables = reads(
        """
[[sources.skinmeter]]
file = "a.csv"
header = 1
data_from = 3
columns.subject = "SUBJECT ID"
headers = "{visit}_{measure}"
""",
        a_csv="SUBJECT ID,STATUS,W0_R0,W12_R0\nSubject?,State?,Height?,Height at week 12?\n"
        "ABC-0012,COMPLETED,0.3,.UNK\nABC-0013,QUERIES,0.4,0.2\n",
    )

    assert tables["observations"].sort("id").select("subject", "visit", "value").rows() == [
        ("ABC-0012", "W0", 0.3),
        ("ABC-0013", "W0", 0.4),
        ("ABC-0013", "W12", 0.2),
    ]


def test_a_text_of_all_measurements_of_a_save_in_which_0_is_no_reading(reads: Read) -> None:
    """The text of a DermaLab: tabs, and 0 for what was not measured in the save."""
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.cmf"\nzero = "not_measured"\ndecimal = ","\n',
        **{"a.cmf": "Subject\tVisit\tR0\tWet\r\n1\tW0\t0,3\t0\r\n1\tW4\t0\t41,5\r\n"},
    )

    assert tables["observations"].sort("id").select("visit", "measure", "value").rows() == [
        ("W0", "skinmeter.r0", 0.3),
        ("W4", "skinmeter.wet", 41.5),
    ]


def test_a_text_of_pairs_is_a_curve_whose_name_says_whose(reads: Read) -> None:
    tables = reads(
        '[[sources.skinmeter]]\nfiles = "*.crd"\nfile_name = "{subject}_{visit}.crd"\n'
        'holds = "curves"\ncolumns = { x = "Time [s]", sample = "Elevation [mm]" }\n',
        **{"1_W0.crd": "Time [s]\tElevation [mm]\n0.0\t0.0\n0.5\t0.25\n1.0\t0.5\n"},
    )

    assert tables["curves"].select("subject", "visit", "samples").rows() == [
        ("1", "W0", [0.0, 0.25, 0.5])
    ]


def of_json(rows: list[dict[str, object]]) -> bytes:
    return json.dumps({"export": {"rows": rows}}).encode()


def of_workbook(rows: list[dict[str, object]]) -> bytes:
    return book({"S": [[*rows[0]], *([*row.values()] for row in rows)]})


@pytest.mark.parametrize(
    ("name", "write", "prefix"),
    [("a.json", of_json, "export.rows."), ("a.xlsx", of_workbook, "")],
)
def test_ids_of_two_columns_and_durations_with_a_status(
    reads: Read, name: str, write: object, prefix: str
) -> None:
    rows = [
        {"Site": "12", "Nr": "003", "months": 5.5, "ended": "relapse"},
        {"Site": "12", "Nr": "004", "months": 9, "ended": "ongoing"},
    ]
    source = f"""
[[sources.durations]]
file = "{name}"
columns.subject = ["{prefix}Site", "{prefix}Nr"]
columns.duration = "{prefix}months"
columns.status = "{prefix}ended"
units.duration = "mo"
values.status = {{ relapse = "event", ongoing = "censored" }}
"""
    tables = reads(source, visits=VISITS, **{name: write(rows)})  # type: ignore[operator]

    assert tables["durations"].select("subject", "duration", "status").rows() == [
        ("12-003", 5.5 * 30.4375, "event"),
        ("12-004", 9.0 * 30.4375, "censored"),
    ]


def test_hostile_cells_of_json_are_told_as_those_of_a_text(reads: Read) -> None:
    rows = [
        {"subject": "1", "visit": "W0", "r0": "0,3"},
        {"subject": "2", "visit": "W0", "r0": "0.3 mm"},
        {"subject": "3", "visit": "W0", "r0": "n.d."},
        {"subject": "4", "visit": "W0", "r0": None},
        {"subject": "6", "visit": "W0", "r0": True},
        {"subject": "7", "visit": "W0", "r0": 0.3},
        {"subject": "7", "visit": "W0", "r0": 0.3},
    ]
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.json"\n', **{"a.json": json.dumps(rows).encode()}
    )
    told = tables["findings"].filter(pl.col("row").is_not_null())

    assert tables["observations"].select("subject", "value").rows()[-2:] == [("7", 0.3), ("7", 0.3)]
    assert told.select("row", "check", "found").rows() == [
        (1, "decimal_sign", "0,3"),
        (2, "unit_in_cell", "0.3 mm"),
        (3, "not_a_number", "n.d."),
        (5, "not_a_number", "true"),
    ]
