"""Combining rows that were reduced once already, with what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.stats.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["gather"]


def gather(
    rows: pl.DataFrame,
    keys: Sequence[str],
    how: str,
    order: str | Sequence[str],
    also: Sequence[pl.Expr] = (),
) -> pl.DataFrame:
    """One row a group: value combined, `n_combined`, observations, n_values, the earliest day and time, and a reason where null."""
    about = [pl.col(name).min() for name in ("day", "taken_at") if name not in keys]
    made = reduce(rows, keys, "value", how, order, [*about, pl.col("reason").min(), *also])
    return made.with_columns(reason=pl.when(pl.col("value").is_null()).then("reason"))
