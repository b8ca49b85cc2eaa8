"""Cells that hold no number: each a finding with its place, none a value."""

from __future__ import annotations

import polars as pl
import pytest

from .conftest import Read
from .test_source_values import ONE, checks, rows


@pytest.mark.parametrize(
    ("decimal", "cell", "check"),
    [
        (",", "0.34", "decimal_sign"),
        (",", "1.234", "decimal_sign"),
        (".", "0,34", "decimal_sign"),
        (".", "abc", "not_a_number"),
        (".", "< 0.1", "limit_sign"),
        (".", "0.34 kg", "unit_behind_number"),
        (".", "inf", "not_finite"),
        (".", "-Infinity", "not_finite"),
        (".", "1e400", "not_finite"),
        (".", "9.97e36", "absurd_value"),
        (".", "1.234,5", "decimal_sign"),
        (",", "1.234,5", "thousands_sign"),
        (",", "1 234,5", "thousands_sign"),
        (".", "1'234.5", "thousands_sign"),
        (".", "0'234.5", "not_a_number"),
        (",", "12.34,5", "not_a_number"),
        (",", "44,", "unfinished_number"),
        (".", "44.", "unfinished_number"),
        (".", "0x1F", "not_a_number"),
        (".", "1_000", "not_a_number"),
        (".", "--1", "not_a_number"),
        (".", "٣", "not_a_number"),
    ],
)
def test_a_cell_without_a_number_is_a_finding_and_no_value(
    reads: Read, decimal: str, cell: str, check: str
) -> None:
    tables = reads(ONE + f'decimal = "{decimal}"\n', a_csv=f"subject;visit;r0;r2\n1;W0;{cell};5\n")

    assert rows(tables, "measure", "value") == [("skinmeter.r2", 5.0)]
    assert checks(
        tables, "check", "severity", "subject", "visit", "measure", "found", "file", "row", "column"
    ) == [(check, "error", "1", "W0", "skinmeter.r0", cell, "a.csv", 2, 3)]


@pytest.mark.parametrize("cell", ["", ".", "NA", " ND ", ".UNK", "NaN"])
def test_what_was_not_measured_is_nothing(reads: Read, cell: str) -> None:
    tables = reads(ONE, a_csv=f"subject,visit,r0,r2\n1,W0,{cell},5\n")

    assert rows(tables, "measure") == [("skinmeter.r2",)]
    assert not checks(tables)


@pytest.mark.parametrize(
    ("thousands", "cell"),
    [
        (".", "1.234,5"),
        (" ", "1 234,5"),
        ("\u00a0", "1\u00a0234,5"),
        ("'", "1'234,5"),
        ("\u202f", "1 234,5"),
    ],
)
def test_a_thousands_sign_is_read_where_it_is_stated(
    reads: Read, thousands: str, cell: str
) -> None:
    tables = reads(
        ONE + f'decimal = ","\nthousands = "{thousands}"\n',
        a_csv=f"subject;visit;r0\n1;W0;{cell}\n",
    )

    assert rows(tables, "value") == [(1234.5,)]


def test_a_reading_that_failed_is_one_finding(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0,r2\n1,W0,Er,Er\n1,W4,0.3,Er\n")

    assert checks(tables, "check", "row", "column", "message") == [
        ("failed_reading", 2, 3, "the reading failed (2 values of it)"),
        ("failed_reading", 3, 4, "the reading failed"),
    ]
    assert rows(tables, "value") == [(0.3,)]


def test_a_typographic_minus_and_odd_spaces_are_read(reads: Read) -> None:
    assert rows(
        reads(ONE, a_csv="subject,visit,r0\n1 ,W0,\u22120.3\n1,W4,\u00a00.4 \n"), "subject", "value"
    ) == [("1", -0.3), ("1", 0.4)]


def test_words_are_recoded_only_as_stated(reads: Read) -> None:
    sources = '[[sources.rating]]\nfile = "a.csv"\nvalues.score = { "+2" = 1 }\n'

    tables = reads(sources, a_csv="subject,visit,score\n1,W0,+2\n1,W4,Much better\n1,W12,superb\n")

    assert rows(tables, "value") == [(1.0,), (1.0,)]
    assert checks(tables, "check", "found", "row") == [("not_a_number", "superb", 4)]


def test_a_row_without_a_subject_is_a_finding(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0\n1,W0,0.3\n,W0,0.31\nMean,,0.305\n")

    assert rows(tables, "subject", "visit") == [("1", "W0")]
    assert checks(tables, "check", "row") == [("no_subject", 3), ("summary_row", 4)]


def test_side_letters_are_known_and_other_words_are_not(reads: Read) -> None:
    tables = reads(
        ONE,
        a_csv="subject,visit,side,r0\n1,W0,L,1\n1,W0,R,2\n1,W0,LEFT,3\n1,W0,l,4\n1,W0,links,5\n",
    )

    assert [side for (side,) in rows(tables, "side")] == ["left", "right", "left", "l", "links"]
    assert checks(tables, "check", "found", "row") == [
        ("unknown_side", "l", 5),
        ("unknown_side", "links", 6),
    ]


def test_hostile_texts_stay_texts(reads: Read) -> None:
    subject = "<script>alert(1)</script>"
    tables = reads(
        '[[sources.rating]]\nfile = "a.csv"\n',
        a_csv=f"subject,visit,remark\n{subject},W0,\"=cmd|'/C calc'!A0\"\n",
    )

    assert tables["observations"].select("subject", "text").rows() == [
        (subject, "=cmd|'/C calc'!A0")
    ]


def test_no_table_holds_a_number_that_is_none(reads: Read) -> None:
    tables = reads(ONE, a_csv="subject,visit,r0\n1,W0,1e308\n1,W4,nan\n1,W12,0.3\n")

    assert (
        tables["observations"].filter(pl.col("value").is_finite()).height
        == tables["observations"].height
        == 1
    )


def test_words_for_missing_values_add_to_the_usual_ones(reads: Read) -> None:
    tables = reads(
        ONE + 'missing = ["k.A.", " - "]\n',
        a_csv="subject,visit,r0,r2\n1,W0,k.A.,5\n2,W0,NA,6\n3,W0,-,7\n4,W0,,8\n",
    )

    assert rows(tables, "measure", "value") == [("skinmeter.r2", value) for value in (5, 6, 7, 8)]
    assert not checks(tables)


RATINGS = '[[sources.rating]]\nfile = "a.csv"\n'


def test_a_word_that_the_source_recodes_is_no_missing_value(reads: Read) -> None:
    recoding = 'missing = ["-"]\nvalues.score = { "-" = 1, "ND" = 2, "" = 3 }\n'

    tables = reads(RATINGS + recoding, a_csv="subject,visit,score\n1,W0,-\n2,W0,ND\n3,W0,\n")

    assert rows(tables, "subject", "value") == [("1", 1.0), ("2", 2.0), ("3", 3.0)]
    assert not checks(tables)


def test_a_word_may_be_recoded_to_one_for_missing_values(reads: Read) -> None:
    recoding = 'values.score = { "refused" = "NA", "asleep" = "" }\n'

    tables = reads(
        RATINGS + recoding, a_csv="subject,visit,score\n1,W0,refused\n2,W0,asleep\n3,W0,2\n"
    )

    assert rows(tables, "subject", "value") == [("3", 2.0)]
    assert not checks(tables)


def test_an_answer_of_the_scale_itself_comes_before_words_for_missing_values(reads: Read) -> None:
    tables = reads(
        RATINGS + 'missing = ["No Change", "much worse"]\n',
        a_csv="subject,visit,score\n1,W0,no change\n2,W0,No Change\n3,W0,much worse\n",
    )

    assert rows(tables, "subject", "value") == [("1", 3.0), ("2", 3.0)]
