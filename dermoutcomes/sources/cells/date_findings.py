"""Findings about dates and times: those that cannot be read, and those that have a zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.dates import ZONE, clock, expected_date
from dermoutcomes.sources.cells.distinct_texts import of_each_text
from dermoutcomes.tables.findings import together

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = [
    "tell_partial_dates",
    "tell_unreadable_dates",
    "tell_unreadable_times",
    "tell_zones",
]


def tell_unreadable_dates(context: ReadingContext, cells: pl.DataFrame, name: str = "") -> None:
    """A finding for all `cells` of a column together, whose `found` is no date of our column `name`."""
    words = f"{name} cannot be read as a date" if name else "the date cannot be read"
    for one, of_file in context.each_file(cells):
        one.add_finding(
            together(of_file),
            "not_a_date",
            "warning",
            message=_of_cells(words),
            found=pl.col("found"),
            expected=expected_date(context.spec.date_format),
        )


def tell_partial_dates(context: ReadingContext, cells: pl.DataFrame, name: str) -> None:
    """A note on all `cells` of a column together, whose `found` lacks a day or a month."""
    context.add_finding(
        together(cells),
        "partial_date",
        "note",
        message=_of_cells(f"{name} is not a whole date; it is left open"),
        found=pl.col("found"),
        expected="a whole date",
    )


def tell_unreadable_times(context: ReadingContext, rows: pl.DataFrame) -> None:
    """A finding for all of `rows` together whose text in `time` is no time of day: midnight counts."""
    time = pl.col("time")
    unreadable = of_each_text(rows, "time", time.is_not_null() & clock(time).is_null())
    cells = rows.filter(unreadable.to_series())
    for one, of_file in context.each_file(cells.rename({"time": "found"})):
        one.add_finding(
            together(of_file),
            "not_a_time",
            "warning",
            message=_of_cells("the time of day cannot be read; the day counts without it"),
            found=pl.col("found"),
            expected="a time as 14:30 or 2:30 PM",
        )


def _of_cells(words: str) -> pl.Expr:
    several = pl.format("{} cells: {}", "times", pl.lit(words))
    return pl.when(pl.col("times") > 1).then(several).otherwise(pl.lit(words))


def tell_zones(context: ReadingContext, rows: pl.DataFrame, name: str) -> None:
    """A note for a column whose times have a zone; `found` are its texts."""
    has_zone = of_each_text(rows, "found", pl.col("found").str.contains(ZONE)).to_series()
    zoned = rows.filter(has_zone).sort("row")
    for one, of_file in context.each_file(zoned) if zoned.height else ():
        one.add_note(
            "zoned_time",
            "note",
            row=of_file["row"][0],
            found=of_file["found"][0],
            message=f"{name} has a zone ({count_words(of_file.height, 'cell')}): the day and the "
            "hour count that are written, whatever the zone",
        )
