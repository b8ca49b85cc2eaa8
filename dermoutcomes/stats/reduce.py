"""The only averaging and summing of observations.

The same bits whatever the order of rows and the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import DermOutcomesError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["WAYS", "reduce"]

VALUES = pl.col("_values")
SORTED = VALUES.list.sort()


def _mean() -> pl.Expr:
    """The mean, held between the smallest and the largest.

    The mean of equal numbers is that number, bit for bit.
    """
    return VALUES.list.mean().clip(VALUES.list.min(), VALUES.list.max())


def _majority() -> pl.Expr:
    """The value that more than half of the readings have; null where none has."""
    middle = pl.element().sort().slice(pl.len() // 2, 1).first()
    same = VALUES.list.eval((pl.element() == middle).cast(pl.Int64)).list.sum()
    # A value that more than half have is the middle one in order: only that one need be counted.
    return pl.when(same * 2 > VALUES.list.len()).then(
        SORTED.list.get(VALUES.list.len() // 2, null_on_oob=True)
    )


WAYS: Mapping[str, Callable[[], pl.Expr]] = {
    "mean": _mean,
    "median": VALUES.list.median,
    "min": VALUES.list.min,
    "max": VALUES.list.max,
    "sum": VALUES.list.sum,
    "first": VALUES.list.first,
    "last": VALUES.list.last,
    "majority": _majority,
}


def reduce(
    frame: pl.DataFrame,
    keys: Sequence[str],
    value: str,
    how: str,
    order: str | Sequence[str],
    also: Sequence[pl.Expr] = (),
) -> pl.DataFrame:
    """One row a group, with `value` combined.

    Columns: `keys`, `value`, `n_combined` (values that went in), `n_values` (readings) and
    `observations` (ids). `how` is mean, median, min, max, sum, first, last or majority (null
    without one). Values are taken in the order of the columns `order`, which must settle it: end it
    with an id. Null values count for nothing; a group of nulls alone is null. Readings are the rows
    themselves, by `id`, or what earlier reductions left in `observations` and `n_values`. `also`
    are further aggregations; they must not depend on order. Groups are sorted by `keys`; a null key
    is a group of its own. Raises DermOutcomesError for a way that is not known.
    """
    if how not in WAYS:
        raise DermOutcomesError(
            f"values cannot be combined by {how!r}; the ways are {', '.join(WAYS)}"
        )
    by = [order] if isinstance(order, str) else list(order)
    known = pl.col(value).is_not_null()
    ids, count = _readings(frame, known)
    # Values are listed before they are combined: sums of Polars over groups depend on threads.
    behind = (name for cells in (ids, count, *also) for name in cells.meta.root_names())
    asked = {*keys, *by, value, *behind}
    grouped = (
        frame.select(name for name in frame.columns if name in asked)
        .sort([*keys, *by], maintain_order=True)
        .group_by(list(keys), maintain_order=True)
    )
    lists = grouped.agg(pl.col(value).filter(known).alias("_values"), ids, count, *also)
    # The sum of an empty list is 0, and a group without a value has none.
    combined = pl.when(VALUES.list.len() > 0).then(WAYS[how]()).cast(pl.Float64).alias(value)
    n_combined = VALUES.list.len().cast(pl.Int64).alias("n_combined")
    return lists.with_columns(combined, n_combined).drop("_values")


def _readings(frame: pl.DataFrame, known: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Ids and number of the readings behind a group."""
    if "observations" in frame.columns:
        ids = (
            pl.col("observations")
            .filter(known)
            .explode(empty_as_null=False, keep_nulls=False)
            .unique()
            .sort()
        )
        return ids.alias("observations"), pl.col("n_values").filter(known).sum().cast(
            pl.Int64
        ).alias("n_values")
    return pl.col("id").filter(known).sort().alias("observations"), known.sum().cast(
        pl.Int64
    ).alias("n_values")
