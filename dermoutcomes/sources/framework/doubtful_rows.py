"""Rows of tables of the framework that may be wrong: twice in a file, or ended before they began."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.tables.findings import listed

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["ENDS_BEFORE_START", "tell_ends_before_starts", "tell_repeated_rows"]

# Study days leave out 0, and so compare as dates do.
ENDS_BEFORE_START = (pl.col("end_day") < pl.col("start_day")).fill_null(value=False) | (
    pl.col("end_date") < pl.col("start_date")
).fill_null(value=False)

# Tables in which each row is counted, and what one is.
COUNTED = {
    "events": "event",
    "exposures": "treatment",
    "medications": "medication",
    "deviations": "deviation",
}


def tell_repeated_rows(context: ReadingContext, typed: pl.DataFrame) -> None:
    """Rows of a subject that are the same as an earlier one in every column; one finding a file.

    Columns that the study does not use tell rows apart too: a number of the event, a side. Of
    events it is a warning, since claims and tables of safety count them.
    """
    thing = COUNTED.get(context.file.name)
    if thing is None or "subject" not in typed.columns:
        return
    rows = context.rows.texts.join(typed.select("row", "subject"), on="row", how="inner")
    cells = [name for name in rows.columns if name not in ("row", "subject")]
    rows = rows.filter(pl.col("subject").is_not_null()).sort("row")
    rows = rows.with_columns(first=pl.col("row").first().over("subject", *cells))
    again = rows.filter(pl.col("row") > pl.col("first"))
    if not again.height:
        return
    places = again.select("subject", "row", "first").iter_rows()
    context.add_note(
        "repeated_row",
        "warning" if context.file.name == "events" else "note",
        row=int(again["row"][0]),
        message=f"{count_words(again.height, 'row')} equal to an earlier one in every column, and "
        f"counted as {count_words(again.height, f'further {thing}')}: look whether it happened "
        "twice or was entered twice",
        found=listed([f"{subject} (row {row} as row {first})" for subject, row, first in places]),
        expected=f"a row for each {thing}, or a column that tells two of them apart",
    )


def tell_ends_before_starts(
    context: ReadingContext, rows: pl.DataFrame, *, thing: str, name: str, then: str
) -> None:
    """Rows that ended before they began; one finding a file.

    A row is a `thing`, which the column `name` names; `then` says what becomes of it.
    """
    wrong = rows.filter(ENDS_BEFORE_START).sort("row")
    if not wrong.height:
        return
    places = wrong.select("subject", name, "row").iter_rows()
    context.add_note(
        "end_before_start",
        "warning",
        row=int(wrong["row"][0]),
        message=f"{count_words(wrong.height, thing)} with an end before the start, {then}",
        found=listed([f"{subject}, {what} (row {row})" for subject, what, row in places]),
        expected="an end on or after the start",
    )
