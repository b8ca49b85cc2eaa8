"""The day of each visit of each subject: when it was, or was planned.

In days elapsed since day 1, since study days have no day 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed, elapsed_days
from dermoutcomes.tables import empty
from dermoutcomes.tables.measures import of_measures, owner_of
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.study import Study, Visit

__all__ = ["enrolment", "visit_days"]

BY_SIDE = "last treatment of the side"


def visit_days(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, side (null where it does not matter), visit, elapsed: when each visit was.

    A visit was on the first day of its readings, of whatever measure but a diary's. Where nothing
    says it, that is when it was planned, from its anchor.
    """
    by_side = [name for name, visit in study.visits.items() if visit.anchor == BY_SIDE]
    planned = [_planned_days(study, tables, name) for name in study.visits]
    actual = _actual_days(study, tables, by_side)
    if not planned:
        return actual
    keys = ["subject", "side", "visit"]
    both = pl.concat(planned).join(
        actual, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_actual"
    )
    known = (
        both.select(*keys, pl.coalesce("elapsed_actual", "elapsed").alias("elapsed"))
        .drop_nulls("elapsed")
        .sort(keys)
    )
    # A visit that has a day for each side has none for the subject.
    of_side = pl.col("side").is_not_null()
    return known.filter(of_side | ~of_side.any().over("subject", "visit"))


def _actual_days(
    study: Study, tables: Mapping[str, pl.DataFrame], by_side: list[str]
) -> pl.DataFrame:
    """The first day of each visit.

    Of each side where the visit counts from the last treatment of the side.
    """
    diaries = sorted(
        {
            endpoint.measure.partition(".")[0]
            for endpoint in study.endpoints.values()
            if endpoint.days and endpoint.measure
        }
    )
    readings = tables.get("observations", empty("observations")).drop_nulls(["visit", "day"])
    readings = readings.filter(~of_measures(readings, owner_of).is_in(diaries))
    side = pl.when(pl.col("visit").is_in(by_side)).then("side").alias("side")
    return words_in_full(
        readings.group_by("subject", side, "visit")
        .agg(elapsed_days(pl.col("day").cast(pl.Int32)).min().alias("elapsed"))
        .sort("subject", "side", "visit")
    )


def _planned_days(study: Study, tables: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    visit = study.visits[name]
    anchor = _anchor_days(study, tables, visit)
    days = int(visit.at.days // 1)
    return anchor.select(
        "subject",
        "side",
        pl.lit(name).alias("visit"),
        (pl.col("elapsed") + days).cast(pl.Int32).alias("elapsed"),
    )


def _anchor_days(study: Study, tables: Mapping[str, pl.DataFrame], visit: Visit) -> pl.DataFrame:
    """The day of the anchor of each subject, as subject, side, elapsed."""
    day_one = _all_subjects(tables).select(
        "subject",
        pl.lit(None, dtype=pl.String).alias("side"),
        pl.lit(0, dtype=pl.Int32).alias("elapsed"),
    )
    exposures = tables.get("exposures", empty("exposures")).drop_nulls("day")
    last = elapsed_days(pl.col("day").cast(pl.Int32)).max().alias("elapsed")
    if visit.anchor == "last treatment" and exposures.height:
        side = pl.lit(None, dtype=pl.String).alias("side")
        return exposures.group_by("subject").agg(last).select("subject", side, "elapsed")
    if visit.anchor == BY_SIDE and exposures.height:
        return exposures.group_by("subject", "side").agg(last)
    if visit.anchor == "enrolment" and study.study.day_one != "enrolment":
        return enrolment(tables)
    return day_one if visit.anchor != "period start" else day_one.clear()


def _all_subjects(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    frames = [
        words_in_full(tables[name].select("subject").unique())
        for name in ("subjects", "observations")
        if name in tables
    ]
    return (
        pl.concat(frames).drop_nulls().unique().sort("subject")
        if frames
        else empty("subjects").select("subject")
    )


def enrolment(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The day of enrolment, counted from the first treatment, of subjects whose dates are known."""
    subjects = tables.get("subjects", empty("subjects")).drop_nulls(["enrolled", "first_treatment"])
    days = elapsed(pl.col("enrolled"), pl.col("first_treatment")).alias("elapsed")
    return subjects.select("subject", pl.lit(None, dtype=pl.String).alias("side"), days)
