"""Readings that equal other readings too well to be their own.

Another visit's, another subject's, another side's, another replicate's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.quality.chance_copies import (
    Comparison,
    DeviceReadings,
    copies,
    device_readings,
    neighbours,
    with_places,
)
from dermoutcomes.tables.findings import MOST_LISTED, listed, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dermoutcomes.quality.check_data import StudyData

__all__ = ["CopyOptions", "copied_down", "sides_alike"]

PLACE = ("location", "side", "period")
MOMENT = ("visit", "timepoint", "day")
SET = ("owner", "subject", *MOMENT)
# A single copy is judged by itself.
FEWEST_TOGETHER = 2
SPOT = ("owner", "subject", *PLACE)
DEVICE_READINGS = "device readings"


@frozen
class CopyOptions:
    """How sure a copy must be."""

    chance: float = option(
        0.01,
        "Number of such coincidences to be expected in the whole study, above which nothing is "
        "said; of those judged together, the probability of so many.",
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

    A whole visit of a subject, one place of it, or one measurement. Sets that are too small to be
    judged one by one, such as two readings a visit, are judged together: one finding an instrument
    lists those that equal the visit before, where so many are not to be expected in the study. Above
    20 copies of a kind there is one finding with three of them and their number, unless the study
    leaves copies out: then each is told, since each is left out. Of those judged together some may
    be chance, and none is left out.
    """
    readings = _device_readings(data)
    if readings.rows.is_empty():
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
    each = "copied_down" in data.study.quality.leave_out
    return pl.concat(
        [
            _findings(visits, original, each=each),
            _findings(subjects, other, each=each),
            _together(readings, visits, options),
        ]
    )


def sides_alike(data: StudyData, options: CopyOptions) -> pl.DataFrame:
    """Readings of one side that all equal those of another side or place at the same visit.

    None where the study expects it.
    """
    readings = _device_readings(data)
    data.forget(DEVICE_READINGS)
    if readings.rows.is_empty() or data.study.quality.allow_sides_alike:
        return no_findings()
    rows = _largest(readings, OTHER_PLACE, options)
    place = pl.coalesce("side_2", "location_2", pl.lit("another place"))
    return _findings(rows, place, each="sides_alike" in data.study.quality.leave_out)


def _device_readings(data: StudyData) -> DeviceReadings:
    """The readings of devices, made once for the two checks."""
    return data.once(DEVICE_READINGS, lambda: device_readings(data))


def _largest(
    readings: DeviceReadings, comparisons: Sequence[Comparison], options: CopyOptions
) -> pl.DataFrame:
    """The copies of all comparisons, without the parts of one that a larger one has told."""
    told: list[pl.DataFrame] = []
    comparisons = readings.different(comparisons)
    for comparison in comparisons:
        rows = copies(readings, comparison, options.chance)
        for larger, whole in zip(comparisons, told, strict=False):
            by = [name for name in larger.unit if name in comparison.unit]
            rows = rows.join(whole, on=by, how="anti", nulls_equal=True, maintain_order="left")
        told.append(rows)
    return pl.concat(told, how="diagonal").sort("id")


def _findings(rows: pl.DataFrame, original: pl.Expr, *, each: bool) -> pl.DataFrame:
    """One finding a copy; above 20 of them, unless `each` is asked for, one an instrument."""
    if rows.height > MOST_LISTED and not each:
        return _many(rows, original)
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


def _many(rows: pl.DataFrame, original: pl.Expr) -> pl.DataFrame:
    """One finding an instrument, with three of its copies and their number."""
    findings = []
    for _, copied in rows.group_by("owner", maintain_order=True):
        as_where = copied.select(pl.concat_str(_place(), pl.lit(" as "), original)).to_series()
        findings.append(
            remarks(
                copied.head(1).select("source", "measure"),
                message=f"{copied.height} sets of readings equal those of another visit, subject or "
                "place: look whether they were copied",
                found=listed(as_where.to_list()),
                expected="readings of their own",
            )
        )
    return pl.concat(findings)


def _place() -> pl.Expr:
    """Whose readings, at which visit and where."""
    words = pl.concat_str("subject", "visit", "location", "side", separator=" ", ignore_nulls=True)
    row = pl.when(pl.col("row").is_not_null()).then(pl.format(" (row {})", "row"))
    return pl.concat_str(words, row.otherwise(pl.lit("")))


def _together(readings: DeviceReadings, told: pl.DataFrame, options: CopyOptions) -> pl.DataFrame:
    """Visits that equal the one before, too many in the study to be chance.

    The number of chance copies is Poisson, about the sum of the pairs' chances or about what close
    pairs let expect, whichever is more. An instrument is told where so many or more are less likely
    than `chance`, shared by the instruments; and where they are twice the number or more, since of
    a list that is mostly chance nobody can tell which to look up. Copies that are told one by one
    do not count.
    """
    owners = readings.rows["owner"].unique(maintain_order=True)
    findings = [no_findings()]
    for comparison in readings.different(OTHER_VISIT[:2]):
        pairs = neighbours(readings, comparison)
        pairs = pairs.join(told, on=list(SET), how="anti", nulls_equal=True, maintain_order="left")
        for owner in owners:
            of_owner = pairs.filter(pl.col("owner") == owner)
            equal = of_owner.filter("equal").sort("id")
            expected = max(float(of_owner[name].sum()) for name in ("chance", "near"))
            bound = options.chance / len(owners)
            several = equal.height >= max(FEWEST_TOGETHER, 2 * expected)
            if several and _chance_of(equal.height, expected) < bound:
                equal = with_places(equal, readings, comparison)
                findings.append(_told_together(equal, expected))
                told = pl.concat([told, equal], how="diagonal")
    return pl.concat(findings)


def _chance_of(n: int, expected: float) -> float:
    """The probability of n or more of a Poisson number."""
    from scipy.special import gammainc

    return float(gammainc(n, expected))


def _told_together(equal: pl.DataFrame, expected: float) -> pl.DataFrame:
    """The one finding of visits that equal the one before, of one instrument."""
    as_before = pl.coalesce(pl.col("visit_before"), pl.lit("the readings before"))
    row = pl.coalesce(pl.format(" (row {})", "row_before"), pl.lit(""))
    words = equal.select(pl.concat_str(_place(), pl.lit(" as "), as_before, row)).to_series()
    return remarks(
        equal.head(1).select("source", "measure"),
        message=f"{equal.height} visits of {equal['subject'].n_unique()} subjects have all readings "
        f"of the visit before, where about {expected:.2g} would by chance: look whether they were "
        "copied",
        found=listed(words.to_list()),
        expected="readings of their own",
    )
