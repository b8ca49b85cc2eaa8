"""Decimal and thousands signs that files of one device write otherwise: one cause, one finding."""

from __future__ import annotations

import polars as pl

from dermoutcomes.sources.cells.cell_numbers import PROBLEMS
from dermoutcomes.tables.findings import MOST_LISTED, listed

__all__ = ["SIGN_PROBLEMS", "one_a_source"]

# What one key of a source settles in all its columns and files.
SIGN_PROBLEMS = ("decimal_sign", "thousands_sign")
# Of the cell that stands for all of them the row is told, and whose it is no more.
OF_A_CELL = ("column", "subject", "visit", "location", "side", "replicate", "observation")


def one_a_source(findings: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """The findings, with one for the signs of a device or scale where several files are told of them.

    Findings of whole columns or files are of one cause; so are those of cells where more than 20 in
    several files are told. Single cells of a column are slips, and each stays a finding of its own.
    """
    tables = sources.select(pl.col("source").cast(pl.Int32), owner="table").unique("source")
    told = findings.join(tables, on="source", how="left", maintain_order="left")
    told = told.with_row_index("place")
    signs = told.filter(pl.col("check").is_in(SIGN_PROBLEMS)).drop_nulls("owner")
    for _, rows in signs.group_by("owner", "check", maintain_order=True):
        shared = rows if rows.height > MOST_LISTED else rows.filter(pl.col("subject").is_null())
        if shared["file"].n_unique() > 1:
            told = told.join(shared, on="place", how="anti", maintain_order="left")
            told = pl.concat([told, _of_all(shared)])
    return told.sort("place").drop("place", "owner")


def _of_all(shared: pl.DataFrame) -> pl.DataFrame:
    """The first of the findings, as one of all their files."""
    first = shared.head(1)
    files = shared["file"].unique(maintain_order=True).to_list()
    owner, check = first.select("owner", "check").row(0)
    is_error = (shared["severity"] == "error").any()
    return first.with_columns(
        severity=pl.lit("error" if is_error else "warning"),
        message=pl.lit(f"{PROBLEMS[check]}: in {len(files)} files of {owner} ({listed(files)})"),
        **{name: pl.lit(None, first.schema[name]) for name in OF_A_CELL},
    )
