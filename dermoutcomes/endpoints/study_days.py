"""Study days: there is no day 0, so they are counted on a line without a gap, and each visit has a day for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.study import Study, Visit

__all__ = ["line_of", "visit_days"]

BY_SIDE = "last treatment of the side"


def line_of(day: pl.Expr) -> pl.Expr:
    """Days from day 1 (which is 0): day -1 is -1, since no day lies between."""
    return pl.when(day > 0).then(day - 1).otherwise(day)


def visit_days(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, side (null where it does not matter), visit, line: when each visit was, or was planned where nothing says it.

    A visit was on the first day of its readings, of whatever measure but a diary's; else it is planned, from its anchor.
    """
    by_side = [name for name, visit in study.visits.items() if visit.anchor == BY_SIDE]
    planned = [_planned(study, tables, name) for name in study.visits]
    actual = _actual(study, tables, by_side)
    if not planned:
        return actual
    keys = ["subject", "side", "visit"]
    both = pl.concat(planned).join(
        actual, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_actual"
    )
    known = (
        both.select(*keys, pl.coalesce("line_actual", "line").alias("line"))
        .drop_nulls("line")
        .sort(keys)
    )
    apart = pl.col("side").is_not_null()
    return known.filter(apart | ~apart.any().over("subject", "visit"))


def _actual(study: Study, tables: Mapping[str, pl.DataFrame], by_side: list[str]) -> pl.DataFrame:
    """The first day of each visit; of each side where the visit counts from the last treatment of the side."""
    diaries = sorted(
        {
            endpoint.measure.partition(".")[0]
            for endpoint in study.endpoints.values()
            if endpoint.days and endpoint.measure
        }
    )
    seen = tables.get("observations", empty("observations")).drop_nulls(["visit", "day"])
    seen = seen.filter(~pl.col("measure").str.split(".").list.first().is_in(diaries))
    side = pl.when(pl.col("visit").is_in(by_side)).then("side").alias("side")
    return (
        seen.group_by("subject", side, "visit")
        .agg(line_of(pl.col("day").cast(pl.Int32)).min().alias("line"))
        .sort("subject", "side", "visit")
    )


def _planned(study: Study, tables: Mapping[str, pl.DataFrame], name: str) -> pl.DataFrame:
    visit = study.visits[name]
    start = _anchor(study, tables, visit)
    after = int(visit.at.days // 1)
    return start.select(
        "subject",
        "side",
        pl.lit(name).alias("visit"),
        (pl.col("line") + after).cast(pl.Int32).alias("line"),
    )


def _anchor(study: Study, tables: Mapping[str, pl.DataFrame], visit: Visit) -> pl.DataFrame:
    """The day of the anchor of each subject, as subject, side, line."""
    everyone = _everyone(tables).select(
        "subject",
        pl.lit(None, dtype=pl.String).alias("side"),
        pl.lit(0, dtype=pl.Int32).alias("line"),
    )
    given = (
        tables.get("exposures", empty("exposures"))
        .drop_nulls("day")
        .with_columns(line=line_of(pl.col("day").cast(pl.Int32)))
    )
    if visit.anchor == "last treatment" and given.height:
        return (
            given.group_by("subject")
            .agg(pl.col("line").max())
            .select("subject", pl.lit(None, dtype=pl.String).alias("side"), "line")
        )
    if visit.anchor == BY_SIDE and given.height:
        return (
            given.group_by("subject", "side")
            .agg(pl.col("line").max())
            .select("subject", "side", "line")
        )
    if visit.anchor == "enrolment" and study.study.day_one != "enrolment":
        return enrolment(tables)
    return everyone if visit.anchor != "period start" else everyone.clear()


def _everyone(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    frames = [
        tables[name].select("subject") for name in ("subjects", "observations") if name in tables
    ]
    return (
        pl.concat(frames).drop_nulls().unique().sort("subject")
        if frames
        else empty("subjects").select("subject")
    )


def enrolment(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The day of enrolment of each subject whose dates are known, counted from the first treatment."""
    subjects = tables.get("subjects", empty("subjects")).drop_nulls(["enrolled", "first_treatment"])
    line = (
        (pl.col("enrolled") - pl.col("first_treatment"))
        .dt.total_days()
        .cast(pl.Int32)
        .alias("line")
    )
    return subjects.select("subject", pl.lit(None, dtype=pl.String).alias("side"), line)
