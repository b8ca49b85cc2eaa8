"""Rows of several files in one table: each has the number of its file in front of its own.

The row of such a table is `source << 26 | row`, so that `row << 14 | column` is the id of a cell.
Of a file that is read by itself the row is that of the file, and what stands in front is 0.
"""

from __future__ import annotations

import polars as pl

__all__ = ["MOST_ROWS", "NotTogether", "file_of", "line_of", "rows_of_file"]

# Rows that a file can have: what an id leaves for them, between 14 bits of the column and 40.
MOST_ROWS = 2**26


class NotTogether(Exception):  # noqa: N818 - no fault: the files are read one by one
    """There is something to say of one file, and nothing here knows of which."""


def file_of(row: str = "row") -> pl.Expr:
    """The number of the file that a row stands in; 0 for all where one file is read by itself."""
    return pl.col(row) // MOST_ROWS


def line_of(row: str = "row") -> pl.Expr:
    """The row as its file has it."""
    return pl.col(row) % MOST_ROWS


def rows_of_file(number: int, lines: pl.Series) -> pl.Series:
    """The rows of a file in a table of several."""
    return lines + number * MOST_ROWS
