"""Numbers with something beside them: signs of limits, marks and units."""

from __future__ import annotations

import math

import polars as pl
import pytest

from .conftest import Read
from .test_source_values import ONE, checks, rows


def read(reads: Read, keys: str, *cells: str, code: str = "wet"):
    lines = "".join(f"{number},W0,{cell}\n" for number, cell in enumerate(cells, 1))
    return reads(ONE + keys, a_csv=f"subject,visit,{code}\n{lines}")


@pytest.mark.parametrize(
    ("cell", "check", "expected"),
    [
        ("<10", "limit_sign", 'limits = { "<" = "limit" } in the source, "half"'),
        ("≥ 120", "limit_sign", 'limits = { ">" = "limit" }'),
        ("> 120 AU", "limit_sign", 'limits = { ">" = "limit" }'),
        ("<LOQ", "limit_sign", 'limits = { "<LOQ" = "missing" } in the source, or a number'),
        ("BLQ", "limit_sign", 'limits = { "BLQ" = "missing" }'),
        ("45.3*", "marked_number", 'marks = { "*" = "keep" } in the source, "leave_out" or'),
        ("#45.3", "marked_number", 'marks = { "#" = "keep" }'),
        ("(45.3)", "marked_number", 'marks = { "()" = "keep" }'),
        ("45.3 mm", "unit_behind_number", 'marks = { "mm" = "keep" }'),
        ("45 E", "unit_behind_number", 'marks = { "E" = "keep" }'),
        ("45 %", "unit_behind_number", 'marks = { "%" = "keep" }'),
        ("4O", "not_a_number", "a number with a decimal point"),
        ("12-15", "not_a_number", "a number with a decimal point"),
        ("45 not at rest", "not_a_number", "a number with a decimal point"),
    ],
)
def test_what_stands_beside_a_number_is_an_error_that_names_the_key(
    reads: Read, cell: str, check: str, expected: str
) -> None:
    tables = read(reads, "", cell, "50")

    assert rows(tables, "subject", "value") == [("2", 50.0)]
    ((name, severity, row, said),) = checks(tables, "check", "severity", "row", "expected")
    assert (name, severity, row) == (check, "error", 2)
    assert expected in said


@pytest.mark.parametrize(
    ("limits", "cell", "value", "side"),
    [
        ('"<" = "limit"', "<10", 10.0, "below"),
        ('"<" = "half"', "< 0.3", 0.15, "below"),
        ('"<" = "limit/sqrt2"', "<10", 10 / math.sqrt(2), "below"),
        ('"<" = 5', "<=10", 5.0, "below"),
        ('">" = "limit"', ">120 AU", 120.0, "above"),
        ('"<LOQ" = 2.5', "<LOQ", 2.5, "below"),
        ('">ULOQ" = 120', ">ULOQ", 120.0, "above"),
        ("ULOQ = 120", "ULOQ", 120.0, "above"),
        ('"over range" = 120', "over range", 120.0, "above"),
    ],
)
def test_a_cell_at_a_limit_is_what_the_source_states(
    reads: Read, limits: str, cell: str, value: float, side: str
) -> None:
    tables = read(reads, f"limits = {{ {limits} }}\n", cell, "50")

    assert rows(tables, "value", "censored") == [(value, side), (50.0, None)]
    assert checks(tables, "check", "severity", "found") == [("limit_value", "note", cell)]


@pytest.mark.parametrize("cell", ["<10", "<LOQ"])
def test_a_cell_at_a_limit_may_count_as_missing(reads: Read, cell: str) -> None:
    tables = read(reads, 'limits = { "<" = "missing", "<LOQ" = "missing" }\n', cell, "50")

    assert rows(tables, "subject") == [("2",)]
    assert checks(tables, "check", "severity") == [("limit_as_missing", "note")]


@pytest.mark.parametrize(
    ("keys", "values", "check"),
    [
        ('marks = { "*" = "keep" }\n', [45.3, 50.0], "mark_kept"),
        ('marks = { "*" = "leave_out" }\n', [50.0], "left_out_by_mark"),
        (
            'marks = { "*" = "below_limit" }\nlimits = { "<" = "limit" }\n',
            [45.3, 50.0],
            "limit_value",
        ),
    ],
)
@pytest.mark.parametrize("cell", ["45.3*", "45.3 *", "*45.3"])
def test_a_mark_says_what_the_source_states(
    reads: Read, keys: str, values: list[float], check: str, cell: str
) -> None:
    tables = read(reads, keys, cell, "50")

    assert [value for (value,) in rows(tables, "value")] == values
    assert rows(tables, "censored")[0] == ("below" if check == "limit_value" else None,)
    assert checks(tables, "check", "severity", "found") == [(check, "note", cell)]


@pytest.mark.parametrize(
    ("code", "cell", "value"),
    [
        ("wet", "44.1 AU", 44.1),
        ("wet", "44.1a.u.", 44.1),
        ("r0", "29 µm", 0.029),
        ("r2", "45%", 0.45),
    ],
)
def test_a_number_is_read_in_the_unit_behind_it(
    reads: Read, code: str, cell: str, value: float
) -> None:
    tables = read(reads, "", cell, "0.3", code=code)

    assert rows(tables, "value") == [(value,), (0.3,)]
    assert checks(tables, "check", "severity", "found") == [("unit_in_cell", "note", cell)]


def test_the_unit_of_a_cell_leads_before_that_of_its_column(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0 [µm]\n1,W0,300\n2,W0,0.3 mm\n3,W0,250 µm\n")

    assert rows(tables, "value") == [(0.3,), (0.3,), (0.25,)]


def test_a_limit_has_the_unit_of_its_column(reads: Read) -> None:
    tables = reads(
        ONE + 'limits = { "<" = "half" }\n', a_csv="subject,visit,r0 [µm]\n1,W0,<300\n2,W0,400\n"
    )

    assert rows(tables, "value") == [(0.15,), (0.4,)]


def test_notes_are_one_a_column_and_mark(reads: Read) -> None:
    tables = read(reads, 'marks = { "*" = "keep", "#" = "keep" }\n', "1*", "2*", "3#", "4")

    assert checks(tables, "row", "message") == [
        (2, "2 numbers with the mark * count, as `marks` states"),
        (4, "1 number with the mark # counts, as `marks` states"),
    ]


def test_a_circumstance_at_a_limit_is_a_warning(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0,room\n1,W0,0.3,<20\n2,W0,0.3,21 °C\n")

    assert rows(tables, "measure", "value") == [
        ("skinmeter.r0", 0.3),
        ("skinmeter.r0", 0.3),
        ("skinmeter.room", 21.0),
    ]
    assert checks(tables, "check", "severity") == [
        ("limit_sign", "warning"),
        ("unit_in_cell", "note"),
    ]


def test_words_of_settings_and_of_codes_with_words_stay_as_they_are(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0,probe,serial\n1,W0,0.3,2 mm,<10*\n")

    assert tables["observations"]["text"].drop_nulls().sort().to_list() == ["2 mm", "<10*"]
    assert isinstance(tables["findings"], pl.DataFrame)
    assert not checks(tables)
