"""Values of a group combined, with what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.losses.reasons import of_combined
from dermoutcomes.stats.reduce import reduce

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["combine_values"]


def combine_values(
    rows: pl.DataFrame,
    keys: Sequence[str],
    how: str,
    order: str | Sequence[str],
    also: Sequence[pl.Expr] = (),
) -> pl.DataFrame:
    """One row a group: value combined, `n_combined`, observations and n_values.

    With the earliest day and time, and a reason where the value is null.
    """
    times = [pl.col(name).min() for name in ("day", "taken_at") if name not in keys]
    combined = reduce(rows, keys, "value", how, order, [*times, of_combined(), *also])
    return combined.with_columns(reason=pl.when(pl.col("value").is_null()).then("reason"))
