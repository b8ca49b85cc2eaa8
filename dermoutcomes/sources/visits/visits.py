"""The visit of each measurement, by the export's word or by its date, and its window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.distinct_texts import of_each_text
from dermoutcomes.sources.cells.recoding import lookup
from dermoutcomes.sources.together.rows_of_files import file_of
from dermoutcomes.sources.visits.other_visits import tell_other_visits

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext
    from dermoutcomes.sources.visits.calendar import Calendar
    from dermoutcomes.study import Study, Visit

__all__ = ["deviations", "tell_visits_outside_windows", "visits_by_name", "visits_by_time"]

BY_THE_CLOCK = ("min", "h")
# Visits whose time is counted from a treatment before them, as days; a visit at time 0 may lie on
# the day of that treatment.
FROM_LAST = {"last treatment": ["subject"], "last treatment of the side": ["subject", "side"]}


def visits_by_name(context: MeasurementContext, index: pl.DataFrame) -> pl.DataFrame:
    """`index` with `visit` from `visit_text`.

    Each word that is no visit is a finding.
    """
    text = pl.col("visit_text")
    visit = lookup(text, context.visit_words).alias("visit")
    index = index.with_columns(of_each_text(index, "visit_text", visit))
    unknown = index.filter(pl.col("visit").is_null() & text.is_not_null())
    if not unknown.height:
        return index
    concerned = index.filter(file_of().is_in(unknown.select(file_of()).to_series().implode()))
    for one, of_file in context.each_file(concerned):
        words = of_file.filter(pl.col("visit").is_null() & text.is_not_null())
        empty_visits = {*_planned(context.study, context.file.name)} - {*of_file["visit"]}
        doubtful = _could_be_planned(context, of_file, words)
        tell_other_visits(one, words, doubtful, empty_visits)
    return index


def _could_be_planned(
    context: MeasurementContext, index: pl.DataFrame, unknown: pl.DataFrame
) -> set[str]:
    """Words of rows that could be a planned visit of which their subject has no row here.

    Since their day lies in its window, or is not known.
    """
    planned = pl.DataFrame(
        {"visit": _planned(context.study, context.file.name)}, schema={"visit": pl.String}
    )
    have = index.select("subject", "visit").unique()
    pairs = (
        unknown.drop("visit")
        .join(planned, how="cross")
        .join(have, on=["subject", "visit"], how="anti", maintain_order="left")
    )
    dated = pairs.select("act", "subject", "side", "elapsed", "visit")
    inside = deviations(context.study, dated, context.calendar).filter("inside")
    near = pairs.join(inside.select("act"), on="act", how="semi")
    undated = pairs.filter(pl.col("elapsed").is_null())
    return {*near["visit_text"], *undated["visit_text"]}


def visits_by_time(context: MeasurementContext, index: pl.DataFrame) -> pl.DataFrame:
    """`index` with the nearest visit in whose window their day lies.

    Where there is no such visit, or no day, is a finding.
    """
    planned = _planned(context.study, context.file.name)
    visits = pl.DataFrame({"visit": planned}, schema={"visit": pl.String})
    pairs = index.select("act", "subject", "side", "elapsed").join(visits, how="cross")
    inside = deviations(context.study, pairs, context.calendar).filter(pl.col("inside"))
    # Of two visits that are equally near the one that comes first in the study.
    order = pl.col("visit").replace_strict(
        {name: rank for rank, name in enumerate(planned)}, default=None, return_dtype=pl.Int32
    )
    best = inside.sort("act", pl.col("deviation").abs(), order).unique(
        "act", keep="first", maintain_order=True
    )
    index = index.join(best.select("act", "visit"), on="act", how="left", maintain_order="left")
    context.add_finding(
        index.filter(pl.col("visit").is_null()).filter(
            pl.struct(file_of(), "subject", "day", "visit_text").is_first_distinct()
        ),
        "unscheduled_visit",
        "warning",
        message=pl.when(pl.col("elapsed").is_null())
        .then(pl.lit("no day is known, so no visit can be found"))
        .otherwise(pl.format("day {} lies in the window of no visit", pl.col("day"))),
        found=pl.col("day").cast(pl.String),
        expected=", ".join(planned),
    )
    return index


def _planned(study: Study, owner: str) -> list[str]:
    """The visits at which the owner is expected, or all of them where the schedule does not say.

    None that is counted in hours or minutes: a day cannot tell them apart.
    """
    listed = [
        name
        for key, names in study.schedule.items()
        if key == owner or key.startswith(f"{owner}.")
        for name in names
    ]
    return [
        name
        for name in study.visit_order
        if (name in listed or not listed) and not _by_the_clock(study.visits[name])
    ]


def _by_the_clock(visit: Visit) -> bool:
    return visit.at.unit in BY_THE_CLOCK or any(
        edge.unit in BY_THE_CLOCK for edge in visit.window or ()
    )


def deviations(study: Study, index: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """`index` with `deviation` in days from the planned time, and whether `inside` the window.

    Needs act, subject, side, visit and elapsed. A visit without a window takes any day. Rows whose
    deviation is null, since a day or the anchor is not known, are left out.
    """
    plan = pl.DataFrame(
        [_plan(name, visit) for name, visit in study.visits.items() if not _by_the_clock(visit)],
        schema={
            "visit": pl.String,
            "at": pl.Float64,
            "low": pl.Float64,
            "high": pl.Float64,
            "anchor": pl.String,
        },
    )
    index = index.join(plan, on="visit", how="left", maintain_order="left").join(
        calendar.origins, on="subject", how="left", maintain_order="left"
    )
    anchors = {visit.anchor for visit in study.visits.values()}
    for name, by in FROM_LAST.items():
        index = (
            _with_last_treatment(index, calendar, by, name)
            if name in anchors
            else index.with_columns(pl.lit(None, dtype=pl.Int32).alias(name))
        )
    anchor = pl.coalesce(
        pl.when(pl.col("anchor") == name).then(pl.col(name))
        for name in ("first treatment", "enrolment", *FROM_LAST)
    )
    deviation = (pl.col("elapsed") - anchor - pl.col("at")).round(6)
    inside = pl.col("low").is_null() | deviation.is_between(pl.col("low"), pl.col("high"))
    return index.with_columns(deviation.alias("deviation"), inside.alias("inside")).filter(
        pl.col("deviation").is_not_null()
    )


def _plan(name: str, visit: Visit) -> dict[str, object]:
    low, high = (visit.window[0].days, visit.window[1].days) if visit.window else (None, None)
    return {"visit": name, "at": visit.at.days, "low": low, "high": high, "anchor": visit.anchor}


def _with_last_treatment(
    index: pl.DataFrame, calendar: Calendar, by: list[str], name: str
) -> pl.DataFrame:
    """`index` with the day of the last treatment before each row, as column `name`.

    A treatment on the same day counts only for a visit at time 0: half a day is taken from later
    ones.
    """
    treatments = calendar.treatments.drop_nulls(by).select(
        *by, pl.col("elapsed").cast(pl.Float64).alias("until"), pl.col("elapsed").alias(name)
    )
    half_day = pl.when(pl.col("at") > 0).then(0.5).otherwise(0.0)
    index = index.with_columns((pl.col("elapsed") - half_day).alias("until")).with_row_index(
        "order"
    )
    # An as-of join takes no nulls and gives its rows sorted: so it is done beside, and joined back.
    last = (
        index.drop_nulls(["until", *by])
        .sort("until")
        .join_asof(
            treatments.sort("until"), on="until", by=by, strategy="backward", check_sortedness=False
        )
        .select("order", name)
    )
    return index.join(last, on="order", how="left", maintain_order="left").drop("order", "until")


def tell_visits_outside_windows(context: MeasurementContext, index: pl.DataFrame) -> None:
    """A finding for each subject, visit and day outside the visit's window."""
    windowed = [name for name, visit in context.study.visits.items() if visit.window]
    dated = index.filter(pl.col("visit").is_in(windowed) & pl.col("elapsed").is_not_null())
    if not dated.height:
        return
    # One finding for both sides, unless their planned times differ.
    outside = (
        deviations(context.study, dated, context.calendar)
        .filter(~pl.col("inside"))
        .filter(pl.struct(file_of(), "subject", "side", "visit", "day").is_first_distinct())
        .filter(pl.struct(file_of(), "subject", "visit", "day", "deviation").is_first_distinct())
    )
    context.add_finding(
        outside,
        "out_of_window",
        "warning",
        message=pl.format(
            "{} was {} d from its planned time, outside its window of {} d to {} d",
            "visit",
            _signed("deviation"),
            _signed("low"),
            _signed("high"),
        ),
        found=pl.format("{} d", _signed("deviation")),
        expected=pl.format("{} d to {} d", _signed("low"), _signed("high")),
    )


def _signed(column: str) -> pl.Expr:
    days = pl.col(column).round(1)
    number = days.abs().cast(pl.String).str.strip_suffix(".0")
    return (
        pl.when(days < 0)
        .then(pl.lit("-") + number)
        .when(days > 0)
        .then(pl.lit("+") + number)
        .otherwise(pl.lit("0"))
    )
