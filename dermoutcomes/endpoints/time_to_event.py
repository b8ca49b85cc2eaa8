"""Time to a first event: one record a subject, with the event or the end of its observation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import PLACES, allocated
from dermoutcomes.endpoints.study_days import enrolment
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.sources.cells.dates import elapsed, elapsed_days
from dermoutcomes.sources.framework.populations import memberships, satisfied, subjects_with_status
from dermoutcomes.vocabulary import BASELINE, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import EventRule

__all__ = ["times_to_event"]

DAY = {"events": "start_day", "milestones": "day", "observations": "day"}


def times_to_event(plan: Plan) -> pl.DataFrame:
    """One row a subject: `value` in days from the start (0 on its day), and `event`.

    The latter says whether the days end in the first event or in censoring. Events before the start
    do not count, events after the end of observation are not seen. Without a start or an end there
    is no value.
    """
    rule = plan.endpoint.event
    assert rule is not None
    subjects = subjects_with_status(plan.tables).select("subject").sort("subject")
    for days in (_start_days(plan, rule), _end_days(plan, rule)):
        subjects = subjects.join(days, on="subject", how="left", maintain_order="left")
    events = _first_events(plan, rule, subjects)
    subjects = subjects.join(events, on="subject", how="left", maintain_order="left")

    start, end, event = pl.col("_start"), pl.col("_end"), pl.col("_event")
    happened = event.is_not_null() & (end.is_null() | (event <= end))
    until = pl.when(happened).then(event).otherwise(end)
    value = pl.when(until >= start).then(until - start).cast(pl.Float64)
    return _as_records(
        plan,
        subjects.with_columns(
            value=value, event=pl.when(value.is_not_null()).then(happened), _until=until
        ),
    )


def _as_records(plan: Plan, times: pl.DataFrame) -> pl.DataFrame:
    reason = pl.when(pl.col("value").is_null()).then(
        pl.when(pl.col("_start").is_null())
        .then(pl.lit("no_start"))
        .when(pl.col("_until").is_null())
        .then(pl.lit("no_end"))
        .otherwise(pl.lit("ended_before_start"))
    )
    arms = (
        allocated(plan, ["subject"], None)
        if _by_subject(plan)
        else pl.DataFrame(schema={"subject": pl.String, "arm": pl.String})
    )
    records = times.join(arms, on="subject", how="left", maintain_order="left").join(
        memberships(plan.study, plan.tables), on="subject", how="left", maintain_order="left"
    )
    day = pl.when(pl.col("_until") >= 0).then(pl.col("_until") + 1).otherwise("_until")
    has_event = pl.col("event").fill_null(value=False)
    frame = records.select(
        "subject",
        "arm",
        "value",
        "event",
        "populations",
        day=day,
        reason=reason,
        used=reason.is_null(),
        reference_visit=pl.lit(BASELINE),
        observations=pl.when(has_event).then(pl.concat_list("_id")).otherwise([]),
        n_values=has_event.cast(pl.Int32),
        endpoint=pl.lit(plan.endpoint.id),
    )
    return pl.concat(
        [
            frame.with_columns(handling=pl.lit(handling), imputation=pl.lit(1))
            for handling in plan.endpoint.handling or (OBSERVED,)
        ]
    )


def _by_subject(plan: Plan) -> bool:
    """Whether a subject has one treatment: it is not allocated by place or period."""
    allocations = plan.table("allocations")
    return all(allocations[name].null_count() == allocations.height for name in PLACES)


def _start_days(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _start: the day of the start, in days elapsed since day 1."""
    subjects = subjects_with_status(plan.tables)
    if rule.start == plan.study.study.day_one:
        return subjects.select("subject", _start=pl.lit(0, dtype=pl.Int32))
    if rule.start == "enrolment":
        return enrolment(plan.tables).select("subject", _start="elapsed")
    return _treatment_days(plan).select("subject", _start=pl.col("_first"))


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
    subjects = plan.table("subjects")
    return subjects.select(
        "subject", _first=_since(plan, "first_treatment"), _last=_since(plan, "last_treatment")
    )


def _since(plan: Plan, column: str) -> pl.Expr:
    """Days from day 1 to a date of the table of subjects."""
    origin = "enrolled" if plan.study.study.day_one == "enrolment" else "first_treatment"
    return elapsed(pl.col(column), pl.col(origin))


def _end_days(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _end: the last day on which an event would have been seen."""
    if rule.censor == "last treatment":
        return _treatment_days(plan).select("subject", _end="_last")
    readings = plan.table("observations").drop_nulls("day")
    if rule.censor == "last visit":
        readings = readings.drop_nulls("visit")
    last_day = elapsed_days(pl.col("day").cast(pl.Int32)).max()
    last = readings.group_by("subject").agg(_seen=last_day)
    if rule.censor == "last visit":
        return last.rename({"_seen": "_end"})
    ended = plan.table("subjects").select("subject", _ended=_since(plan, "ended"))
    joined = ended.join(last, on="subject", how="full", coalesce=True)
    return joined.select("subject", _end=pl.coalesce("_ended", "_seen"))


def _first_events(plan: Plan, rule: EventRule, starts: pl.DataFrame) -> pl.DataFrame:
    """subject, _event (its day), _id: the first event on or after the start."""
    table = plan.table(rule.table)
    for condition in rule.where:
        if condition.column not in table.columns:
            raise StudyError(
                Problem(
                    f"the table {rule.table!r} has no such column",
                    path=f"{plan.path}.event.where.{condition.column}",
                    found=condition.column,
                    expected=one_of(tuple(table.columns)),
                    hint=did_you_mean(condition.column, table.columns),
                )
            )
        table = table.filter(satisfied(table, condition).fill_null(value=False))
    undated = table.filter(pl.col(DAY[rule.table]).is_null())
    if undated.height:
        names = ", ".join(undated["subject"].unique().sort().head(10))
        raise StudyError(
            Problem(
                f"{undated.height} row(s) of {rule.table} that count as events have no day",
                path=f"{plan.path}.event",
                found=names,
                expected="a date or a day in the source",
            )
        )
    observation = pl.col("id") if "id" in table.columns else pl.lit(None, dtype=pl.Int64)
    day = elapsed_days(pl.col(DAY[rule.table]).cast(pl.Int32))
    events = table.select("subject", _event=day, _id=observation)
    return (
        events.join(starts.select("subject", "_start"), on="subject")
        .filter(pl.col("_event") >= pl.col("_start"))
        .sort("subject", "_event", "_id")
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "_event", "_id")
    )
