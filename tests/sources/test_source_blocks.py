"""Blocks that stand beside each other in a sheet, each under its title with a header of its own."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from .conftest import Read
from .test_source_sheets import book

BLOCKS = '[[sources.skinmeter]]\nfile = "a.csv"\nblocks = "{visit}"\n'
TWO = """Skin meter,,,,,
Baseline,,,Woche 4,,
subject,side,r0,subject,side,r0
01,left,0.30,01,left,0.40
01,right,0.31,01,right,0.41
02,left,0.32,,,
"""


def values(tables: dict[str, pl.DataFrame]) -> list[tuple[object, ...]]:
    return tables["observations"].sort("id").select("subject", "visit", "side", "value").rows()


def test_each_block_is_read_with_its_title(reads: Read) -> None:
    tables = reads(BLOCKS, a_csv=TWO)

    assert values(tables) == [
        ("01", "W0", "left", 0.30),
        ("01", "W0", "right", 0.31),
        ("02", "W0", "left", 0.32),
        ("01", "W4", "left", 0.40),
        ("01", "W4", "right", 0.41),
    ]
    assert tables["sources"].select("path", "sheet", "rows").rows() == [
        ("a.csv", "Baseline", 3),
        ("a.csv", "Woche 4", 2),
    ]
    assert "ragged_row" not in tables["findings"]["check"].to_list()


def test_a_cell_is_named_by_its_place_in_the_file(reads: Read) -> None:
    tables = reads(BLOCKS, a_csv=TWO.replace("0.41", "0.4l"))
    told = tables["findings"].filter(pl.col("row") == 5)
    assert told.select("file", "row", "column", "found").rows() == [
        ("a.csv [Woche 4]", 5, 6, "0.4l")
    ]


def test_a_column_of_subjects_before_the_first_title_belongs_to_every_block(reads: Read) -> None:
    tables = reads(
        BLOCKS, a_csv=",Baseline,,Woche 4,\nsubject,side,r0,side,r0\n01,left,0.3,left,0.4\n"
    )

    assert values(tables) == [("01", "W0", "left", 0.3), ("01", "W4", "left", 0.4)]


def test_blocks_of_a_workbook_keep_numbers_and_places(reads: Read) -> None:
    content = book(
        {
            "Notes": [["who", "when"], ["AB", "March"]],
            "Data": [
                ["Left cheek", None, None, "Right cheek", None],
                ["subject", "visit", "r0", "subject", "r0"],
                ["01", "W0", 0.123456789012345, "01", 0.5],
            ],
        }
    )
    tables = reads(
        '[[sources.skinmeter]]\nfile = "a.xlsx"\nblocks = "{side} cheek"\nconstants.visit = "W0"\n',
        **{"a.xlsx": content},
    )

    assert values(tables) == [("01", "W0", "left", 0.123456789012345), ("01", "W0", "right", 0.5)]


def test_two_allocations_that_stand_beside_each_other(reads: Read) -> None:
    tables = reads(
        '[[sources.allocations]]\nfile = "a.csv"\nblocks = "{side} cheek"\n',
        a_csv="Left cheek,,Right cheek,\nsubject,arm,subject,arm\n01,A,01,B\n02,B,02,A\n",
    )

    assert tables["allocations"].select("subject", "side", "arm").sort(pl.all()).rows() == [
        ("01", "left", "A"),
        ("01", "right", "B"),
        ("02", "left", "B"),
        ("02", "right", "A"),
    ]


def test_a_block_whose_title_is_no_visit_is_told(reads: Read) -> None:
    tables = reads(BLOCKS, a_csv=TWO.replace("Woche 4", "Week four"))
    told = tables["findings"].filter(pl.col("check") == "sheet_not_read")

    assert told.select("severity", "found").rows() == [("warning", "Week four")]
    assert "the block 'Week four' has the columns of those that are read" in told["message"][0]
    assert len(values(tables)) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "subject,side,r0\n01,left,0.3\n",
            ("no row has titles of blocks", "subject | side | r0", "titles as '{visit}'"),
        ),
        (
            TWO.replace("Woche 4", "Baseline"),
            ("a.csv:2", "2 blocks have the title 'Baseline'", "columns 1, 4"),
        ),
        (TWO.replace("Woche 4", "W0"), ("2 blocks are of the same: visit W0", "'Baseline', 'W0'")),
    ],
)
def test_titles_that_do_not_tell_blocks_apart(
    refuses: Callable[..., str], content: str, words: tuple[str, ...]
) -> None:
    for word in words:
        assert word in refuses(BLOCKS, a_csv=content)


def test_blocks_of_two_sheets_are_a_question(refuses: Callable[..., str]) -> None:
    sheet = [["Baseline", None, "W4", None], ["subject", "r0"] * 2, ["01", 0.3, "01", 0.4]]
    words = refuses(
        BLOCKS.replace("a.csv", "a.xlsx"), **{"a.xlsx": book({"One": sheet, "Two": sheet})}
    )

    assert "several sheets have blocks" in words
    assert "'One', 'Two'" in words
