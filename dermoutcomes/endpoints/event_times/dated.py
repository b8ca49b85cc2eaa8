"""Times to a first event from the dates of events, of the start and of the end of observation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.event_times.ends import end_days, start_days
from dermoutcomes.endpoints.event_times.event_rows import event_rows
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.dates import elapsed_days
from dermoutcomes.sources.framework.populations import subjects_with_status

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import EventRule

__all__ = ["dated_times", "observed_spans"]

DAY = {"events": "start_day", "milestones": "day", "observations": "day"}


def dated_times(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, value, event, day, reason, reason_detail and id of the event, a row a subject.

    Events before the start do not count, events after the end of observation are not seen. Without
    a start or an end there is no value.
    """
    start, end, event = pl.col("_start"), pl.col("_end"), pl.col("_event")
    happened = event.is_not_null() & (end.is_null() | (event <= end))
    until = pl.when(happened).then(event).otherwise(end)
    value = pl.when(until >= start).then(until - start).cast(pl.Float64)
    reason = (
        pl.when(start.is_null())
        .then(pl.lit("no_start"))
        .when(until.is_null())
        .then(pl.lit("no_end"))
        .when(until < start)
        .then(pl.lit("ended_before_start"))
    )
    return observed_spans(plan, rule).select(
        "subject",
        "id",
        value=value,
        event=pl.when(value.is_not_null()).then(happened),
        day=pl.when(until >= 0).then(until + 1).otherwise(until),
        reason=reason,
        reason_detail=pl.lit(None, dtype=pl.String),
    )


def observed_spans(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _start, _end, _event (the first on or after the start) and its id; days elapsed.

    The event may lie after the end.
    """
    subjects = subjects_with_status(plan.tables).select("subject").sort("subject")
    for days in (start_days(plan, rule), end_days(plan, rule)):
        subjects = subjects.join(days, on="subject", how="left", maintain_order="left")
    events = dated_events(plan, rule).join(subjects.select("subject", "_start"), on="subject")
    first = (
        events.filter(pl.col("_event") >= pl.col("_start"))
        .sort("subject", "_event", "id")
        .unique("subject", keep="first", maintain_order=True)
        .drop("_start")
    )
    return subjects.join(first, on="subject", how="left", maintain_order="left")


def dated_events(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, _event (its day, elapsed) and id of every row that counts as an event."""
    events = event_rows(plan, rule)
    undated = events.filter(pl.col(DAY[rule.table]).is_null())
    if undated.height:
        names = ", ".join(undated["subject"].fill_null("?").unique().sort().head(10))
        raise StudyError(
            Problem(
                f"{count_words(undated.height, 'row')} of {rule.table} without a day, though counted as "
                "events",
                path=f"{plan.path}.event",
                found=names,
                expected="a date or a day in the source",
            )
        )
    identity = pl.col("id") if "id" in events.columns else pl.lit(None, dtype=pl.Int64)
    day = elapsed_days(pl.col(DAY[rule.table]).cast(pl.Int32))
    return events.select("subject", _event=day, id=identity)
