"""Start and end of each subject's observation, in days elapsed since day 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed, elapsed_days
from dermoutcomes.sources.framework.milestones import milestones_named
from dermoutcomes.sources.framework.populations import subjects_with_status
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import EventRule

__all__ = ["deaths", "end_days", "start_days"]

# Days on which a subject was heard of, by table.
CONTACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "observations": ("day",),
        "exposures": ("day",),
        "events": ("start_day", "end_day"),
        "milestones": ("day", "end_day"),
    }
)
CONTACT_DATES = ("ended", "first_treatment", "last_treatment")


def start_days(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _start: the day of the start."""
    subjects = subjects_with_status(plan.tables)
    if rule.start == plan.study.study.day_one:
        return subjects.select("subject", _start=pl.lit(0, dtype=pl.Int32))
    if rule.start == "enrolment":
        return plan.calendar.origins.select("subject", _start="enrolment")
    return _treatment_days(plan).select("subject", _start=pl.col("_first"))


def end_days(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _end: the last day on which an event would have been seen; null where nobody knows.

    What the rule says, and nobody is observed beyond the data cut of the study, nor beyond death. At
    the end of the study a date of leaving is taken as it is written, though: files date it a day
    before or after the death. A death is an end also of those of whom no other is known; a data cut
    is none, unless the rule says so.
    """
    days = (
        ENDS[rule.censor](plan, rule)
        .join(deaths(plan), on="subject", how="full", coalesce=True)
        .join(_cut_days(plan), on="subject", how="left")
    )
    end = pl.min_horizontal("_end", "_died")
    if rule.censor == "end of study":
        days = days.join(_leaving_days(plan), on="subject", how="left")
        end = pl.coalesce("_ended", end)
    capped = pl.when(end.is_not_null()).then(pl.min_horizontal(end, "_cut"))
    return days.select("subject", _end=capped)


def deaths(plan: Plan) -> pl.DataFrame:
    """subject, _died: everybody who died, with the day where it is known.

    That is the day of a milestone of death. Of those without one, the day on which a fatal event
    ended; on which it began says nothing of the death.
    """
    milestones = plan.table("milestones").filter("death").select("subject", "day", order=pl.lit(0))
    events = plan.table("events").filter("fatal").select("subject", day="end_day", order=pl.lit(1))
    died = pl.concat([milestones, events]).drop_nulls("subject")
    return (
        died.sort(pl.col("day").is_null(), "order", "day", "subject", maintain_order=True)
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", _died=elapsed_days(pl.col("day").cast(pl.Int32)))
        .sort("subject")
    )


def _treatment_days(plan: Plan) -> pl.DataFrame:
    """subject, _first, _last: days of the first and last treatment.

    From exposures, or from the dates of subjects.
    """
    exposures = plan.table("exposures").drop_nulls("day")
    if exposures.height:
        days = elapsed_days(pl.col("day").cast(pl.Int32))
        return (
            exposures.group_by("subject").agg(_first=days.min(), _last=days.max()).sort("subject")
        )
    first, last = pl.col("first_treatment"), pl.col("last_treatment")
    return _days_of_subjects(plan, _first=first, _last=last)


def _days_of_subjects(plan: Plan, **dates: pl.Expr) -> pl.DataFrame:
    """subject, and days from day 1 to dates of the table of subjects."""
    origins = plan.calendar.origins.select("subject", "origin")
    subjects = plan.table("subjects").join(origins, on="subject", how="left", maintain_order="left")
    return subjects.select(
        "subject", **{name: elapsed(date, pl.col("origin")) for name, date in dates.items()}
    )


def _last_readings(plan: Plan, *, at_visits: bool) -> pl.DataFrame:
    readings = plan.table("observations").drop_nulls(["day", *(["visit"] if at_visits else [])])
    last = elapsed_days(pl.col("day").cast(pl.Int32)).max()
    return words_in_full(readings.group_by("subject").agg(_end=last).sort("subject"))


def _leaving_days(plan: Plan) -> pl.DataFrame:
    return _days_of_subjects(plan, _ended=pl.col("ended"))


def _end_of_study(plan: Plan, _rule: EventRule) -> pl.DataFrame:
    """The date of leaving, or the last reading of those without one."""
    read = _last_readings(plan, at_visits=False)
    joined = _leaving_days(plan).join(read, on="subject", how="full", coalesce=True)
    return joined.select("subject", _end=pl.coalesce("_ended", "_end"))


def _last_visit(plan: Plan, _rule: EventRule) -> pl.DataFrame:
    return _last_readings(plan, at_visits=True)


def _last_treatment(plan: Plan, _rule: EventRule) -> pl.DataFrame:
    return _treatment_days(plan).select("subject", _end="_last")


def _last_contact(plan: Plan, _rule: EventRule) -> pl.DataFrame:
    """The latest day of the subject in any source."""
    frames = [
        words_in_full(
            plan.table(table).select("subject", _end=elapsed_days(pl.col(day).cast(pl.Int32)))
        )
        for table, days in CONTACTS.items()
        for day in days
    ]
    frames += [_days_of_subjects(plan, _end=pl.col(name)) for name in CONTACT_DATES]
    contacts = pl.concat(frames).drop_nulls(["subject", "_end"])
    return contacts.group_by("subject").agg(pl.col("_end").max()).sort("subject")


def _milestone(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """The first day of any of the milestones that the rule names."""
    milestones = milestones_named(plan.table("milestones"), rule.milestones)
    first = elapsed_days(pl.col("day").cast(pl.Int32)).min()
    return milestones.group_by("subject").agg(_end=first).sort("subject")


def _data_cut(plan: Plan, _rule: EventRule) -> pl.DataFrame:
    """The data cut, or the date of leaving where that is earlier."""
    days = _leaving_days(plan).join(_cut_days(plan), on="subject", how="full", coalesce=True)
    return days.select(
        "subject",
        _end=pl.when(pl.col("_cut").is_not_null()).then(pl.min_horizontal("_ended", "_cut")),
    )


def _cut_days(plan: Plan) -> pl.DataFrame:
    """subject, _cut: the study's data cut; null without one, or where day 1 is not known."""
    cut = pl.lit(plan.study.study.data_cut, dtype=pl.Date)
    origins = plan.calendar.origins
    return origins.select("subject", _cut=elapsed(cut, pl.col("origin")))


ENDS: Mapping[str, Callable[[Plan, EventRule], pl.DataFrame]] = MappingProxyType(
    {
        "end of study": _end_of_study,
        "last visit": _last_visit,
        "last treatment": _last_treatment,
        "last contact": _last_contact,
        "milestone": _milestone,
        "data cut": _data_cut,
    }
)
