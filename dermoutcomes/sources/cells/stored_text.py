"""Columns that a file stores with a type, as text."""

from __future__ import annotations

from typing import Any

import polars as pl

__all__ = ["stored_text"]


def stored_text(name: str, kind: Any) -> pl.Expr:
    """A column of any type as text, null only where the file has no cell.

    What no cell of a study can be (a list, a record, bytes, a length of time) has a text that says
    what it is, so that whoever asks for a number, a date or a word there is told; a null would make
    a filled cell a missing one.
    """
    column = pl.col(name)
    if kind == pl.String:
        return column
    if isinstance(kind, pl.List):
        return pl.format("list of {} samples", column.list.len()).alias(name)
    if isinstance(kind, pl.Array):
        return pl.format("list of {} samples", column.arr.len()).alias(name)
    if kind.is_nested() or kind == pl.Binary:
        what = "bytes" if kind == pl.Binary else "record"
        return pl.when(column.is_not_null()).then(pl.lit(what)).alias(name)
    if kind == pl.Duration:
        return column.dt.to_string("iso")
    return column.cast(pl.String)
