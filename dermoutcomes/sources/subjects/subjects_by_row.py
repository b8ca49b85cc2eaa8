"""Files without a column of subjects, in which the place of a row says whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["subject_of_row", "tell_subjects_by_row"]


def subject_of_row(context: ReadingContext) -> pl.Expr:
    """The number of each row, as text: 1 for the first row of data.

    Blank rows and those that `where` leaves out have their numbers too, so that one more of them in
    a file moves nobody.
    """
    return (pl.col("row") - context.header.data_from + 1).cast(pl.String)


def tell_subjects_by_row(context: ReadingContext) -> None:
    """A finding for a file whose rows are subjects by their order: nothing else can show a slip.

    It is a warning where the rows are readings or events: what one file has of a subject is put to
    what others have by the order of rows alone.
    """
    is_list = context.file.name == "subjects"
    rows = context.rows.texts["row"].to_list()
    last = max(rows) - context.header.data_from + 1
    context.add_note(
        "subjects_by_row",
        "note" if is_list else "warning",
        row=context.header.data_from,
        found=f"{len(rows)} rows",
        message=f"{len(rows)} rows are subjects by their order, to number {last}"
        + ("" if is_list else "; nothing shows a row that was sorted or left out"),
        expected="a column of ids, if the export can have one",
    )
