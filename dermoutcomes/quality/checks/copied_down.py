"""Readings that equal other readings too well to be their own.

Another visit's, another subject's, another side's, another replicate's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.quality.chance_copies import Comparison, copies, device_readings
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["CopyOptions", "copied_down", "sides_alike"]

PLACE = ("location", "side", "period")
MOMENT = ("visit", "timepoint", "day")
SET = ("owner", "subject", *MOMENT)
SPOT = ("owner", "subject", *PLACE)


@frozen
class CopyOptions:
    """How sure a copy must be."""

    chance: float = option(
        0.01,
        "Number of such coincidences to be expected in the whole study, above which nothing is "
        "said.",
        at_least=1e-9,
        at_most=1,
    )


# From the largest set to the smallest: what is told as a whole is not told again in parts.
OTHER_VISIT = (
    Comparison(SET, ("owner", "subject"), MOMENT, ("owner", "subject")),
    Comparison((*SPOT, *MOMENT), SPOT, MOMENT, SPOT),
    Comparison((*SPOT, *MOMENT, "measurement"), SPOT, ("measurement",), SPOT),
)
OTHER_SUBJECT = (
    Comparison(SET, ("owner",), ("subject",), ("owner", "visit", "timepoint")),
    Comparison(
        (*SPOT, *MOMENT), ("owner", *PLACE), ("subject",), ("owner", *PLACE, "visit", "timepoint")
    ),
)
OTHER_PLACE = (
    Comparison((*SET, *PLACE), SET, PLACE, SET),
    Comparison((*SET, *PLACE, "measurement"), SET, PLACE, (*SET, "replicate")),
)


def copied_down(data: StudyData, options: CopyOptions) -> pl.DataFrame:
    """Readings that all equal those of another visit, subject or replicate.

    A whole visit of a subject, one place of it, or one measurement.
    """
    readings = device_readings(data)
    if readings.is_empty():
        return no_findings()
    visits = _largest(readings, OTHER_VISIT, options)
    subjects = _largest(readings, OTHER_SUBJECT, options)
    subjects = subjects.join(visits, on=list(SET), how="anti", nulls_equal=True)
    same_moment = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_2")) for name in MOMENT)
    original = (
        pl.when(same_moment)
        .then(pl.format("replicate {}", "replicate_2"))
        .otherwise(pl.coalesce("visit_2", pl.lit("another reading")))
    )
    other = pl.format("{} at {}", "subject_2", pl.coalesce("visit_2", pl.lit("no visit")))
    rows = [_findings(visits, original), _findings(subjects, other)]
    return pl.concat(rows)


def sides_alike(data: StudyData, options: CopyOptions) -> pl.DataFrame:
    """Readings of one side that all equal those of another side or place at the same visit.

    None where the study expects it.
    """
    readings = device_readings(data)
    if readings.is_empty() or data.study.quality.allow_sides_alike:
        return no_findings()
    rows = _largest(readings, OTHER_PLACE, options)
    return _findings(rows, pl.coalesce("side_2", "location_2", pl.lit("another place")))


def _largest(
    readings: pl.DataFrame, comparisons: tuple[Comparison, ...], options: CopyOptions
) -> pl.DataFrame:
    """The copies of all comparisons, without the parts of one that a larger one has told."""
    told: list[pl.DataFrame] = []
    for comparison in comparisons:
        rows = copies(readings, comparison, options.chance)
        for larger, whole in zip(comparisons, told, strict=False):
            by = [name for name in larger.unit if name in comparison.unit]
            rows = rows.join(whole, on=by, how="anti", nulls_equal=True, maintain_order="left")
        told.append(rows)
    return pl.concat(told, how="diagonal").sort("id")


def _findings(rows: pl.DataFrame, original: pl.Expr) -> pl.DataFrame:
    message = pl.format(
        "all {} readings equal those of {}{}: look whether they were copied",
        "n",
        original,
        pl.coalesce(pl.format(" (row {})", "row_2"), pl.lit("")),
    )
    rows = rows.with_columns(replicate=pl.when(pl.col("rows") == 1).then("replicate"))
    return remarks(
        rows,
        message=message,
        found=pl.format("{} equal values", "n"),
        expected="readings of their own",
    )
