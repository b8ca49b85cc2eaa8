"""What the calendar and the clock say: order of visits, seasons, time of day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.derive.findings import number_words
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = [
    "DriftOptions",
    "SeasonOptions",
    "opposite_season",
    "time_of_day_drift",
    "visits_out_of_order",
]


# The part of the subjects who must have been shifted the same way.
SAME_WAY = 0.8


@frozen
class SeasonOptions:
    """When two dates lie in opposite seasons."""

    months: int = option(
        5, "Fewest months between them on the circle of the year.", at_least=3, at_most=6
    )
    share: float = option(
        0.5, "Part of the subjects of whom it must be true.", at_least=0, at_most=1
    )


@frozen
class DriftOptions:
    """When the time of day has drifted."""

    hours: float = option(
        2.0, "Smallest median shift that is said.", at_least=0.25, at_most=12, unit="h"
    )


def visits_out_of_order(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Visits of a subject that took place before the visit that should precede them.

    By date, or by day where there is none.
    """
    rows = data.read.drop_nulls(["visit_rank", "subject"]).sort("id")
    taken_at = pl.col("taken_at")
    dated = rows.drop_nulls("taken_at").with_columns(
        when=taken_at.dt.date().cast(pl.Int32), shown=taken_at.dt.strftime("%Y-%m-%d")
    )
    by_day = rows.filter(taken_at.is_null(), pl.col("day").is_not_null()).with_columns(
        when=pl.col("day"), shown=pl.format("day {}", "day")
    )
    # A date and a day are not compared with each other.
    return pl.concat([_out_of_order(dated), _out_of_order(by_day)])


def _out_of_order(rows: pl.DataFrame) -> pl.DataFrame:
    visits = (
        rows.sort("when", "id")
        .unique(["subject", "visit"], keep="first", maintain_order=True)
        .sort("subject", "visit_rank")
    )
    visits = visits.with_columns(
        pl.col("when", "visit", "shown").shift(1).over("subject").name.suffix("_before")
    )
    early = visits.filter(pl.col("when") < pl.col("when_before")).drop("measure", "value")
    message = pl.format(
        "{} took place before {} ({}): look at the dates and at which visit each is",
        "visit",
        "visit_before",
        "shown_before",
    )
    return remarks(
        early,
        message=message,
        found=pl.col("shown"),
        expected=pl.format("after {}", "shown_before"),
    )


def opposite_season(data: StudyData, options: SeasonOptions) -> pl.DataFrame:
    """Visits half a year from the baseline in a study without a control; one note a visit."""
    rows = _dated_readings(data).with_columns(month=pl.col("taken_at").dt.month().cast(pl.Int32))
    if data.study.study.design != "single-arm" or len(data.study.arms) > 1:
        rows = rows.clear()
    gap = (pl.col("month") - pl.col("base_month")).abs()
    base = (
        rows.filter("is_base")
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", base_month="month")
    )
    rows = (
        rows.unique(["subject", "visit"], keep="first", maintain_order=True)
        .filter(~pl.col("is_base"))
        .join(base, on="subject", maintain_order="left")
    )
    rows = rows.with_columns(far=pl.min_horizontal(gap, 12 - gap) >= options.months)
    visits = (
        rows.group_by("visit", "visit_rank")
        .agg(pl.col("far").sum().cast(pl.Int64), pl.len().alias("n"))
        .sort("visit_rank")
    )
    visits = visits.filter(pl.col("far") > options.share * pl.col("n"))
    message = pl.format(
        "{} of {} subjects had this visit in the season opposite to their baseline, and there is "
        "no control: season and treatment "
        "cannot be told apart",
        "far",
        "n",
    )
    return remarks(
        visits,
        message=message,
        found=pl.format("{} of {} subjects", "far", "n"),
        expected="the same season, or a concurrent control",
    )


def time_of_day_drift(data: StudyData, options: DriftOptions) -> pl.DataFrame:
    """Visits at which readings were taken at another time of the day than at baseline, as a rule.

    One note a visit and owner. As a rule: four fifths of the subjects were shifted the same way,
    and the median shift is that large.
    """
    rows = _dated_readings(data).filter(pl.col("taken_at").dt.time() != pl.time(0, 0, 0))
    hour = (
        pl.col("taken_at").dt.hour().cast(pl.Float64)
        + pl.col("taken_at").dt.minute().cast(pl.Float64) / 60
    )
    by = ["owner", "subject"]
    rows = rows.with_columns(hour=hour)
    base = (
        rows.filter("is_base")
        .unique(by, keep="first", maintain_order=True)
        .select(*by, base_hour="hour")
    )
    rows = (
        rows.unique([*by, "visit"], keep="first", maintain_order=True)
        .filter(~pl.col("is_base"))
        .join(base, on=by, maintain_order="left")
    )
    shift = pl.col("hour") - pl.col("base_hour")
    visits = rows.group_by("owner", "visit", "visit_rank").agg(
        shift.median().alias("shift"),
        (shift > 0).sum().alias("later"),
        (shift < 0).sum().alias("earlier"),
        pl.len().alias("n"),
    )
    same_way = pl.max_horizontal("later", "earlier") >= SAME_WAY * pl.col("n")
    visits = visits.sort("owner", "visit_rank").filter(
        pl.col("shift").abs() > options.hours, same_way
    )
    size = number_words(pl.col("shift").abs().round(1))
    direction = pl.when(pl.col("shift") > 0).then(pl.lit("later")).otherwise(pl.lit("earlier"))
    message = pl.format(
        "{} was measured {} h {} in the day than at baseline (median of {} subjects): skin changes "
        "over the day",
        "owner",
        size,
        direction,
        "n",
    )
    return remarks(
        visits,
        message=message,
        found=pl.format("{} h {}", size, direction),
        expected=f"within {options.hours:g} h",
    )


def _dated_readings(data: StudyData) -> pl.DataFrame:
    rows = data.read.drop_nulls(["taken_at", "visit_rank", "subject"])
    return rows.with_columns(is_base=pl.col("visit").is_in(list(data.baseline_visits()))).sort(
        "taken_at", "id"
    )
