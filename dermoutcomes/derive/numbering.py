"""Ids of what was not read from a cell of its own: `source << 40 | row << 14 | column`, with columns beyond those of any file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale

__all__ = ["DERIVED", "FROM_CURVES", "number"]

DERIVED, FROM_CURVES, END = 8192, 12288, 16384


def number(rows: pl.DataFrame, owner: Instrument | Scale, first: int) -> pl.DataFrame:
    """`rows` (columns source, row, code, turn) with `id`.

    `turn` counts, from 0, the measurements that stand side by side in one row of the file: a column a visit, or a column a curve.
    """
    position = {parameter.code: place for place, parameter in enumerate(owner.parameters)}
    place = pl.col("code").replace_strict(position, return_dtype=pl.Int64)
    column = first + pl.col("turn").cast(pl.Int64) * len(position) + place
    numbered = rows.with_columns((pl.col("source").cast(pl.Int64) * 2**40 + pl.col("row") * 2**14 + column).alias("id"))
    most = (DERIVED + END - FROM_CURVES if first == DERIVED else END) - first
    if rows.height and (int(rows["turn"].max()) + 1) * len(position) > most:  # type: ignore[arg-type]
        raise StudyError(f"a file of {owner.name} has more than {most // len(position)} measurements side by side in one row; "
                         "split it into several files")
    return numbered
