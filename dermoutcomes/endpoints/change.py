"""What a value is compared with, and the change, within a side before sides are combined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import SPOT
from dermoutcomes.words import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["compared", "with_change"]


def compared(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of each side compared with its baseline, and once more for each pair of other visits, with `reference_visit`."""
    parts = [
        rows.with_columns(reference_visit=pl.lit(BASELINE)),
        *(_with_visit(rows, *pair) for pair in plan.pairs),
    ]
    return pl.concat(parts, how="vertical")


def _with_visit(rows: pl.DataFrame, visit: str, reference: str) -> pl.DataFrame:
    keys = [*SPOT, "timepoint"]
    usable = pl.col("value").is_not_null() & pl.col("set_aside").is_null()
    other = rows.filter(pl.col("visit") == reference, usable).select(
        *keys, _base="value", _ids="observations"
    )
    here = rows.filter(pl.col("visit") == visit).join(
        other, on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return here.with_columns(
        base=pl.col("_base"),
        base_observations=pl.col("_ids"),
        at_baseline=pl.lit(value=False),
        reference_visit=pl.lit(reference),
    ).drop("_base", "_ids")


def with_change(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """The records with `change` (value minus base) and `pct_change`, null on the baseline itself and where the value is set aside.

    A percent change needs a scale with a zero and a base above it.
    """
    counts = pl.col("set_aside").is_null() & ~pl.col("at_baseline")
    change = pl.when(counts).then(pl.col("value") - pl.col("base"))
    share = pl.when(pl.col("base") > 0).then(
        100 * (pl.col("value") - pl.col("base")) / pl.col("base")
    )
    return records.with_columns(
        change=change, pct_change=pl.when(counts & pl.lit(plan.percent)).then(share)
    )
