"""What several raters of one role become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.record_keys import OCCASION, SPOT
from dermoutcomes.endpoints.reductions.combine import gather
from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["combine_raters"]

KEYS = (*SPOT, *OCCASION)


def combine_raters(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """One row a spot and occasion. StudyError where several raters rated one and the endpoint does not say how they combine."""
    rater = plan.endpoint.rater
    if rater is not None and rater.combine is not None:
        made = gather(rows, KEYS, rater.combine, "rater").drop("n_combined")
        split = pl.col("value").is_null() & pl.col("reason").is_null()
        return made.with_columns(
            reason=pl.when(split).then(pl.lit("no majority of raters")).otherwise("reason")
        )
    twice = (
        rows.drop_nulls("value")
        .group_by(KEYS)
        .agg(n=pl.len(), raters=pl.col("rater").sort())
        .filter(pl.col("n") > 1)
        .sort(KEYS)
    )
    if twice.height:
        raise StudyError(_problem(plan, twice))
    return _first_known(rows)


def _first_known(rows: pl.DataFrame) -> pl.DataFrame:
    """The one rater who gave a value, where another of them gave too little for one."""
    ordered = rows.sort(*KEYS, pl.col("value").is_null(), "rater")
    return ordered.unique(KEYS, keep="first", maintain_order=True).drop("rater")


def _problem(plan: Plan, twice: pl.DataFrame) -> Problem:
    first = twice.row(0, named=True)
    who = ", ".join(str(name) for name in first["raters"])
    return Problem(
        f"{twice.height} place(s) have ratings by several raters of one role, and the endpoint does not say what they become",
        path=f"{plan.path}.rater",
        found=f"{who} for {first['subject']} at {first['visit']}",
        expected='rater = { role = "…", combine = "median" }, or where = { rater = "…" } in the source',
    )
