"""A sheet of a table, whose rows are made column by column.

xlsxwriter takes cells one by one and writes them one by one. That is right for sheets to read; of a
workbook's sheets of data, with some hundred thousand cells, it was most of the time. So the text of
these rows is made of whole columns, and put where xlsxwriter would write its own rows: the sheet
around them, its formats and the table of shared texts stay that package's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
from xlsxwriter.worksheet import Worksheet

from dermoutcomes_xlsx.data_sheet import FORMULA_SIGNS, LARGEST_WHOLE, Formats, as_text

__all__ = ["ColumnsSheet"]

# Rows whose text is in memory at a time.
ROWS_AT_ONCE = 50_000
# Day 0 of a workbook, which takes 1900 for a leap year.
DAY_ZERO = date(1899, 12, 30)
MICROSECONDS_A_DAY = 86_400_000_000


class ColumnsSheet(Worksheet):  # type: ignore[misc]  # its package has no types
    """A sheet with a header that is written cell by cell and, below it, a table."""

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[tuple[int, pl.DataFrame]] = []
        self.height = 0
        self.day_style = self.moment_style = self.quoted_style = ""

    def write_columns(self, frame: pl.DataFrame, formats: Formats) -> None:
        """Put the rows of a table below the first row; missing cells stay empty.

        Only texts are given their numbers here, since xlsxwriter closes the table of shared texts
        before it writes sheets; the text of rows is made as they are written, not kept.
        """
        self._check_dimensions(frame.height, frame.width - 1)
        self.day_style = _style(formats.day)
        self.moment_style = _style(formats.moment)
        self.quoted_style = _style(formats.quoted)
        self.columns = [
            # Of an empty column nothing is written.
            (position, self._cells(column))
            for position, column in enumerate(frame.iter_columns())
            if column.null_count() < column.len()
        ]
        self.height = frame.height

    def _cells(self, column: pl.Series) -> pl.DataFrame:
        """A column as `number`, where a cell has one, and as `text`, its place in the shared texts.

        `quoted` marks text that would be a formula if a user touched the cell.
        """
        kind, value = column.dtype, pl.col("number")
        cells = column.alias("number").to_frame()
        if kind.is_temporal() or kind == pl.Boolean:
            return cells
        if kind.is_float():
            is_number = value.is_finite()
        elif kind.is_integer():
            is_number = (value > -LARGEST_WHOLE) & (value < LARGEST_WHOLE)
        else:
            return self._shared_texts(column)
        # A workbook has no number for what is too long, infinite or not a number.
        texts = cells.select(pl.when(~is_number).then(value.cast(pl.String))).to_series()
        if texts.null_count() == texts.len():
            return cells
        shared = self._shared_texts(texts).select("text", quoted=pl.lit(value=False))
        return cells.select(pl.when(is_number).then(value)).hstack(shared)

    def _shared_texts(self, column: pl.Series) -> pl.DataFrame:
        """Texts by their numbers among those that sheets share, each of them once."""
        if column.dtype != pl.String:
            texts = [None if value is None else as_text(value) for value in column.to_list()]
            column = pl.Series(column.name, texts, dtype=pl.String)
        words = column.drop_nulls().unique(maintain_order=True).to_list()
        numbers = [self.str_table._get_shared_string_index(as_text(word)) for word in words]  # noqa: SLF001
        self.str_table.count += column.len() - column.null_count() - len(words)
        quoted = {
            number
            for number, word in zip(numbers, words, strict=True)
            if word.startswith(FORMULA_SIGNS)
        }
        text = column.replace_strict(words, numbers, default=None, return_dtype=pl.UInt32)
        is_quoted = text.is_in(quoted) if quoted else pl.repeat(False, text.len(), eager=True)
        return pl.DataFrame({"text": text, "quoted": is_quoted})

    def _write_rows(self) -> None:
        """The header as xlsxwriter writes it, and the rows below."""
        self.dim_rowmax = 0
        super()._write_rows()
        self.dim_rowmax = self.height
        for start in range(0, self.height, ROWS_AT_ONCE):
            rows = min(self.height - start, ROWS_AT_ONCE)
            tails = {
                position: self._tails(cells.slice(start, rows)) for position, cells in self.columns
            }
            self.fh.write(_rows(tails, start, rows))

    def _tails(self, cells: pl.DataFrame) -> pl.Series:
        """The text of each cell behind its address; null where there is none."""
        tails = []
        if "number" in cells.columns:
            tails.append(self._number_tails(cells["number"]))
        if "text" in cells.columns:
            style = pl.lit("")
            if cells["quoted"].any():
                style = pl.when("quoted").then(pl.lit(self.quoted_style)).otherwise(style)
            text = pl.format('"{} t="s"><v>{}</v></c>', style, pl.col("text").cast(pl.String))
            tails.append(cells.select(text).to_series())
        return tails[0] if len(tails) == 1 else pl.select(pl.coalesce(tails)).to_series()

    def _number_tails(self, numbers: pl.Series) -> pl.Series:
        kind, value = numbers.dtype, pl.col(numbers.name)
        if kind.is_float():
            numbers, tails = _sixteen_digits(numbers), _number(value)
        elif kind == pl.Date:
            tails = _number((value - DAY_ZERO).dt.total_days().cast(pl.String), self.day_style)
        elif kind == pl.Datetime:
            since = (value - datetime(1899, 12, 30)).dt.total_microseconds()  # noqa: DTZ001 - a day without a zone
            days = numbers.to_frame().select(since / MICROSECONDS_A_DAY).to_series()
            numbers, tails = _sixteen_digits(days), _number(value, self.moment_style)
        elif kind == pl.Boolean:
            tails = pl.format('" t="b"><v>{}</v></c>', value.cast(pl.Int8))
        else:
            tails = _number(value.cast(pl.String))
        return numbers.to_frame().select(tails).to_series()


def _sixteen_digits(numbers: pl.Series) -> pl.Series:
    """Numbers as a sheet has them: a workbook keeps no more digits, and 0.1 + 0.2 is 0.3 there."""
    texts = [None if number is None else f"{number:.16G}" for number in numbers.to_list()]
    return pl.Series(numbers.name, texts, dtype=pl.String)


def _style(cell_format: Any) -> str:
    return f' s="{cell_format._get_xf_index()}"'  # noqa: SLF001 - as xlsxwriter's sheets ask it


def _number(text: pl.Expr, style: str = "") -> pl.Expr:
    return pl.format(f'"{style}><v>{{}}</v></c>', text)


def _rows(tails: Mapping[int, pl.Series], start: int, rows: int) -> str:
    """Rows of a sheet as XML, from the second row on; `tails` by the position of their column."""
    from xlsxwriter.utility import xl_col_to_name

    frame = pl.DataFrame(
        {"": range(start + 2, start + 2 + rows)}
        | {str(position): column for position, column in tails.items()}
    )
    row = pl.col("").cast(pl.String)
    cells = [
        pl.format(f'<c r="{xl_col_to_name(position)}{{}}{{}}', row, str(position)).fill_null("")
        for position in tails
    ]
    lines = frame.select(pl.concat_str(pl.format('<row r="{}">', row), *cells, pl.lit("</row>")))
    return str(lines.to_series().str.join("").item())
