"""Adverse events: severities in common words, study days, and whether an event began under treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.sources.cells.dates import from_elapsed
from dermoutcomes.sources.cells.recoding import SEVERITIES
from dermoutcomes.sources.framework.treatments import with_day
from dermoutcomes.sources.visits.calendar import Calendar

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.study import Study

__all__ = ["read_events"]


def read_events(study: Study, events: pl.DataFrame, dates: Calendar) -> pl.DataFrame:
    """Events with id, start and end day, severity in small letters where it is a common word, sessions by their ids, treatment_emergent.

    An event is treatment-emergent where the file says so, or where it says nothing and the event began on or after the first treatment.
    """
    import polars as pl

    events = with_day(
        with_day(events, "start_date", "start_day", dates), "end_date", "end_day", dates
    )
    first = dates.origins.select("subject", pl.col("first treatment").alias("treated_after"))
    events = events.join(first, on="subject", how="left", maintain_order="left")
    emergent = from_elapsed(pl.col("start_day")) >= pl.col("treated_after")
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
