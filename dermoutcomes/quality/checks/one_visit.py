"""A visit outside of its window is told once, however many devices and scales were used at it."""

from __future__ import annotations

import polars as pl

from dermoutcomes.tables.findings import listed

__all__ = ["with_one_a_visit"]

OUTSIDE = "out_of_window"
# The message has the days from the planned time: a device that was used on another day is its own.
SAME_VISIT = ("check", "subject", "visit", "message")


def with_one_a_visit(findings: pl.DataFrame, sources: pl.DataFrame) -> pl.DataFrame:
    """The findings, with one for a visit that several sources have outside of its window.

    It stands where the first of them has it, and its message names the devices and scales.
    """
    owners = sources.select(pl.col("source").cast(pl.Int32), owner="table").unique("source")
    told = findings.with_row_index("place").join(
        owners, on="source", how="left", maintain_order="left"
    )
    several = (
        told.filter(pl.col("check") == OUTSIDE, pl.col("subject").is_not_null())
        .sort("source", "row", maintain_order=True)
        .group_by(SAME_VISIT, maintain_order=True)
        .agg("place", owners=pl.col("owner").drop_nulls().unique(maintain_order=True))
        .filter(pl.col("place").list.len() > 1)
    )
    if not several.height:
        return findings
    names = pl.col("owners").map_elements(lambda owners: listed([*owners]), pl.String)
    first = several.select(
        place=pl.col("place").list.first(), of=names, n=pl.col("owners").list.len()
    )
    further = several.select(pl.col("place").list.slice(1)).explode("place")
    message = pl.when(pl.col("n") > 1).then(pl.format("{} ({})", "message", "of"))
    return (
        told.join(further, on="place", how="anti", maintain_order="left")
        .join(first, on="place", how="left", maintain_order="left")
        .with_columns(message=message.otherwise("message"))
        .select(findings.columns)
    )
