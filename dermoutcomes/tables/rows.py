"""Rows of a table: those that fulfil a condition, and their order, copied only where they must be.

A table of readings has some 400 bytes a row, and most tables are in order and whole already.
"""

from __future__ import annotations

import polars as pl

__all__ = ["rows_in_order", "rows_where", "rows_without"]


def rows_where(frame: pl.DataFrame, *conditions: pl.Expr) -> pl.DataFrame:
    """The rows that fulfil all conditions; the frame itself where every row does."""
    fulfilled = frame.select(fulfilled=pl.all_horizontal(*conditions)).to_series()
    return frame if fulfilled.sum() == frame.height else frame.filter(fulfilled)


def rows_without(frame: pl.DataFrame, others: pl.DataFrame, on: str) -> pl.DataFrame:
    """The rows that have nothing in `others`, in their order; the frame itself where none are."""
    if not others.height:
        return frame
    return frame.join(others.select(on).unique(), on=on, how="anti", maintain_order="left")


def rows_in_order(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """The rows by a column, those alike as they come; the frame itself where they are so already."""
    if frame[by].is_sorted():
        return frame.with_columns(pl.col(by).set_sorted())
    return frame.sort(by, maintain_order=True)
