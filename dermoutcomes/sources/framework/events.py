"""Adverse events: severities, study days, and whether an event began under treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed_days
from dermoutcomes.sources.cells.recoding import SEVERITIES
from dermoutcomes.sources.framework.treatments import with_day
from dermoutcomes.sources.visits.calendar import Calendar

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = ["read_events"]


def read_events(study: Study, events: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    """Events with id, start and end day, session ids, and whether they are treatment-emergent.

    An event is that where the file says so, or where it says nothing and the event began on or
    after the first treatment. Severities that are common words are in small letters.
    """
    events = with_day(
        with_day(events, "start_date", "start_day", calendar), "end_date", "end_day", calendar
    )
    first = calendar.origins.select("subject", pl.col("first treatment").alias("treated_after"))
    events = events.join(first, on="subject", how="left", maintain_order="left")
    emergent = elapsed_days(pl.col("start_day")) >= pl.col("treated_after")
    words = {name: name for name in SEVERITIES}
    severity = pl.coalesce(
        pl.col("severity")
        .str.to_lowercase()
        .replace_strict(words, default=None, return_dtype=pl.String),
        "severity",
    )
    sessions = {name.lower(): name for name in study.sessions}
    session = pl.coalesce(
        pl.col("session")
        .str.to_lowercase()
        .replace_strict(sessions, default=None, return_dtype=pl.String),
        "session",
    )
    identity = pl.col("source").cast(pl.Int64) * 2**40 + pl.col("row") * 2**14
    return events.with_columns(
        identity.alias("id"),
        severity.alias("severity"),
        session.alias("session"),
        pl.coalesce("treatment_emergent", emergent).alias("treatment_emergent"),
    ).drop("treated_after")
