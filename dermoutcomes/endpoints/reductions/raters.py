"""What several raters of one role become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import OCCASION, SPOT
from dermoutcomes.endpoints.reductions.combine_values import combine_values
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["combine_raters"]

KEYS = (*SPOT, *OCCASION)


def combine_raters(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a spot and occasion.

    StudyError where several raters rated one and the endpoint does not say how they combine.
    """
    rater = plan.endpoint.rater
    if rater is not None and rater.combine is not None:
        combined = combine_values(rows, KEYS, rater.combine, "rater").drop("n_combined")
        split = pl.col("value").is_null() & pl.col("reason").is_null()
        return combined.with_columns(
            reason=pl.when(split).then(pl.lit("no_majority")).otherwise("reason")
        )
    several = (
        rows.drop_nulls("value")
        .group_by(KEYS)
        .agg(n=pl.len(), raters=pl.col("rater").sort())
        .filter(pl.col("n") > 1)
        .sort(KEYS)
    )
    if several.height:
        raise StudyError(_several_raters(plan, several))
    return _one_rater(rows)


def _one_rater(rows: pl.DataFrame) -> pl.DataFrame:
    """The one rater who gave a value, where another of them gave too little for one."""
    ordered = rows.sort(*KEYS, pl.col("value").is_null(), "rater")
    return ordered.unique(KEYS, keep="first", maintain_order=True).drop("rater")


def _several_raters(plan: Plan, several: pl.DataFrame) -> Problem:
    first = several.row(0, named=True)
    raters = ", ".join(str(name) for name in first["raters"])
    return Problem(
        f"{count_words(several.height, 'place has', 'places have')} ratings by several raters of one role, "
        "and the endpoint does not say what they become",
        path=f"{plan.path}.rater",
        found=f"{raters} for {first['subject']} at {first['visit']}",
        expected='rater = { role = "…", combine = "median" }, '
        'or where = { rater = "…" } in the source',
    )
