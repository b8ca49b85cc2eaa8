"""What the two sides become.

One record, of the sides that have both a value and what it is compared with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.endpoints.reductions.combine_values_and_bases import combine_values_and_bases

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["combine_sides", "each_side"]

KEYS = tuple(name for name in (*UNIT, *OCCASION, "reference_visit") if name != "side")


def each_side(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as records by themselves, with `n_sides`: null where data have no sides."""
    has_value = pl.col("value").is_not_null().cast(pl.Int64)
    return rows.with_columns(n_sides=pl.when(pl.col("side").is_not_null()).then(has_value))


def combine_sides(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a record, with `n_sides`, how many sides it rests on.

    As they are where a record is a side or data have none. A side that lacks the value or the base
    is left out of both, so that the difference of the sides never looks like a change.
    """
    sides = plan.endpoint.sides
    if plan.keeps_sides or rows["side"].null_count() == rows.height:
        return each_side(rows)
    how = sides.combine if sides is not None and sides.combine else "mean"
    records = (
        combine_values_and_bases(rows, KEYS, how, "side")
        .rename({"n_combined": "n_sides"})
        .with_columns(side=pl.lit(None, dtype=pl.String))
    )
    if sides is not None and sides.if_one_missing == "missing":
        return _without_incomplete_values(rows, records)
    return records


def _without_incomplete_values(rows: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """Records that lack a side that they should rest on have no value."""
    keys = [name for name in KEYS if name not in (*OCCASION, "reference_visit")]
    needed = rows.group_by(keys).agg(_needed=pl.col("side").n_unique())
    joined = records.join(needed, on=keys, how="left", nulls_equal=True, maintain_order="left")
    short = pl.col("value").is_not_null() & (pl.col("n_sides") < pl.col("_needed"))
    return joined.with_columns(
        value=pl.when(~short).then("value"),
        reason=pl.when(short).then(pl.lit("one_side")).otherwise("reason"),
    ).drop("_needed")
