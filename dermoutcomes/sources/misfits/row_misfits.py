"""What does not fit between a header and its rows.

Rows of another width, and columns with nearly a known name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import nearest

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable
    from dermoutcomes.sources.reading_context import MeasurementContext
    from dermoutcomes.sources.value_layout import Layout

__all__ = ["tell_ragged_rows", "tell_unread_columns"]

# A name that differs by a letter or two; a looser likeness would take every date for a rate.
ALIKE = 0.8


def tell_ragged_rows(context: MeasurementContext, table: RawTable) -> None:
    """A finding for each row of a text file that is shorter or longer than its header.

    In a text an absent cell is null and an empty one is not; other formats have no rows of their
    own width.
    """
    header, stored = context.header, context.rows.stored
    positions = [column.position for column in header.columns if column.name]
    if table.header is not None or table.numbers is not None or not positions or header.shifted:
        return
    last, names = max(positions), stored.columns
    if last == stored.width and not any(column.null_count() for column in stored):
        return
    filled = [pl.when(pl.col(name).str.strip_chars() != "").then(int(name)) for name in names]
    rows = stored.select(
        context.rows.texts["row"],
        width=pl.sum_horizontal(pl.col(name).is_not_null() for name in names),
        last_filled=pl.max_horizontal(filled),
    )
    message = pl.format("the row has {} cells and the header {}", "width", pl.lit(last))
    context.add_finding(
        rows.filter(pl.col("width") < last),
        "ragged_row",
        "warning",
        message=message + ": cells are missing, or the row goes on in the next line",
    )
    longer = rows.filter(pl.col("last_filled") > last)
    asked = "does a cell hold the separator, as a decimal comma"
    if longer.height == rows.height and longer["last_filled"].n_unique() == 1 < longer.height:
        context.add_note(
            "ragged_row",
            "error",
            row=context.header.line,
            message=f"each of the {longer.height} rows has {longer['last_filled'][0]} cells and the "
            f"header {last}: {asked}, or has a column no name?",
            expected="a name in the header for each column",
        )
        return
    context.add_finding(longer, "ragged_row", "error", message=message + f": {asked}?")


def tell_unread_columns(context: MeasurementContext, layout: Layout) -> None:
    """A warning for each column with nearly the name of a value that no column holds."""
    if layout.long:
        return
    read = {position for column in layout.role_columns for position in column.positions} | {
        value.column.position for value in layout.values
    }
    read |= {layout.version.position} if layout.version else set()
    codes_read = {value.code for value in layout.values}
    words = {
        word: code
        for code, parameter in context.parameters.items()
        for word in (code, parameter.label)
        if parameter.expr is None and code not in codes_read
    }
    for column in context.header.columns:
        if column.bare and column.position not in read:
            word = nearest(column.bare, words, ALIKE)
            if word is not None:
                code = words[word]
                context.add_header_note(
                    "unread_column",
                    "warning",
                    column=column.position,
                    found=column.name,
                    message=f"the column {column.name!r} is not read; "
                    f"is it {context.owner.name}.{code}?",
                    expected=f'columns.{code} = "{column.name}" in the source, if it is',
                )
