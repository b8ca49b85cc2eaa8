"""Several rows of one record made into one, so that its value and its base rest on the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.reductions.combine import gather
from dermoutcomes.stats.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["together"]

# What the rows of a group can offer at best: a value with its base, a value alone, a value that was set aside, nothing.
BOTH, VALUE, ASIDE, NOTHING = 3, 2, 1, 0


def together(
    rows: pl.DataFrame, keys: Sequence[str], how: str, order: str | Sequence[str]
) -> pl.DataFrame:
    """One row a group: value and base of the rows that have both, if any has; else values without a base.

    A group in which every value was set aside shows them, and `set_aside` says why; a group without any value keeps its base.
    Columns: keys, value, base, observations, base_observations, n_values, n_combined, day, taken_at, reason, derivation, set_aside,
    at_baseline, expected, out, failed.
    """
    offered = rows.with_columns(_offers=_offers())
    offered = offered.with_columns(_best=pl.col("_offers").max().over(keys))
    chosen = offered.filter(pl.col("_offers") == pl.col("_best"), pl.col("_offers") > NOTHING)
    values = gather(chosen, keys, how, order, [pl.col("derivation").max()]).drop("reason")
    with_base = offered.filter(
        pl.col("base").is_not_null(), (pl.col("_offers") == BOTH) | (pl.col("_best") < VALUE)
    )
    based = with_base.with_columns(
        observations="base_observations", n_values=pl.lit(1, dtype=pl.Int64)
    )
    bases = reduce(based, keys, "base", how, order).select(
        *keys, "base", base_observations="observations"
    )
    groups = offered.sort(keys).group_by(keys, maintain_order=True).agg(*_flags())
    made = groups.join(values, on=keys, how="left", nulls_equal=True, maintain_order="left")
    made = made.join(bases, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return made.with_columns(
        pl.col("n_values", "n_combined").fill_null(0),
        pl.col("observations", "base_observations").fill_null([]),
        reason=pl.when(pl.col("value").is_null()).then("reason"),
    )


def _offers() -> pl.Expr:
    value, usable = pl.col("value").is_not_null(), pl.col("set_aside").is_null()
    both = value & usable & pl.col("base").is_not_null()
    return (
        pl.when(both)
        .then(BOTH)
        .when(value & usable)
        .then(VALUE)
        .when(value)
        .then(ASIDE)
        .otherwise(NOTHING)
    )


def _flags() -> list[pl.Expr]:
    aside = pl.when(pl.col("_best") < VALUE).then("set_aside").min()
    return [
        pl.col("reason").min(),
        aside.alias("set_aside"),
        pl.col("at_baseline").any(),
        pl.col("expected").any(),
        pl.col("out").any(),
        pl.col("failed").any(),
    ]
