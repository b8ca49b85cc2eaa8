"""A table as a sheet: bold frozen header, column widths, a filter, each cell by its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes_xlsx.columns_sheet import ColumnsSheet

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


def write_sheet(sheet: ColumnsSheet, formats: Formats, frame: pl.DataFrame) -> None:
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
        sheet.write_columns(frame, formats)


def print_whole_width(sheet: Any) -> None:
    """Have a sheet printed on A4 that lies on its side, as wide as the sheet is."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


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
