"""Plus signs: a few among unsigned numbers are a finding, a column that is written with them is not."""

from __future__ import annotations

import polars as pl

from .conftest import Read

RATING = '[[sources.rating]]\nfile = "a.csv"\n'


def signs(read: Read, *grades: str) -> list[tuple[object, ...]]:
    rows = "".join(f"0{number},W4,{grade}\n" for number, grade in enumerate(grades, 1))
    found = read(RATING, a_csv=f"subject,visit,score\n{rows}")["findings"]
    return found.filter(pl.col("check") == "plus_sign").select("row", "column", "found").rows()


def test_one_signed_number_among_unsigned_ones_is_found_in_its_cell(reads: Read) -> None:
    assert signs(reads, "3", "+2", "2", "1") == [(3, 3, "+2")]


def test_a_column_that_is_written_with_signs_is_nothing_to_remark(reads: Read) -> None:
    assert not signs(reads, "+3", "+2", "0", "-1")


def test_the_number_is_read_all_the_same(reads: Read) -> None:
    tables = reads(RATING, a_csv="subject,visit,score\n01,W4,+2\n02,W4,3\n03,W4,1\n")

    assert tables["observations"]["value"].to_list() == [2.0, 3.0, 1.0]
