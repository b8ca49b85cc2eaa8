"""Ids of what was not read from a cell of its own: `source << 40 | row << 14 | column`, with columns beyond those of any file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale

__all__ = ["DERIVED", "FROM_CURVES", "identity", "number", "refuse_crowded"]

DERIVED, FROM_CURVES, END = 8192, 12288, 16384


def number(rows: pl.DataFrame, owner: Instrument | Scale, first: int) -> pl.DataFrame:
    """`rows` (columns source, row, code, turn) with `id`.

    `turn` counts, from 0, the measurements that stand side by side in one row of the file: a column a visit, or a column a curve.
    """
    refuse_crowded(rows, owner, first)
    return rows.with_columns(identity(owner, pl.col("code"), first).alias("id"))


def identity(owner: Instrument | Scale, code: str | pl.Expr, first: int) -> pl.Expr:
    """The id of a code's value in a row that has source, row and turn."""
    position = {parameter.code: place for place, parameter in enumerate(owner.parameters)}
    place = (
        pl.lit(position[code])
        if isinstance(code, str)
        else code.replace_strict(position, return_dtype=pl.Int64)
    )
    column = first + pl.col("turn").cast(pl.Int64) * len(position) + place
    return pl.col("source").cast(pl.Int64) * 2**40 + pl.col("row") * 2**14 + column


def refuse_crowded(rows: pl.DataFrame, owner: Instrument | Scale, first: int) -> None:
    """StudyError where more measurements stand side by side than there are ids for."""
    many = len({parameter.code for parameter in owner.parameters})
    most = (DERIVED + END - FROM_CURVES if first == DERIVED else END) - first
    if rows.height and (int(rows["turn"].max()) + 1) * many > most:  # type: ignore[arg-type]
        raise StudyError(
            f"a file of {owner.name} has more than {most // many} measurements side by side in one row; "
            "split it into several files"
        )
