"""A column of dates or raters a visit, beside the readings of that visit: V1_DAT and V1_R0."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes import StudyError

from .conftest import Read
from .test_source_values import checks, rows

SOURCE = """
[[sources.skinmeter]]
file = "a.csv"
headers = "{visit}_{measure}_{side}"
columns.date = "{visit}_DAT"
date_format = "%d.%m.%Y"
"""
TEXT = """subject,W0_DAT,W0_r0_L,W0_r0_R,W4_DAT,W4_r0_L,W4_r0_R
01,05.03.2024,0.1,0.2,02.04.2024,0.3,0.4
02,06.03.2024,0.5,0.6,,0.7,0.8
"""


def test_date_of_a_visit_is_that_of_its_readings(reads: Read) -> None:
    tables = reads(SOURCE, a_csv=TEXT)

    read = [
        (subject, visit, side, str(on.date()) if on else None)
        for subject, visit, side, on in rows(tables, "subject", "visit", "side", "taken_at")
    ]
    assert read == [
        ("01", "W0", "left", "2024-03-05"),
        ("01", "W0", "right", "2024-03-05"),
        ("01", "W4", "left", "2024-04-02"),
        ("01", "W4", "right", "2024-04-02"),
        ("02", "W0", "left", "2024-03-06"),
        ("02", "W0", "right", "2024-03-06"),
        ("02", "W4", "left", None),
        ("02", "W4", "right", None),
    ]
    assert not checks(tables)


def test_words_of_one_visit_may_differ_in_case(reads: Read) -> None:
    text = TEXT.replace("W0_DAT", "w0_DAT")

    assert rows(reads(SOURCE, a_csv=text), "taken_at")[0][0] is not None


def test_date_that_cannot_be_read_is_told(reads: Read) -> None:
    tables = reads(SOURCE, a_csv=TEXT.replace("02.04.2024", "31.02.2024"))

    assert [check for check, *_ in checks(tables)] == ["not_a_date"]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("{visit}_DAT", "{replicate}_DAT", "{replicate} stands in columns.date and not in headers"),
        ("{visit}_DAT", "{visit}_DATE", "no column has a header as columns.date says"),
        ("{visit}_DAT", "{measure}_DAT", "{measure} stands in columns.date and not in headers"),
    ],
)
def test_pattern_that_fits_nothing_is_refused(
    reads: Read, before: str, after: str, words: str
) -> None:
    with pytest.raises(StudyError) as caught:
        reads(SOURCE.replace(before, after), a_csv=TEXT)

    (problem,) = caught.value.problems
    assert words in problem.message
    assert "columns.date" in problem.path


def test_subject_has_one_column(reads: Read) -> None:
    with pytest.raises(StudyError, match=r"the file has no column '\{visit\}_DAT'"):
        reads(SOURCE.replace("columns.date", "columns.subject"), a_csv=TEXT)


def test_column_of_no_visit_that_is_read_stays_unread(reads: Read) -> None:
    """BIRTH_DAT fits the pattern, and no reading is of a visit BIRTH."""
    text = TEXT.replace("subject,", "subject,BIRTH_DAT,").replace("01,", "01,01.05.1980,")
    ledger = reads(SOURCE, a_csv=text.replace("02,0", "02,02.05.1980,0"))["ledger"]

    unread = ledger.filter(pl.col("reason") == "unused_column")
    assert unread.select("detail", "n").rows() == [("BIRTH_DAT", 2)]
