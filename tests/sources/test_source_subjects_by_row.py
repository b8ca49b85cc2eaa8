"""Files without a column of subjects: the order of rows says whose they are, where it is stated."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from .conftest import Read

ONE = '[[sources.skinmeter]]\nfile = "a.csv"\nconstants.visit = "W0"\n'
ROWS = ONE + 'subjects_by = "row"\n'
SCORES = '[[sources.rating]]\nfile = "b.csv"\nconstants.visit = "W0"\nsubjects_by = "row"\n'


def subjects(tables: dict[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    return tables["observations"].sort("id").select("subject", "value").rows()


def test_a_row_is_a_subject_where_it_is_stated(reads: Read) -> None:
    tables = reads(ROWS, a_csv="r0\n0.3\n0.4\n")

    assert subjects(tables) == [("1", 0.3), ("2", 0.4)]


def test_unless_it_is_stated_no_row_is_a_subject(refuses: Callable[..., str]) -> None:
    words = refuses(ONE, a_csv="r0\n0.3\n0.4\n")

    assert "no column says who the subject is" in words
    assert 'subjects_by = "row"' in words


def test_a_blank_row_and_one_that_is_left_out_move_nobody(reads: Read) -> None:
    tables = reads(ROWS + 'where = { ok = "yes" }\n', a_csv="ok,r0\nyes,1\nno,2\n\nyes,4\n")

    assert subjects(tables) == [("1", 1.0), ("4", 4.0)]


def test_readings_by_their_rows_are_a_warning(reads: Read) -> None:
    tables = reads(ROWS + SCORES, a_csv="r0\n0.3\n0.4\n", b_csv="score\n1\n2\n")
    told = tables["findings"].filter(pl.col("check") == "subjects_by_row")

    assert told.select("file", "severity", "found").rows() == [
        ("a.csv", "warning", "2 rows"),
        ("b.csv", "warning", "2 rows"),
    ]


def test_ids_are_never_passed_over(refuses: Callable[..., str]) -> None:
    by_row = 'subjects_by = "row"\n'
    list_of_all = f'[[sources.subjects]]\nfile = "s.csv"\n{by_row}'
    words = refuses(ROWS + list_of_all, a_csv="r0\n0.3\n", s_csv="subject,sex\n01,f\n")
    assert "s.csv:1: [sources.subjects[1].subjects_by]" in words
    words = refuses(ROWS, a_csv="subject,r0\n01,0.3\n")
    assert "a.csv:1: [sources.skinmeter[1].subjects_by]" in words
    assert "and the file says who they are" in words
