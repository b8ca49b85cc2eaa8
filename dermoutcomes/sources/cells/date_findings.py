"""Findings about dates and times: those that cannot be read, and those that have a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import ZONE, clock, expected_date

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["tell_unreadable_dates", "tell_unreadable_times", "tell_zones"]


def tell_unreadable_dates(context: ReadingContext, rows: pl.DataFrame, name: str = "") -> None:
    """A finding for each of `rows`, whose text in `found` is no date of our column `name`."""
    context.add_finding(
        rows,
        "not_a_date",
        "warning",
        message=f"{name} cannot be read as a date" if name else "the date cannot be read",
        found=pl.col("found"),
        expected=expected_date(context.spec.date_format),
    )


def tell_unreadable_times(context: ReadingContext, rows: pl.DataFrame) -> None:
    """A finding for each of `rows` whose text in `time` is no time of day: midnight counts."""
    time = pl.col("time")
    context.add_finding(
        rows.filter(time.is_not_null(), clock(time).is_null()),
        "not_a_time",
        "warning",
        message="the time of day cannot be read; the day counts without it",
        found=time,
        expected="a time as 14:30 or 2:30 PM",
    )


def tell_zones(context: ReadingContext, rows: pl.DataFrame, name: str) -> None:
    """A note for a column whose times have a zone; `found` are its texts."""
    zoned = rows.filter(pl.col("found").str.contains(ZONE)).sort("row")
    if zoned.height:
        context.add_note(
            "zoned_time",
            "note",
            row=zoned["row"][0],
            found=zoned["found"][0],
            message=f"{name} has a zone ({zoned.height} cells): the day and the hour count that are "
            "written, whatever the zone",
        )
