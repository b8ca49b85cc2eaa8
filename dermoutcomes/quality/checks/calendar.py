"""What the calendar and the clock say: order of visits, before and after treatment, seasons, time of day."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.sources.cells.dates import elapsed, elapsed_days
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.tables.findings import counted, no_findings, remarks
from dermoutcomes.tables.table_rows import in_types_of, words_in_full

if TYPE_CHECKING:
    from datetime import date

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = [
    "DriftOptions",
    "SeasonOptions",
    "TreatmentOptions",
    "after_data_cut",
    "after_treatment",
    "opposite_season",
    "time_of_day_drift",
    "visits_out_of_order",
]


# Where a row says when it was, by table; an event may go on beyond the cut.
DATES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "subjects": (("enrolled", "first_treatment", "last_treatment", "ended"), ()),
        "milestones": (("date",), ("day",)),
        "exposures": (("taken_at",), ("day",)),
        "events": (("start_date",), ("start_day",)),
        "medications": (("start_date",), ("start_day",)),
        "deviations": (("date",), ("day",)),
        "observations": (("taken_at",), ("day",)),
    }
)
MOST_SUBJECTS, EXAMPLES = 20, 3
# Under this name they are made once for the two checks.
DATED = "dated readings"
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


def after_data_cut(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Rows that are dated after the study's data cut; one finding a file."""
    cut = data.study.study.data_cut
    if cut is None:
        return no_findings()
    origins = calendar(data.study, data.tables).origins.select("subject", "origin")
    late = pl.concat(
        _rows_after(data.table(table), origins, cut, *places) for table, places in DATES.items()
    )
    files = (
        late.sort("source", "row", "subject")
        .group_by("source", maintain_order=True)
        .agg(pl.len(), pl.col("row").first(), who=pl.col("subject").unique(maintain_order=True))
    )
    n_subjects = pl.col("who").list.len()
    is_long = n_subjects > MOST_SUBJECTS
    shown = pl.when(is_long).then(pl.col("who").list.head(EXAMPLES)).otherwise("who")
    more = pl.when(is_long).then(pl.format(" and {} more", n_subjects - EXAMPLES))
    return remarks(
        files,
        message=pl.format(
            f"{{}} of {{}} dated after the data cut of {cut}: no time to an event goes beyond it, "
            "and readings count as the others do",
            counted("len", "row"),
            counted(n_subjects, "subject is", "subjects are"),
        ),
        found=pl.concat_str(shown.list.join(", "), more, ignore_nulls=True),
        expected="data_cut of [study] as it was, or where in the source, which takes the rows up to it",
    )


def _rows_after(
    table: pl.DataFrame,
    origins: pl.DataFrame,
    cut: date,
    dates: tuple[str, ...],
    days: tuple[str, ...],
) -> pl.DataFrame:
    """subject, source and row of what lies after the cut, by a date, or by a study day alone."""
    origins = in_types_of(origins, table)
    rows = table.join(origins, on="subject", how="left", maintain_order="left")
    dated = pl.max_horizontal(pl.col(name).cast(pl.Date) for name in dates)
    cut_day = elapsed(pl.lit(cut), pl.col("origin"))
    by_day = pl.any_horizontal(
        pl.lit(value=False),
        *((elapsed_days(pl.col(name).cast(pl.Int32)) > cut_day) for name in days),
    )
    is_late = pl.when(dated.is_not_null()).then(dated > cut).otherwise(by_day)
    late = rows.filter(is_late.fill_null(value=False))
    return words_in_full(late.select("subject", "source", "row").unique())


def visits_out_of_order(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Visits of a subject that took place before the visit that should precede them.

    By date, or by day where there is none.
    """
    taken_at, day = pl.col("taken_at"), pl.col("day")
    dated = data.read.filter(taken_at.is_not_null()).with_columns(
        when=taken_at.dt.date().cast(pl.Int32)
    )
    by_day = data.read.filter(taken_at.is_null(), day.is_not_null()).with_columns(when=day)
    # A date and a day are not compared with each other.
    return pl.concat(
        [
            _out_of_order(dated, data, taken_at.dt.strftime("%Y-%m-%d")),
            _out_of_order(by_day, data, pl.format("day {}", "day")),
        ]
    )


def _out_of_order(rows: pl.LazyFrame, data: StudyData, shown: pl.Expr) -> pl.DataFrame:
    visits = (
        rows.select("subject", "visit_rank", "when", "place")
        .drop_nulls(["visit_rank", "subject"])
        # Hardly a visit has two dates: what is sorted is few.
        .unique(["subject", "visit_rank", "when"], keep="first", maintain_order=True)
        .sort("when", maintain_order=True)
        .unique(["subject", "visit_rank"], keep="first", maintain_order=True)
        .sort("subject", "visit_rank")
        .collect()
    )
    visits = data.whole_rows(visits).with_columns(shown=shown)
    visits = visits.with_columns(
        pl.col("when", "visit", "shown").shift(1).over("subject").name.suffix("_before")
    )
    early = visits.filter(pl.col("when") < pl.col("when_before")).drop("measure", "value")
    message = pl.format(
        "{} took place before {} ({}): look at the dates and at which visit each is",
        data.visit_words(),
        data.visit_words("visit_before"),
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
    # A date without a time reads as midnight: it says nothing of the hour.
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
        pl.col("owner").replace(dict(data.labels)),
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
    """The first reading of each owner, subject, visit and time, in the order of time."""
    by = ["owner", "subject", "visit", "visit_rank", "taken_at"]
    return data.once(
        DATED,
        lambda: (
            data.read.drop_nulls(["taken_at", "visit_rank", "subject"])
            .group_by(by)
            .agg(pl.col("place").min())
            .with_columns(is_base=pl.col("visit").is_in(list(data.baseline_visits())))
            .sort("taken_at", "place")
            .collect()
        ),
    )


@frozen
class TreatmentOptions:
    """What time points say that a reading followed the treatment."""

    after_words: tuple[str, ...] = option(
        ("after", "post", "imm", "immediately after", "nach"),
        "Time points that follow a treatment.",
    )
    before_words: tuple[str, ...] = option(
        ("before", "pre", "vor"), "Time points that precede a treatment."
    )


def after_treatment(data: StudyData, options: TreatmentOptions) -> pl.DataFrame:
    """Measurements that their session's `measure` puts on the other side of the treatment.

    One finding a measurement. By clock times of the same day, where both have one (midnight is
    taken for a date without a time), for the treated side; or by the word of the time point.
    Nothing is said where neither is known.
    """
    if _ruled_exposures(data).is_empty():
        return no_findings()
    columns = ("measurement", "subject", "visit", "timepoint", "taken_at", "side", "id", "place")
    first = data.read.select(columns).unique("measurement", keep="first", maintain_order=True)
    rows = first.with_columns(date=pl.col("taken_at").dt.date()).collect()
    return pl.concat([_by_clock(rows, data), _by_word(rows, data, options)])


def _ruled_exposures(data: StudyData) -> pl.DataFrame:
    """Exposures of sessions with a rule, as subject, treated side, date, time and rule."""
    rules = {
        name: session.measure for name, session in data.study.sessions.items() if session.measure
    }
    by_visit = {
        data.study.sessions[name].visit or _visit_at(data, name): rule
        for name, rule in rules.items()
    }
    exposures = data.table("exposures")
    rule = pl.coalesce(
        pl.col("session").replace_strict(rules, default=None, return_dtype=pl.String),
        pl.col("visit").replace_strict(
            {visit: rule for visit, rule in by_visit.items() if visit},
            default=None,
            return_dtype=pl.String,
        ),
    )
    return exposures.select(
        "subject", treated_side="side", treated_at="taken_at", visit="visit", rule=rule
    ).drop_nulls("rule")


def _visit_at(data: StudyData, session: str) -> str | None:
    days = data.study.sessions[session].at.days
    return next((name for name, visit in data.study.visits.items() if visit.at.days == days), None)


def _by_clock(rows: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    exposures = (
        _ruled_exposures(data)
        .drop("visit")
        .drop_nulls("treated_at")
        .filter(_has_time("treated_at"))
    )
    exposures = exposures.with_columns(date=pl.col("treated_at").dt.date())
    exposures = in_types_of(exposures, rows)
    joined = rows.filter(_has_time("taken_at")).join(
        exposures, on=["subject", "date"], how="inner", maintain_order="left"
    )
    joined = joined.filter(
        pl.col("treated_side").is_null()
        | pl.col("side").is_null()
        | (pl.col("treated_side") == pl.col("side"))
    )
    joined = joined.sort("id", "treated_at").unique(
        "measurement", keep="first", maintain_order=True
    )
    late = (pl.col("rule") == "before") & (pl.col("taken_at") >= pl.col("treated_at"))
    early = (pl.col("rule") == "after") & (pl.col("taken_at") < pl.col("treated_at"))
    wrong = data.whole_rows(joined.filter(late | early))
    clock = pl.col("taken_at").dt.strftime("%H:%M"), pl.col("treated_at").dt.strftime("%H:%M")
    message = pl.format(
        "the reading was taken at {} and the treatment given at {}, but that day's readings should "
        "{}: look at both times",
        *clock,
        _should(),
    )
    return remarks(
        wrong, message=message, found=clock[0], expected=pl.format("{} {}", "rule", clock[1])
    )


def _should() -> pl.Expr:
    return (
        pl.when(pl.col("rule") == "before")
        .then(pl.lit("precede it"))
        .otherwise(pl.lit("follow it"))
    )


def _has_time(column: str) -> pl.Expr:
    return pl.col(column).dt.time() != pl.time(0, 0, 0)


def _by_word(rows: pl.DataFrame, data: StudyData, options: TreatmentOptions) -> pl.DataFrame:
    exposures = (
        _ruled_exposures(data)
        .drop_nulls("visit")
        .select("subject", "visit", "rule")
        .unique(["subject", "visit"], keep="first", maintain_order=True)
    )
    word = pl.col("timepoint").cast(pl.String).str.to_lowercase().str.strip_chars()
    joined = rows.drop_nulls("timepoint").join(
        in_types_of(exposures, rows), on=["subject", "visit"], how="inner", maintain_order="left"
    )
    wrong = joined.filter(
        ((pl.col("rule") == "before") & word.is_in(list(options.after_words)))
        | ((pl.col("rule") == "after") & word.is_in(list(options.before_words)))
    )
    wrong = data.whole_rows(wrong)
    message = pl.format(
        "the reading is marked {}, but that day's readings should {}: look whether it belongs to "
        "this visit",
        "timepoint",
        _should().str.replace("it", "the treatment"),
    )
    return remarks(
        wrong,
        message=message,
        found=pl.col("timepoint"),
        expected=pl.format("{} the treatment", "rule"),
    )
