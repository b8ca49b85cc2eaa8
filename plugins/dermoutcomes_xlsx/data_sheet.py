"""A table as a sheet: bold frozen header, column widths, a filter, each cell by its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import polars as pl

LONGEST_CELL = 32_767  # characters, the format's own limit
CUT = " [cut: the whole text is in the Parquet table]"
# Excel keeps 15 digits: a longer whole number (an id) would silently change, so it is written as
# text.
LARGEST_WHOLE = 10**15
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NARROWEST, WIDEST, LOOKED_AT = 8, 60, 200


class Formats(NamedTuple):
    """The cell formats of a workbook.

    `quoted` marks text that would be a formula if a user touched the cell.
    """

    header: Any
    link: Any
    wrapped: Any
    quoted: Any
    day: Any
    moment: Any

    @classmethod
    def of(cls, workbook: Any) -> Formats:
        """The formats, made in one workbook."""
        return cls(
            header=workbook.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            link=workbook.add_format({"font_color": "#1F4E79", "underline": 1, "valign": "top"}),
            wrapped=workbook.add_format({"text_wrap": True, "valign": "top"}),
            quoted=workbook.add_format({"quote_prefix": True}),
            day=workbook.add_format({"num_format": "yyyy-mm-dd"}),
            moment=workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        )


def write_sheet(sheet: Any, formats: Formats, frame: pl.DataFrame) -> None:
    """Write `frame`, header first; missing cells stay empty.

    On paper all columns lie side by side, and each page has the header.
    """
    print_whole_width(sheet)
    sheet.repeat_rows(0)
    for column, name in enumerate(frame.columns):
        sheet.set_column(column, column, _width(frame, name))
        sheet.write_string(0, column, name, formats.header)
    sheet.freeze_panes(1, 0)
    if frame.height:
        sheet.autofilter(0, 0, frame.height, frame.width - 1)
    writers = [_writer(sheet, formats, column) for column in frame.iter_columns()]
    for number, row in enumerate(frame.iter_rows(), start=1):
        for column, (write, value) in enumerate(zip(writers, row, strict=True)):
            if value is not None:
                write(number, column, value)


def print_whole_width(sheet: Any) -> None:
    """Have a sheet printed on A4 that lies on its side, as wide as the sheet is."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _writer(sheet: Any, formats: Formats, column: pl.Series) -> Callable[[int, int, Any], Any]:
    """How the cells of a column are written.

    Chosen once a column, since a workbook has hundreds of thousands of cells.
    """
    kind = column.dtype
    if kind.is_float() or (kind.is_integer() and _is_short(column)):
        return sheet.write_number  # type: ignore[no-any-return]
    if kind.is_temporal():
        cell_format = formats.day if kind == pl.Date else formats.moment
        return lambda row, column, value: sheet.write_datetime(row, column, value, cell_format)
    if kind.is_integer():
        return lambda row, column, value: _whole(sheet, row, column, value)
    if kind == pl.Boolean:
        return sheet.write_boolean  # type: ignore[no-any-return]
    if kind == pl.String and _is_plain(column):
        return sheet.write_string  # type: ignore[no-any-return]
    return lambda row, column, value: _text(sheet, formats, row, column, value)


def _is_short(column: pl.Series) -> bool:
    """Whether no whole number of the column is too long for a cell."""
    return all(
        -LARGEST_WHOLE < value < LARGEST_WHOLE
        for value in (column.min(), column.max())
        if isinstance(value, int)
    )


def _is_plain(column: pl.Series) -> bool:
    """Whether no text of the column is too long for a cell, or could be taken for a formula."""
    return not any(
        len(text) > LONGEST_CELL or text.startswith(FORMULA_SIGNS)
        for text in column.drop_nulls().unique()
    )


def _whole(sheet: Any, row: int, column: int, value: int) -> None:
    if -LARGEST_WHOLE < value < LARGEST_WHOLE:
        sheet.write_number(row, column, value)
    else:
        sheet.write_string(row, column, str(value))


def _text(sheet: Any, formats: Formats, row: int, column: int, value: Any) -> None:
    text = as_text(value)
    sheet.write_string(
        row, column, text, formats.quoted if text.startswith(FORMULA_SIGNS) else None
    )


def as_text(value: Any) -> str:
    """Text, a list (its items with ".

    " between) or a long whole number, no longer than a cell may be.
    """
    text = (
        value
        if isinstance(value, str)
        else "; ".join(str(item) for item in value if item is not None)
        if isinstance(value, list)
        else str(value)
    )
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


def _width(frame: pl.DataFrame, name: str) -> int:
    """Wide enough for the header and the first rows, within reason."""
    longest = max(
        (len(as_text(value)) for value in frame[name].head(LOOKED_AT) if value is not None),
        default=0,
    )
    return min(max(len(name) + 3, longest + 2, NARROWEST), WIDEST)
