"""Plus signs: a few among unsigned numbers are a finding, a column that is written with them is not."""

from __future__ import annotations

import polars as pl
import pytest

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


BOTH = '[[sources.skinmeter]]\nfile = "a.csv"\ndecimal = ","\nthousands = "."\n'


def either(read: Read, *cells: str, code: str = "r2") -> list[tuple[object, ...]]:
    """The findings on signs, and the values that are read, of a column of these cells."""
    lines = "".join(f"0{number};W4;{cell}\n" for number, cell in enumerate(cells, 1))
    tables = read(BOTH, a_csv=f"subject;visit;{code}\n{lines}")
    found = tables["findings"].filter(pl.col("check").is_in(["either_sign", "decimal_sign"]))
    values = tables["observations"]["value"].to_list() if "observations" in tables else []
    return [found.select("check", "row", "found").rows(), values]


def test_numbers_of_either_sign_are_asked_about_once_a_column(reads: Read) -> None:
    assert either(reads, "1.234", "340", "2.345") == [
        [("either_sign", 2, "1.234")],
        [1234.0, 340.0, 2345.0],
    ]


@pytest.mark.parametrize("settles", ["45,3", "1.234,5", "12.345.678", "0,618"])
def test_a_number_that_only_the_stated_signs_can_give_settles_the_column(
    reads: Read, settles: str
) -> None:
    found, values = either(reads, "1.234", settles)

    assert not found
    assert values[0] == 1234.0


def test_beside_numbers_of_the_other_sign_it_is_taken_for_one_of_them(reads: Read) -> None:
    assert either(reads, "0.618", "1.234", "0.773") == [
        [("decimal_sign", 2, "01: 0.618 (row 2); 02: 1.234 (row 3); 03: 0.773 (row 4)")],
        [],
    ]


def test_one_number_of_the_other_sign_does_not_outweigh_the_column(reads: Read) -> None:
    assert either(reads, "0.618", "1.234", "45,3", "12,1") == [
        [("decimal_sign", 2, "0.618")],
        [1234.0, 45.3, 12.1],
    ]


def test_a_source_that_says_so_is_read_as_it_states_and_not_asked(reads: Read) -> None:
    lines = "01;W4;1.234\n02;W4;340\n"
    tables = reads(f'{BOTH}either_sign = "stated"\n', a_csv=f"subject;visit;r2\n{lines}")

    assert tables["findings"].filter(pl.col("check") == "either_sign").height == 0
    assert tables["observations"]["value"].to_list() == [1234.0, 340.0]
