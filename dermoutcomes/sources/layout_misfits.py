"""What does not fit between a header and its rows: rows of another width, and columns whose name is nearly that of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.errors import nearest
from dermoutcomes.sources.findings import no_findings, note, remarks

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, RawTable, Scale
    from dermoutcomes.sources.data_rows import Sheet
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.value_layout import Layout

__all__ = ["near_misses", "ragged_rows"]

# A name that differs by a letter or two; a looser likeness would take every date for a rate.
ALIKE = 0.8


def ragged_rows(file: SourceFile, table: RawTable, sheet: Sheet) -> pl.DataFrame:
    """A finding for each row of a text file that has fewer cells than the header has names, or filled cells beyond the last name.

    In a text an absent cell is null and an empty one is not; other formats have no rows of their own width.
    """
    import polars as pl

    names = [column.position for column in sheet.header.columns if column.name]
    if table.header is not None or table.numbers is not None or not names or sheet.header.shifted:
        return no_findings()
    columns, last = [str(position) for position in range(1, sheet.stored.width + 1)], max(names)
    filled = [pl.when(pl.col(name).str.strip_chars() != "").then(int(name)) for name in columns]
    rows = sheet.stored.select(
        sheet.texts["row"],
        found=pl.sum_horizontal(pl.col(name).is_not_null() for name in columns),
        furthest=pl.max_horizontal(filled),
    )
    told = pl.format("the row has {} cells and the header {}", "found", pl.lit(last))
    few = remarks(
        rows.filter(pl.col("found") < last),
        "ragged_row",
        "warning",
        file,
        message=told + ": cells are missing, or the row goes on in the next line",
        found=None,
    )
    many = remarks(
        rows.filter(pl.col("furthest") > last),
        "ragged_row",
        "error",
        file,
        message=told + ": does a cell hold the separator, as a decimal comma?",
        found=None,
    )
    return pl.concat([few, many])


def near_misses(
    file: SourceFile, owner: Instrument | Scale, sheet: Sheet, layout: Layout
) -> list[pl.DataFrame]:
    """A warning for each column that is not read although its name is nearly that of a value which no column holds."""
    if layout.long:
        return []
    read = {column.position for column in layout.roles.values()} | {
        value.column.position for value in layout.values
    }
    codes = {
        word: parameter.code
        for parameter in owner.parameters
        for word in (parameter.code, parameter.label)
        if parameter.expr is None and parameter.code not in {value.code for value in layout.values}
    }
    line = sheet.header.rows[-1] if sheet.header.rows else None
    near = {
        column: nearest(column.bare, codes, ALIKE)
        for column in sheet.header.columns
        if column.bare and column.position not in read
    }
    return [
        note(
            "unread_column",
            "warning",
            file,
            row=line,
            column=column.position,
            found=column.name,
            message=f"the column {column.name!r} is not read; is it {owner.name}.{codes[word]}?",
            expected=f'columns.{codes[word]} = "{column.name}" in the source, if it is',
        )
        for column, word in near.items()
        if word
    ]
