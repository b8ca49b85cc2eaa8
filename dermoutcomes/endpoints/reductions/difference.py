"""Differences inside a subject.

Of two arms, two sides or two locations, at every visit before the change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import allocation_columns
from dermoutcomes.endpoints.losses.reasons import MISSED, with_place
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.endpoints.reductions.combine_values_and_bases import combine_values_and_bases

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["within_subject"]

CARRIED = ("observations", "base_observations")


def within_subject(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as differences, first minus second, of values and of bases.

    As they are where the endpoint asks for none. Several units of one arm are averaged first. Where
    one of the two is missing there is no difference.
    """
    column, names = _contrast(plan)
    if not names:
        return rows
    dropped = {column, *(allocation_columns(plan, rows) if column == "arm" else ())}
    keys = [name for name in (*UNIT, *OCCASION, "reference_visit") if name not in dropped]
    order = [name for name in UNIT if name in dropped] or ["subject"]
    first, second = (
        combine_values_and_bases(rows.filter(pl.col(column) == name), keys, "mean", order)
        for name in names
    )
    joined = first.join(second, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_2")
    differences = joined.select(
        *keys,
        *_differences(names),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in UNIT if name in dropped),
    )
    return differences.sort(keys)


def _contrast(plan: Plan) -> tuple[str, tuple[str, ...]]:
    """The column whose two names are subtracted, and the names; none where nothing is."""
    difference = plan.endpoint.difference
    if difference is None:
        return "", ()
    columns = {"arm": difference.arm, "side": difference.side, "location": difference.location}
    return next(((column, names) for column, names in columns.items() if names), ("", ()))


def _differences(names: tuple[str, ...]) -> list[pl.Expr]:
    first, second = names
    value = pl.col("value") - pl.col("value_2")
    lost = (
        with_place(pl.coalesce(reason, pl.when(pl.col(value).is_null()).then(pl.lit(MISSED))), name)
        for name, reason, value in ((first, "reason", "value"), (second, "reason_2", "value_2"))
    )
    unions = [
        pl.concat_list(pl.col(name).fill_null([]), pl.col(f"{name}_2").fill_null([]))
        .list.unique()
        .list.sort()
        .alias(name)
        for name in CARRIED
    ]
    either = [
        (pl.col(name).fill_null(value=False) | pl.col(f"{name}_2").fill_null(value=False)).alias(
            name
        )
        for name in ("at_baseline", "out", "failed", "expected")
    ]
    return [
        value.alias("value"),
        (pl.col("base") - pl.col("base_2")).alias("base"),
        *unions,
        *either,
        pl.sum_horizontal("n_values", "n_values_2").alias("n_values"),
        pl.min_horizontal("day", "day_2").alias("day"),
        pl.min_horizontal("taken_at", "taken_at_2").alias("taken_at"),
        pl.coalesce("derivation", "derivation_2").alias("derivation"),
        pl.coalesce("set_aside", "set_aside_2").alias("set_aside"),
        pl.when(value.is_null()).then(pl.coalesce(*lost)).alias("reason"),
    ]
