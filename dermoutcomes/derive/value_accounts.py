"""The accounts of the values of each measure: what was read, and what was computed beside it."""

from __future__ import annotations

import polars as pl

from dermoutcomes.tables.ledger import entries
from dermoutcomes.tables.table_rows import same_rows

__all__ = ["value_entries"]

VALUES = "values"


def value_entries(read: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """The entries of the observations that were `read`, and of all that followed from them.

    Opening: what stands in a cell; gains: constants of a source, what curves gave, what formulas
    and recodings gave; closing: all observations.
    """
    unit = ("subject", "measure")
    in_a_cell, computed = pl.col("column") > 0, pl.col("kind") == "computed"
    added = (
        observations.clear()
        if same_rows(observations, read, ["id"])
        else observations.join(read.select("id"), on="id", how="anti")
    )
    new = added.select(
        *unit, reason=pl.when(computed).then(pl.lit("computed")).otherwise(pl.lit("derived"))
    )
    return pl.concat(
        (
            entries(read.filter(in_a_cell).select(unit), VALUES, "opening"),
            entries(read.filter(~in_a_cell).select(unit), VALUES, "gain", reason="constant"),
            entries(new, VALUES, "gain"),
            entries(observations.select(unit), VALUES, "closing"),
        )
    )
