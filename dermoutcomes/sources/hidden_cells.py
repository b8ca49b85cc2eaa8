"""What a file hides, or says was taken back, of the cells that are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words

if TYPE_CHECKING:
    from dermoutcomes.sources.raw_table import Sheet
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["tell_hidden_cells", "tell_removed"]

# How many rows a message names.
MOST_ROWS = 3


def tell_hidden_cells(context: ReadingContext, sheet: Sheet, positions: Iterable[int]) -> None:
    """One finding for the hidden rows of a file, one for its hidden columns, one for a hidden sheet.

    `positions` are the columns that are read; what is hidden of the others has no meaning here.
    """
    hidden = context.traits_named("hidden")
    if hidden.filter(pl.col("row").is_null(), pl.col("column").is_null()).height:
        _tell_hidden_sheet(context, sheet)
    _tell_hidden_rows(context, hidden["row"].drop_nulls(), sorted({*positions}))
    _tell_hidden_columns(context, {*hidden["column"].drop_nulls()} & {*positions})
    if context.traits_named("unseen").height:
        context.add_note(
            "cells_not_seen",
            "note",
            message="in a workbook of this kind hidden rows, struck-through cells, percent formats "
            "and error cells are not seen",
            expected="the workbook saved as .xlsx, if it has any of them",
        )


def tell_removed(context: ReadingContext) -> None:
    """One finding for the rows and values that the file itself says were taken back."""
    removed = context.traits_named("removed").sort("row", "column", nulls_last=True)
    if not removed.height:
        return
    rows = removed.filter(pl.col("column").is_null()).height
    kinds = {"row": rows, "value": removed.height - rows}
    counts = [count_words(n, kind) for kind, n in kinds.items() if n]
    places = removed["row"].unique(maintain_order=True)
    context.add_note(
        "removed_record",
        "note",
        row=places[0],
        found=f"removed: row {_listed(places)}",
        message=f"{' and '.join(counts)} that the file itself says "
        f"{'were' if removed.height > 1 else 'was'} removed "
        f"{'do' if removed.height > 1 else 'does'} not count",
        expected="a reason in the audit trail of the study",
    )


def _tell_hidden_rows(context: ReadingContext, hidden: pl.Series, positions: list[int]) -> None:
    """Of rows that are read and hold something; none where the study says what they are."""
    if context.spec.hidden_rows is not None:
        return
    cell = pl.col(*map(str, positions))
    filled = pl.any_horizontal(cell.is_not_null() & (cell != ""))
    rows = context.rows.texts.filter(filled, pl.col("row").is_in(hidden.implode()))["row"].sort()
    if not rows.len():
        return
    several = rows.len() > 1
    context.add_note(
        "hidden_rows",
        "warning",
        row=rows[0],
        found=f"hidden: row{'s' if several else ''} {_listed(rows)}",
        message=f"{rows.len()} hidden {'rows' if several else 'row'} of the sheet "
        f"{'count' if several else 'counts'}: was a filter left on, or were they put away?",
        expected='hidden_rows = "read" in the source, or hidden_rows = "leave_out"',
    )


def _listed(rows: pl.Series) -> str:
    """The first rows by their numbers, and how many more there are."""
    more = f" and {rows.len() - MOST_ROWS} more" if rows.len() > MOST_ROWS else ""
    return ", ".join(map(str, rows.head(MOST_ROWS))) + more


def _tell_hidden_columns(context: ReadingContext, hidden: set[int]) -> None:
    names = [column.name for column in context.header.columns if column.position in hidden]
    if names:
        context.add_note(
            "hidden_columns",
            "note",
            row=context.header.line,
            column=min(hidden),
            found=", ".join(names),
            message="a column that is read is hidden in the workbook"
            if len(names) == 1
            else f"{len(names)} columns that are read are hidden in the workbook",
            expected="columns that the site sees",
        )


def _tell_hidden_sheet(context: ReadingContext, sheet: Sheet) -> None:
    if context.spec.sheet_name is not None:
        key = 'hidden_rows = "read" in the source, or hidden_rows = "leave_out"'
        is_settled = context.spec.hidden_rows is not None
    else:
        key = f'sheet = "{sheet.table.name}" in the source, if it is meant'
        is_settled = context.spec.sheet is not None
    if not is_settled:
        context.add_note(
            "hidden_sheet",
            "warning",
            found=sheet.table.name,
            message=f"the sheet {sheet.table.name!r} is read, and the workbook hides it",
            expected=key,
        )
