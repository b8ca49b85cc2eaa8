"""Time to a first event: one record a subject, with the event or the end of its observation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.allocation import allocated
from dermoutcomes.endpoints.populations import about_subjects, memberships, satisfied
from dermoutcomes.endpoints.study_days import enrolment, line_of
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.words import BASELINE, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import EventRule

__all__ = ["times_to_event"]

DAY = {"events": "start_day", "milestones": "day", "observations": "day"}


def times_to_event(plan: Plan) -> pl.DataFrame:
    """One row a subject: `value` in days from the start (0 on its day) to the first event or to censoring, `event` which of them.

    Events before the start do not count, events after the end of observation are not seen. Without a start or an end there is no
    value.
    """
    rule = plan.endpoint.event
    assert rule is not None
    people = about_subjects(plan.tables).select("subject").sort("subject")
    joined = people
    for frame in (_start(plan, rule), _end(plan, rule)):
        joined = joined.join(frame, on="subject", how="left", maintain_order="left")
    joined = joined.join(
        _first(plan, rule, joined), on="subject", how="left", maintain_order="left"
    )
    happened = pl.col("_event").is_not_null() & (
        pl.col("_end").is_null() | (pl.col("_event") <= pl.col("_end"))
    )
    until = pl.when(happened).then("_event").otherwise("_end")
    value = pl.when(until >= pl.col("_start")).then(until - pl.col("_start")).cast(pl.Float64)
    made = joined.with_columns(
        value=value, event=pl.when(value.is_not_null()).then(happened), _until=until
    )
    return _as_records(plan, made)


def _as_records(plan: Plan, made: pl.DataFrame) -> pl.DataFrame:
    lost = pl.when(pl.col("value").is_null()).then(
        pl.when(pl.col("_start").is_null())
        .then(pl.lit("no start"))
        .when(pl.col("_until").is_null())
        .then(pl.lit("no end of observation"))
        .otherwise(pl.lit("observation ended before the start"))
    )
    arms = (
        allocated(plan, ["subject"], None)
        if _by_subject(plan)
        else pl.DataFrame(schema={"subject": pl.String, "arm": pl.String})
    )
    records = made.join(arms, on="subject", how="left", maintain_order="left").join(
        memberships(plan.study, plan.tables), on="subject", how="left", maintain_order="left"
    )
    day = pl.when(pl.col("_until") >= 0).then(pl.col("_until") + 1).otherwise("_until")
    seen = pl.col("event").fill_null(value=False)
    frame = records.select(
        "subject",
        "arm",
        "value",
        "event",
        "populations",
        day=day,
        reason=lost,
        used=lost.is_null(),
        reference_visit=pl.lit(BASELINE),
        observations=pl.when(seen).then(pl.concat_list("_id")).otherwise([]),
        n_values=seen.cast(pl.Int32),
        endpoint=pl.lit(plan.endpoint.id),
    )
    return pl.concat(
        [
            frame.with_columns(handling=pl.lit(handling), imputation=pl.lit(1))
            for handling in plan.endpoint.handling or (OBSERVED,)
        ]
    )


def _by_subject(plan: Plan) -> bool:
    given = plan.table("allocations")
    return all(given[name].null_count() == given.height for name in ("location", "side", "period"))


def _start(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _start: the day of the start, on the line of days."""
    people = about_subjects(plan.tables)
    if rule.start == plan.study.study.day_one:
        return people.select("subject", _start=pl.lit(0, dtype=pl.Int32))
    if rule.start == "enrolment":
        return enrolment(plan.tables).select("subject", _start="line")
    return _treated(plan).select("subject", _start=pl.col("_first"))


def _treated(plan: Plan) -> pl.DataFrame:
    """subject, _first, _last: the days of the first and last treatment, from exposures or from the dates of subjects."""
    given = (
        plan.table("exposures")
        .drop_nulls("day")
        .with_columns(_line=line_of(pl.col("day").cast(pl.Int32)))
    )
    if given.height:
        return (
            given.group_by("subject")
            .agg(_first=pl.col("_line").min(), _last=pl.col("_line").max())
            .sort("subject")
        )
    dates = plan.table("subjects")
    return dates.select(
        "subject", _first=_since(plan, "first_treatment"), _last=_since(plan, "last_treatment")
    )


def _since(plan: Plan, column: str) -> pl.Expr:
    """Days from day 1 to a date of the table of subjects."""
    origin = "enrolled" if plan.study.study.day_one == "enrolment" else "first_treatment"
    return (pl.col(column) - pl.col(origin)).dt.total_days().cast(pl.Int32)


def _end(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _end: the last day on which an event would have been seen."""
    if rule.censor == "last treatment":
        return _treated(plan).select("subject", _end="_last")
    visits = plan.table("observations").drop_nulls("day")
    if rule.censor == "last visit":
        visits = visits.drop_nulls("visit")
    last = visits.group_by("subject").agg(_seen=line_of(pl.col("day").cast(pl.Int32)).max())
    if rule.censor == "last visit":
        return last.rename({"_seen": "_end"})
    ended = plan.table("subjects").select("subject", _ended=_since(plan, "ended"))
    joined = ended.join(last, on="subject", how="full", coalesce=True)
    return joined.select("subject", _end=pl.coalesce("_ended", "_seen"))


def _first(plan: Plan, rule: EventRule, known: pl.DataFrame) -> pl.DataFrame:
    """subject, _event (its day), _id: the first event on or after the start."""
    table = plan.table(rule.table)
    for part in rule.where:
        if part.column not in table.columns:
            raise StudyError(
                Problem(
                    f"the table {rule.table!r} has no such column",
                    path=f"{plan.path}.event.where.{part.column}",
                    found=part.column,
                    expected=one_of(tuple(table.columns)),
                    hint=did_you_mean(part.column, table.columns),
                )
            )
        table = table.filter(satisfied(table, part).fill_null(value=False))
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
    identity = pl.col("id") if "id" in table.columns else pl.lit(None, dtype=pl.Int64)
    found = table.select(
        "subject", _event=line_of(pl.col(DAY[rule.table]).cast(pl.Int32)), _id=identity
    )
    after = found.join(known.select("subject", "_start"), on="subject").filter(
        pl.col("_event") >= pl.col("_start")
    )
    return (
        after.sort("subject", "_event", "_id")
        .unique("subject", keep="first", maintain_order=True)
        .select("subject", "_event", "_id")
    )
