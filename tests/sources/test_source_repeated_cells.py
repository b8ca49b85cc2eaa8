"""Cells that mean what stands above them, and rows that a workbook hides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import dermoutcomes
from dermoutcomes import StudyError
from dermoutcomes.testing import write_study
from dermoutcomes.testing.studies import SMALL

TOML, FILES = SMALL
# Blocks of a subject: an id stands once, a visit where it changes.
BLOCKS = (
    ("subject", "visit", "height"),
    ("S1", "W0", 1.5),
    (None, None, 1.6),
    (None, "W4", 1.25),
    ("S2", "W0", 2.0),
    (None, "W4", 1.5),
    ("S3", "W0", 1.75),
    (None, "W4", 1.75),
)
MEANT = [
    ("S1", "W0", 1.5),
    ("S1", "W0", 1.6),
    ("S1", "W4", 1.25),
    ("S2", "W0", 2.0),
    ("S2", "W4", 1.5),
    ("S3", "W0", 1.75),
    ("S3", "W4", 1.75),
]


def readings(folder: Path, key: str = "", change: Callable[[Any], None] | None = None) -> Any:
    """Subject, visit and value of every observation, of a workbook of blocks."""
    toml = TOML.replace('"probe.csv"', f'"probe.xlsx"\n{key}')
    toml = toml.replace("[endpoints.height]", '[endpoints.height]\nhandling = ["observed"]')
    path = write_study(folder, toml, {**FILES})
    book = openpyxl.Workbook()
    for row in BLOCKS:
        book.active.append(row)
    if change is not None:
        change(book.active)
    book.save(folder / "probe.xlsx")
    run = dermoutcomes.run(path)
    heights = run.table("observations").sort("row")
    return heights.select("subject", "visit", "value").rows()


def merged(sheet: Any) -> None:
    for area in ("A2:A4", "A5:A6", "A7:A8", "B2:B3"):
        sheet.merge_cells(area)


def test_a_merged_cell_stands_in_each_of_its_rows(tmp_path: Path) -> None:
    assert readings(tmp_path, change=merged) == MEANT


def test_a_blank_repeats_the_cell_above_where_the_source_says_so(tmp_path: Path) -> None:
    assert readings(tmp_path, 'fill_down = ["subject", "visit"]') == MEANT


def test_a_blank_is_a_blank_where_it_does_not(tmp_path: Path) -> None:
    with_subject = readings(tmp_path, 'fill_down = ["subject"]')

    assert with_subject == [MEANT[0], ("S1", None, 1.6), *MEANT[2:]]


def test_a_row_is_filled_before_rows_are_left_out(tmp_path: Path) -> None:
    def hide_first(sheet: Any) -> None:
        merged(sheet)
        sheet.row_dimensions[2].hidden = True

    keys = 'hidden_rows = "leave_out"'

    assert readings(tmp_path, keys, hide_first) == MEANT[1:]
    where = 'fill_down = ["subject", "visit"]\nwhere = { height = "> 1.5" }'
    assert readings(tmp_path, where) == [MEANT[1], MEANT[3], MEANT[5], MEANT[6]]


def test_the_header_repeats_nowhere(tmp_path: Path) -> None:
    def without_first(sheet: Any) -> None:
        sheet["A2"] = None

    heights = readings(tmp_path, 'fill_down = ["subject", "visit"]', without_first)

    assert heights == MEANT[3:]


def test_a_column_that_is_not_there_repeats_nothing(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="no column is 'side', whose blanks are to repeat"):
        readings(tmp_path, 'fill_down = ["side"]')
