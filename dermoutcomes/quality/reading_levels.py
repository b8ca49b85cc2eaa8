"""How far a reading is from what is expected of its subject and visit, as a factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.quality.check_data import is_among
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["DEVIATIONS", "TO_SD", "deviations", "graded_by_size", "is_far", "spread"]

# The median absolute deviation of a normal variable times this is its standard deviation.
TO_SD = 1.4826
FLOOR = 0.005
AS_DIFFERENCE = 3.0
# Under this name they are made once for all checks.
DEVIATIONS = "deviations"


def deviations(data: StudyData, *columns: str) -> pl.DataFrame:
    """These columns of the quantities with `apart`, `usual`, `spread` and `plain_spread`.

    `apart` is the log10 of the reading over what is expected of that subject at that visit. The
    expectation is the median of the visit times that of the subject over all visits, sides and
    replicates. The subject's median is held to the study's by a third as many values at the latter,
    so that a slip in half of a subject's readings still shows. Everything is a median, so a few
    wrong readings move nothing.
    """
    made = data.once(DEVIATIONS, lambda: _deviations(data))
    return data.quantities.select(columns).collect().with_columns(made)


def _deviations(data: StudyData) -> list[pl.Series]:
    visit, subject = (
        ["measure", "location", "visit", "timepoint"],
        ["measure", "location", "subject"],
    )
    rows = data.quantities.select(*dict.fromkeys((*visit, *subject)), "value").collect()
    rows = rows.with_columns(apart=pl.col("value").log10())
    rows = rows.with_columns(pl.col("apart") - pl.col("apart").median().over(visit))
    ballast = pl.lit(0.0).repeat_by((pl.len() / 3).ceil().cast(pl.UInt32))
    centres = rows.group_by(subject).agg(pl.col("apart").sort(), ballast.first().alias("ballast"))
    centres = centres.select(
        *subject, pl.concat_list("apart", "ballast").list.median().alias("centre")
    )
    rows = rows.join(centres, on=subject, nulls_equal=True, maintain_order="left").with_columns(
        pl.col("apart") - pl.col("centre")
    )
    rows = rows.with_columns(pl.col("apart") - pl.col("apart").median().over(visit))
    return (
        spread(rows, ["measure"]).select("apart", "usual", "spread", "plain_spread").get_columns()
    )


def spread(rows: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """`rows` with `usual`, the value that is expected, and how readings scatter about it.

    `spread` is the robust standard deviation of `apart` within `by`, and never quite zero;
    `plain_spread` that of the differences between value and `usual`.
    """
    rows = rows.with_columns(usual=pl.col("value") / (10.0 ** pl.col("apart")))
    return rows.with_columns(
        spread=pl.max_horizontal(_robust_sd(pl.col("apart"), by), pl.lit(FLOOR)),
        plain_spread=_robust_sd(pl.col("value") - pl.col("usual"), by),
    )


def _robust_sd(differences: pl.Expr, by: list[str]) -> pl.Expr:
    return differences.abs().median().over(by) * TO_SD


def is_far(spreads: float) -> pl.Expr:
    """Whether a reading lies so many robust standard deviations away, as a factor.

    As a difference it must be three: where a device's error is the same at all levels, small
    readings differ by large factors for nothing (1 for 5 of 300 is no fault of a sebumeter).
    """
    as_factor = pl.col("apart").abs() > spreads * pl.col("spread")
    difference = (pl.col("value") - pl.col("usual")).abs()
    return as_factor & (difference > AS_DIFFERENCE * pl.col("plain_spread"))


def graded_by_size(
    rows: pl.DataFrame, data: StudyData, size: pl.Expr, secondary: Severity = "note"
) -> pl.DataFrame:
    """`rows` with `severity`: a note unless the size can matter to an endpoint.

    `size` is the decimal logarithm of a factor. It matters where it is larger than the robust
    standard deviation of subjects' levels before the treatment. The severity is that of the check
    (null here) where an endpoint that decides rests on the measure, or the study has no endpoint
    yet, and `secondary` where a secondary one, or one of a claim that explores, does.
    """
    levels = (
        data.quantities.filter(pl.col("visit").is_in(list(data.baseline_visits())))
        .group_by("measure", "location", "subject")
        .agg(pl.col("value").log10().median().alias("level"))
        .collect()
    )
    apart = (pl.col("level") - pl.col("level").median().over("measure", "location")).abs()
    before = (
        levels.with_columns(apart=apart)
        .group_by("measure")
        .agg((pl.col("apart").median() * TO_SD).alias("before"))
    )
    rows = rows.join(words_in_full(before), on="measure", how="left", maintain_order="left")
    matters = size > pl.col("before").fill_null(0.0)
    decides = is_among(data.deciding_measures) if data.study.endpoints else pl.lit(value=True)
    severity = (
        pl.when(matters & decides)
        .then(pl.lit(None, dtype=pl.String))
        .when(matters & is_among(data.main_measures))
        .then(pl.lit(secondary))
        .otherwise(pl.lit("note"))
    )
    return rows.with_columns(severity=severity)
