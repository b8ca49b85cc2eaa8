"""Times to an event that a file states: a duration, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.event_times.event_rows import event_rows
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.framework.durations import EVENT
from dermoutcomes.sources.framework.populations import subjects_with_status

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.study import EventRule

__all__ = ["stated_times"]

NAMED = 5


def stated_times(plan: Plan, rule: EventRule) -> pl.DataFrame:
    """subject, value, event, day (null: nothing says it), reason, its detail and id, a row a subject.

    A competing event ends the time without the event. Who has no row, or none with both a duration
    and a status, has no end of observation. StudyError where a subject has several rows.
    """
    rows = event_rows(plan, rule)
    _refuse_several(plan, rows)
    subjects = subjects_with_status(plan.tables).select("subject").sort("subject")
    joined = subjects.join(rows, on="subject", how="left", maintain_order="left")
    duration, status = pl.col("duration"), pl.col("status")
    known = duration.is_not_null() & status.is_not_null()
    detail = (
        pl.when(pl.col("id").is_null())
        .then(pl.lit("no row"))
        .when(status.is_not_null())
        .then(pl.lit("no duration"))
        .when(duration.is_not_null())
        .then(pl.lit("no status"))
        .otherwise(pl.lit("no duration and no status"))
    )
    return joined.select(
        "subject",
        "id",
        value=pl.when(known).then(duration),
        event=pl.when(known).then(status == EVENT),
        day=pl.lit(None, dtype=pl.Int32),
        reason=pl.when(~known).then(pl.lit("no_end")),
        reason_detail=pl.when(~known).then(detail),
    )


def _refuse_several(plan: Plan, rows: pl.DataFrame) -> None:
    several = rows.filter(rows["subject"].is_duplicated()).sort("subject", "row")
    if not several.height:
        return
    named = several.group_by("subject", maintain_order=True).agg(
        pl.col("row").cast(pl.String).str.join(" and ")
    )
    shown = ", ".join(f"{subject} (rows {lines})" for subject, lines in named.head(NAMED).rows())
    more = f" and {named.height - NAMED} more" if named.height > NAMED else ""
    terms = rows["term"].drop_nulls().unique().sort().to_list()
    raise StudyError(
        Problem(
            f"{count_words(named.height, 'subject has', 'subjects have')} several durations, and a time to an event is one",
            path=f"{plan.path}.event.where",
            found=f"{shown}{more}",
            expected="one row a subject"
            + (f", as where = {{ term = {terms[0]!r} }}" if len(terms) > 1 else ""),
        )
    )
