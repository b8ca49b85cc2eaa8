"""What a value is compared with, and the change, within a side before sides are combined."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import SPOT
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["with_change", "with_reference_visits"]


def with_reference_visits(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `reference_visit`: the baseline, and once more for each pair of other visits.

    In the latter `base` is the value at the reference visit.
    """
    parts = [
        rows.with_columns(reference_visit=pl.lit(BASELINE)),
        *(_compared_with_visit(rows, *pair) for pair in plan.pairs),
    ]
    return pl.concat(parts, how="vertical")


def _compared_with_visit(rows: pl.DataFrame, visit: str, reference: str) -> pl.DataFrame:
    keys = [*SPOT, "timepoint"]
    usable = pl.col("value").is_not_null() & pl.col("set_aside").is_null()
    reference_rows = rows.filter(pl.col("visit") == reference, usable).select(
        *keys, _base="value", _ids="observations"
    )
    visit_rows = rows.filter(pl.col("visit") == visit).join(
        reference_rows, on=keys, how="left", nulls_equal=True, maintain_order="left"
    )
    return visit_rows.with_columns(
        base=pl.col("_base"),
        base_observations=pl.col("_ids"),
        at_baseline=pl.lit(value=False),
        reference_visit=pl.lit(reference),
    ).drop("_base", "_ids")


def with_change(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """The records with `change` (value minus base) and `pct_change`.

    Null on the baseline itself and where the value is set aside. A percent change needs a scale
    with a zero and a base above it, by which a change can be divided: of one of 5e-324 it has no
    number.
    """
    counts = pl.col("set_aside").is_null() & ~pl.col("at_baseline")
    base = pl.col("base")
    change = pl.col("value") - base
    percent = pl.when(base > 0).then(100 * change / base)
    return records.with_columns(
        change=pl.when(counts).then(change),
        pct_change=pl.when(counts & pl.lit(plan.percent)).then(
            pl.when(percent.is_finite()).then(percent)
        ),
    )
