"""Which visit a measurement belongs to: by what the export calls it, or by its date; and whether it lies in the visit's window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.errors import nearest
from dermoutcomes.sources.cells.recoding import lookup
from dermoutcomes.sources.findings import no_findings, remarks
from dermoutcomes.sources.visits.calendar import Calendar
from dermoutcomes.sources.visits.visit_names import visit_words

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study, Visit

__all__ = ["deviations", "named_visits", "outside_windows", "visits_by_time"]

BY_THE_CLOCK = ("min", "h")
# Visits whose time is counted from a treatment before them, as days; a visit at time 0 may lie on the day of that treatment.
FROM_LAST = {"last treatment": ["subject"], "last treatment of the side": ["subject", "side"]}


def named_visits(
    study: Study, file: SourceFile, acts: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`acts` with `visit` from `visit_text`, and a finding for each subject and word that is no visit of the study."""
    import polars as pl

    words = visit_words(study, file)
    acts = acts.with_columns(lookup(pl.col("visit_text"), words).alias("visit"))
    unknown = acts.filter(pl.col("visit").is_null() & pl.col("visit_text").is_not_null()).unique(
        ["subject", "visit_text"], keep="first", maintain_order=True
    )
    near = {word: _near(word, study) for word in unknown["visit_text"].unique().sort()}
    message = pl.format("{} is no visit of the study", pl.col("visit_text")) + pl.col(
        "visit_text"
    ).replace_strict(near, default="", return_dtype=pl.String)
    return acts, remarks(
        unknown,
        "unscheduled_visit",
        "warning",
        file,
        message=message,
        found=pl.col("visit_text"),
        expected=", ".join(study.visit_order) or "the study plans no visit",
    )


def _near(word: str, study: Study) -> str:
    names = {name: name for name in study.visits} | {
        visit.label: name for name, visit in study.visits.items() if visit.label
    }
    near = nearest(word, names)
    return f"; did the site mean {names[near]}?" if near else ""


def visits_by_time(
    study: Study, file: SourceFile, acts: pl.DataFrame, dates: Calendar
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`acts` with the nearest visit in whose window their day lies; a finding where there is none, or no day."""
    import polars as pl

    planned = _planned(study, file.name)
    pairs = acts.select("act", "subject", "side", "elapsed").join(
        pl.DataFrame({"visit": planned}, schema={"visit": pl.String}), how="cross"
    )
    fitting = deviations(study, pairs, dates).filter(pl.col("inside"))
    order = pl.col("visit").replace_strict(
        {name: place for place, name in enumerate(planned)}, default=None, return_dtype=pl.Int32
    )
    best = fitting.sort("act", pl.col("deviation").abs(), order).unique(
        "act", keep="first", maintain_order=True
    )
    acts = acts.join(best.select("act", "visit"), on="act", how="left", maintain_order="left")
    lost = acts.filter(pl.col("visit").is_null()).unique(
        ["subject", "day", "visit_text"], keep="first", maintain_order=True
    )
    message = (
        pl.when(pl.col("elapsed").is_null())
        .then(pl.lit("no day is known, so no visit can be found"))
        .otherwise(pl.format("day {} lies in the window of no visit", pl.col("day")))
    )
    return acts, remarks(
        lost,
        "unscheduled_visit",
        "warning",
        file,
        message=message,
        found=pl.col("day").cast(pl.String),
        expected=", ".join(planned),
    )


def _planned(study: Study, owner: str) -> list[str]:
    """The visits at which the owner is expected, or all of them where the schedule does not say; none that is told by the clock."""
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


def deviations(study: Study, acts: pl.DataFrame, dates: Calendar) -> pl.DataFrame:
    """`acts` (act, subject, side, visit, elapsed) with `deviation` in days from the planned time, and whether it is `inside` the window.

    A visit without a window takes any day. Deviation is null where a day or the anchor is not known.
    """
    import polars as pl

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
    placed = acts.join(plan, on="visit", how="left", maintain_order="left").join(
        dates.origins, on="subject", how="left", maintain_order="left"
    )
    asked = {visit.anchor for visit in study.visits.values()}
    for name, by in FROM_LAST.items():
        placed = (
            _with_last(placed, dates, by, name)
            if name in asked
            else placed.with_columns(pl.lit(None, dtype=pl.Int32).alias(name))
        )
    anchor = pl.coalesce(
        [
            pl.when(pl.col("anchor") == name).then(pl.col(name))
            for name in ("first treatment", "enrolment", *FROM_LAST)
        ]
    )
    deviation = (pl.col("elapsed") - anchor - pl.col("at")).round(6)
    inside = pl.col("low").is_null() | deviation.is_between(pl.col("low"), pl.col("high"))
    return placed.with_columns(deviation.alias("deviation"), inside.alias("inside")).filter(
        pl.col("deviation").is_not_null()
    )


def _plan(name: str, visit: Visit) -> dict[str, object]:
    low, high = (visit.window[0].days, visit.window[1].days) if visit.window else (None, None)
    return {"visit": name, "at": visit.at.days, "low": low, "high": high, "anchor": visit.anchor}


def _with_last(acts: pl.DataFrame, dates: Calendar, by: list[str], name: str) -> pl.DataFrame:
    """`acts` with the days of the last treatment before them; the same day counts only for a visit at time 0."""
    import polars as pl

    given = dates.treatments.drop_nulls(by).select(
        *by, pl.col("elapsed").cast(pl.Float64).alias("until"), pl.col("elapsed").alias(name)
    )
    moment = acts.with_columns(
        (pl.col("elapsed") - pl.when(pl.col("at") > 0).then(0.5).otherwise(0.0)).alias("until")
    ).with_row_index("place")
    known = moment.drop_nulls(["until", *by]).sort("until")
    found = known.join_asof(
        given.sort("until"), on="until", by=by, strategy="backward", check_sortedness=False
    ).select("place", name)
    return moment.join(found, on="place", how="left", maintain_order="left").drop("place", "until")


def outside_windows(
    study: Study, file: SourceFile, acts: pl.DataFrame, dates: Calendar
) -> pl.DataFrame:
    """A finding for each subject, visit and day outside the visit's window."""
    import polars as pl

    windowed = [name for name, visit in study.visits.items() if visit.window]
    known = acts.filter(pl.col("visit").is_in(windowed) & pl.col("elapsed").is_not_null())
    if not known.height:
        return no_findings()
    late = (
        deviations(study, known, dates)
        .filter(~pl.col("inside"))
        .unique(["subject", "side", "visit", "day"], keep="first", maintain_order=True)
    )
    late = late.unique(["subject", "visit", "day", "deviation"], keep="first", maintain_order=True)
    message = pl.format(
        "{} was {} d from its planned time, outside its window of {} d to {} d",
        "visit",
        _signed("deviation"),
        _signed("low"),
        _signed("high"),
    )
    expected = pl.format("{} d to {} d", _signed("low"), _signed("high"))
    return remarks(
        late,
        "out_of_window",
        "warning",
        file,
        message=message,
        found=pl.format("{} d", _signed("deviation")),
        expected=expected,
    )


def _signed(column: str) -> pl.Expr:
    import polars as pl

    days = pl.col(column).round(1)
    number = days.abs().cast(pl.String).str.strip_suffix(".0")
    return (
        pl.when(days < 0)
        .then(pl.lit("-") + number)
        .when(days > 0)
        .then(pl.lit("+") + number)
        .otherwise(pl.lit("0"))
    )
