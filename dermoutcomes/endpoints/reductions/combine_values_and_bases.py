"""Several rows of one record combined, so that its value and its base rest on the same ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.losses.reasons import of_combined
from dermoutcomes.endpoints.reductions.combine_values import combine_values
from dermoutcomes.stats.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["combine_values_and_bases"]

# What a row has: a value with its base, a value alone, a value that was set aside, nothing. Of a
# group only the rows that have most are combined.
BOTH, VALUE, ASIDE, NOTHING = 3, 2, 1, 0


def combine_values_and_bases(
    rows: pl.DataFrame, keys: Sequence[str], how: str, order: str | Sequence[str]
) -> pl.DataFrame:
    """One row a group: value and base of the rows that have both, if any has; else values alone.

    A group in which every value was set aside shows them, and `set_aside` says why; a group without
    any value keeps its base. Columns: keys, value, base, observations, base_observations, n_values,
    n_combined, day, taken_at, reason, derivation, set_aside, at_baseline, expected, out, failed.
    """
    rank, best = pl.col("_rank"), pl.col("_best")
    rows = rows.with_columns(_rank=_rank()).with_columns(_best=rank.max().over(keys))
    best_rows = rows.filter(rank == best, rank > NOTHING)
    values = combine_values(best_rows, keys, how, order, [pl.col("derivation").max()]).drop(
        "reason"
    )
    # Beside values that count only their own bases: another would get into the change. Without any
    # such value all bases stand.
    base_rows = rows.filter(pl.col("base").is_not_null(), (rank == BOTH) | (best < VALUE))
    base_rows = base_rows.with_columns(
        observations="base_observations", n_values=pl.lit(1, dtype=pl.Int64)
    )
    bases = reduce(base_rows, keys, "base", how, order).select(
        *keys, "base", base_observations="observations"
    )
    groups = rows.sort(keys).group_by(keys, maintain_order=True).agg(*_flags())
    combined = groups.join(
        values, on=keys, how="left", nulls_equal=True, maintain_order="left"
    ).join(bases, on=keys, how="left", nulls_equal=True, maintain_order="left")
    return combined.with_columns(
        pl.col("n_values", "n_combined").fill_null(0),
        pl.col("observations", "base_observations").fill_null([]),
        reason=pl.when(pl.col("value").is_null()).then("reason"),
    )


def _rank() -> pl.Expr:
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
        of_combined(),
        aside.alias("set_aside"),
        pl.col("at_baseline").any(),
        pl.col("expected").any(),
        pl.col("out").any(),
        pl.col("failed").any(),
    ]
