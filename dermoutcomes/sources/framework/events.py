"""Adverse events: severities, actions, deaths, study days, and which began under treatment."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed_days
from dermoutcomes.sources.cells.recoding import SEVERITIES
from dermoutcomes.sources.framework.deaths import fatal_events
from dermoutcomes.sources.framework.doubtful_rows import tell_ends_before_starts
from dermoutcomes.sources.framework.treatments import with_day
from dermoutcomes.sources.visits.calendar import Calendar

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext
    from dermoutcomes.study import Study

__all__ = ["read_events"]

# The words of CDISC's codelist of actions (ACN) and plain ones.
ACTIONS = MappingProxyType(
    {
        "withdrawn": "withdrawn",
        "drug withdrawn": "withdrawn",
        "treatment withdrawn": "withdrawn",
        "discontinued": "withdrawn",
        "interrupted": "interrupted",
        "drug interrupted": "interrupted",
        "treatment interrupted": "interrupted",
        "reduced": "reduced",
        "dose reduced": "reduced",
        "increased": "increased",
        "dose increased": "increased",
        "none": "none",
        "no action": "none",
        "dose not changed": "none",
        "not applicable": "none",
    }
)


def read_events(
    study: Study,
    events: pl.DataFrame,
    contexts: Mapping[int, ReadingContext],
    calendar: Calendar,
) -> pl.DataFrame:
    """Events with id, study days, sessions by their ids, and what follows from other columns.

    That is whether an event is fatal and whether it is treatment-emergent. Severities and actions
    that are common words are in ours.
    """
    events = with_day(
        with_day(events, "start_date", "start_day", calendar), "end_date", "end_day", calendar
    )
    for number, context in contexts.items():
        tell_ends_before_starts(
            context,
            events.filter(pl.col("source") == number),
            thing="event",
            name="term",
            then="whose start says whether it began under treatment",
        )
    severities = {name: name for name in SEVERITIES}
    sessions = {name.lower(): name for name in study.sessions}
    identity = pl.col("source").cast(pl.Int64) * 2**40 + pl.col("row") * 2**14
    events = events.with_columns(
        identity.alias("id"),
        _in_our_words("severity", severities),
        _in_our_words("action", ACTIONS),
        _in_our_words("session", sessions),
    )
    return fatal_events(_with_emergence(events, calendar))


def _in_our_words(name: str, words: Mapping[str, str]) -> pl.Expr:
    """The column in our words, whatever their case; any other word stays."""
    ours = (
        pl.col(name)
        .str.to_lowercase()
        .replace_strict(dict(words), default=None, return_dtype=pl.String)
    )
    return pl.coalesce(ours, name).alias(name)


def _with_emergence(events: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Events with whether they are treatment-emergent; null where nothing tells.

    As the file says; else by whether the event began on or after the first treatment. Where its
    first day is unknown, an event that ended before the treatment, or whose year or month lies
    before it, is not.
    """
    first = calendar.origins.select("subject", treated_after="first treatment")
    events = events.with_columns(start_latest_day=pl.lit(None, dtype=pl.Int32))
    events = with_day(events, "start_latest", "start_latest_day", calendar)
    events = events.join(first, on="subject", how="left", maintain_order="left")
    start, latest, end = (
        elapsed_days(pl.col(name)) for name in ("start_day", "start_latest_day", "end_day")
    )
    treated = pl.col("treated_after")
    is_before = (latest < treated).fill_null(value=False) | (end < treated).fill_null(value=False)
    emergent = pl.coalesce(
        "treatment_emergent", start >= treated, pl.when(is_before).then(statement=False)
    )
    return events.with_columns(treatment_emergent=emergent).drop(
        "treated_after", "start_latest_day", "start_latest"
    )
