"""Ids of values that have no cell of their own: `source << 40 | row << 14 | column`.

Their columns are beyond those that a file can have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale

__all__ = ["DERIVED", "FROM_CURVES", "cell_id", "refuse_crowded_rows", "with_ids"]

# First columns of values of formulas and of values of curves, and the end of both: 14 bits.
DERIVED, FROM_CURVES, END = 8192, 12288, 16384


def with_ids(rows: pl.DataFrame, owner: Instrument | Scale, first_column: int) -> pl.DataFrame:
    """`rows` (columns source, row, code, turn) with `id`.

    `turn` counts, from 0, the measurements that stand side by side in one row of the file: a column
    a visit, or a column a curve.
    """
    refuse_crowded_rows(rows, owner, first_column)
    return rows.with_columns(cell_id(owner, pl.col("code"), first_column).alias("id"))


def cell_id(owner: Instrument | Scale, code: str | pl.Expr, first_column: int) -> pl.Expr:
    """The id of a code's value in a row that has source, row and turn."""
    indices = {parameter.code: index for index, parameter in enumerate(owner.parameters)}
    index = (
        pl.lit(indices[code])
        if isinstance(code, str)
        else code.replace_strict(indices, return_dtype=pl.Int64)
    )
    column = first_column + pl.col("turn").cast(pl.Int64) * len(indices) + index
    return pl.col("source").cast(pl.Int64) * 2**40 + pl.col("row") * 2**14 + column


def refuse_crowded_rows(rows: pl.DataFrame, owner: Instrument | Scale, first_column: int) -> None:
    """StudyError where more measurements stand side by side than there are ids for."""
    n_codes = len({parameter.code for parameter in owner.parameters})
    end = FROM_CURVES if first_column == DERIVED else END
    most = (end - first_column) // n_codes
    if rows.height and int(rows["turn"].max()) + 1 > most:  # type: ignore[arg-type]
        raise StudyError(
            f"a file of {owner.name} has more than {most} measurements side by side in one row; "
            "split it into several files"
        )
