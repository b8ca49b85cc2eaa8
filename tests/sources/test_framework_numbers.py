"""Numbers of framework tables with something beside them: signs of limits, marks and units."""

from __future__ import annotations

import pytest

from .conftest import Read
from .test_source_values import checks

SUBJECTS = '[[sources.subjects]]\nfile = "s.csv"\n'
POPULATION = '[populations]\nheavy = { weight = "> 70" }\n'


def read(reads: Read, keys: str, *cells: str, header: str = "weight", study: str = ""):
    lines = "".join(f"{number},{cell}\n" for number, cell in enumerate(cells, 1))
    return reads(study + SUBJECTS + keys, s_csv=f"subject,{header}\n{lines}")


@pytest.mark.parametrize("header", ["age", "weight"])
@pytest.mark.parametrize(
    ("cell", "check", "expected"),
    [
        (">80", "limit_sign", 'limits = { ">" = "limit" } in the source, "half", "limit/sqrt2"'),
        ("<LOQ", "limit_sign", 'limits = { "<LOQ" = "missing" } in the source, or a number'),
        ("45*", "marked_number", 'marks = { "*" = "keep" } in the source, "leave_out" or'),
        ("#45", "marked_number", 'marks = { "#" = "keep" }'),
        ("45 d", "unit_behind_number", '.{header} = "d" in the source if all are in it, marks ='),
    ],
)
def test_what_stands_beside_a_number_of_a_subject_names_its_key(
    reads: Read, header: str, cell: str, check: str, expected: str
) -> None:
    tables = read(reads, "", "50", cell, "60", header=header)

    assert tables["subjects"][header].to_list() == [50.0, None, 60.0]
    ((name, severity, *place, message, said),) = checks(
        tables, "check", "severity", "subject", "row", "column", "found", "message", "expected"
    )
    assert (name, *place) == (check, "2", 3, 2, cell)
    assert severity == ("error" if header == "age" else "warning")
    assert message.startswith(f"{header}: ")
    assert expected.replace("{header}", header) in said


@pytest.mark.parametrize("header", ["age", "weight"])
@pytest.mark.parametrize(
    ("keys", "cell", "value", "check"),
    [
        ('limits = { ">" = "limit" }\n', ">80", 80.0, "limit_value"),
        ('limits = { ">" = 85 }\n', ">80", 85.0, "limit_value"),
        ('limits = { "<" = "half" }\n', "< 80", 40.0, "limit_value"),
        ('limits = { "over range" = 80 }\n', "over range", 80.0, "limit_value"),
        ('limits = { ">" = "missing" }\n', ">80", None, "limit_as_missing"),
        ('marks = { "*" = "keep" }\n', "45*", 45.0, "mark_kept"),
        ('marks = { "*" = "leave_out" }\n', "45*", None, "left_out_by_mark"),
        ('marks = { "kg" = "keep" }\n', "72 kg", 72.0, "mark_kept"),
        ('units = { weight = "kg", age = "kg" }\n', "72 kg", 72.0, "unit_in_cell"),
        ('units = { weight = "kg", age = "kg" }\n', "72500 g", 72.5, "unit_in_cell"),
    ],
)
def test_the_source_says_what_stands_beside_a_number(
    reads: Read, header: str, keys: str, cell: str, value: float | None, check: str
) -> None:
    tables = read(reads, keys, "50", cell, "60", header=header)

    assert tables["subjects"][header].to_list() == [50.0, value, 60.0]
    assert checks(tables, "check", "severity", "found") == [(check, "note", cell)]


def test_a_unit_in_the_header_is_that_of_the_cells(reads: Read) -> None:
    tables = read(reads, "", "72 kg", "80 kg", ".", header="weight (kg)")

    assert tables["subjects"]["weight (kg)"].to_list() == [72.0, 80.0, None]
    assert checks(tables, "check", "message") == [
        ("unit_in_cell", "weight (kg): 2 numbers with the unit kg behind them are read in it")
    ]


@pytest.mark.parametrize(
    "cells",
    [("<65", ">=65", "<65"), ("50", "2a", "60"), ("007", "012", ">80"), ("72 kg", "80 kg", "1 kg")],
)
def test_levels_codes_and_words_stay_words(reads: Read, cells: tuple[str, ...]) -> None:
    tables = read(reads, "", *cells)

    assert tables["subjects"]["weight"].to_list() == list(cells)
    assert checks(tables, "check") == []


def test_a_column_that_a_population_asks_for_decides(reads: Read) -> None:
    tables = read(reads, "", "50", ">80", "60", study=POPULATION)

    assert checks(tables, "check", "severity") == [("limit_sign", "error")]


def test_many_cells_of_a_column_are_one_finding(reads: Read) -> None:
    tables = read(reads, "", *[str(number) for number in range(40, 70)], *["80*"] * 21)

    ((check, message),) = checks(tables, "check", "message")
    assert check == "marked_number"
    assert "(21 cells, as 80* in row 32, 80* in row 33, 80* in row 34)" in message


@pytest.mark.parametrize(
    ("table", "header", "cells", "column", "value"),
    [
        ("durations", "subject,duration,status", "1,>52,no", "duration", 52.0),
        ("milestones", "subject,milestone,day", "1,death,>52", "day", 52),
        ("exposures", "subject,day,dose", "1,1,>52", "dose", 52.0),
        ("events", "subject,term,start_day", "1,itch,>52", "start_day", 52),
    ],
)
def test_limits_hold_for_each_table(
    reads: Read, table: str, header: str, cells: str, column: str, value: float
) -> None:
    source = f'{SUBJECTS}[[sources.{table}]]\nfile = "t.csv"\n'
    stated = f'{source}limits = {{ ">" = "limit" }}\n'

    files = {"s_csv": "subject\n1\n", "t_csv": f"{header}\n{cells}\n"}
    asked, tables = reads(source, **files), reads(stated, **files)

    assert asked[table][column].to_list() == [None]
    assert checks(asked, "check", "severity") == [("limit_sign", "error")]
    assert tables[table][column].to_list() == [value]
    assert checks(tables, "check") == [("limit_value",)]


def test_a_limit_is_no_half_day(reads: Read) -> None:
    source = f'{SUBJECTS}[[sources.milestones]]\nfile = "t.csv"\nlimits = {{ "<" = "half" }}\n'
    tables = reads(source, s_csv="subject\n1\n", t_csv="subject,milestone,day\n1,death,<5\n")

    assert tables["milestones"]["day"].to_list() == [None]
    assert ("not_a_whole_number",) in checks(tables, "check")
