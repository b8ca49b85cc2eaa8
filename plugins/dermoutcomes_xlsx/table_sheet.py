"""Tables as sheets: title, frozen head, cells as they are shown, notes and feet.

A cell is a number only where its text is that number to the last digit, and shows the same text.
Everything else is text, so that no cell is ever a formula, a date or an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from attrs import evolve

from dermoutcomes.report import block_label, printable
from dermoutcomes_xlsx.data_sheet import print_whole_width

if TYPE_CHECKING:
    from dermoutcomes.report import Column, Page, Rich, Row, Table

__all__ = ["CREATED", "CellFormats", "TableSheet", "sheet_name", "write_table"]

# When a file was made does not belong in it: equal tables give equal bytes.
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no zone
LONGEST_CELL = 32_767  # characters, the format's own limit
CUT = " [cut: a cell holds no more]"
LONGEST_MARGIN = 255  # characters of a page's header or footer, with its codes
SHEET_NAME = 31
# Widths in characters; a table narrower than its title would break the title into many lines.
NARROWEST, WIDEST, TITLE_WIDTH, LINE_HEIGHT = 8, 44, 60, 15
NUMBER = re.compile(r"([-\u2212]?)(0|[1-9]\d*)?(?:\.(\d+))?")
DIGITS_KEPT = 15
NUMBER_COLUMNS = ("r", "v", "c")
# Rows whose name stands in, below the row that they are part of.
STEPPED_IN = ("inset",)
SIDES = {"l": "left", "r": "right", "c": "center", "v": "right"}


class Shown(NamedTuple):
    """A number, and the format under which a spreadsheet shows it as the table does."""

    value: float
    number_format: str


def write_table(table: Table, path: Path, page: Page) -> None:
    """Write `table` at `path` as a workbook with one sheet."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        title = printable(table.caption)
        book.set_properties({"title": title[:255], "subject": page.study, "created": CREATED})
        name = block_label(table) or "Table"
        sheet = book.add_worksheet(sheet_name(name))
        TableSheet(sheet, (table,), CellFormats(book)).write(page)


class CellFormats:
    """The formats of a workbook's cells, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **look: Any) -> Any:
        """The format that looks so."""
        key = tuple(sorted(look.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_name": "Arial", **look})
        return self.made[key]


class TableSheet:
    """Writes tables below one another, each from its title down to its feet."""

    def __init__(self, sheet: Any, tables: tuple[Table, ...], formats: CellFormats) -> None:
        self.sheet, self.tables, self.format = sheet, tables, formats
        self.row = 0
        self.table, self.last = tables[0], 0
        by_table = [_widths(table) for table in tables]
        self.widths = [
            max(widths[column] for widths in by_table if column < len(widths))
            for column in range(max(map(len, by_table)))
        ]

    def write(self, page: Page, title: str = "") -> None:
        """All tables; under a `title` where the sheet has several or its own name for one."""
        for column, width in enumerate(self.widths):
            self.sheet.set_column(column, column, width)
        if title:
            self._text(0, title, bold=True, font_size=14)
            self.row += 2
        for table in self.tables:
            self.table, self.last = table, len(table.columns) - 1
            first_head, first_body = self._table(page)
            self.row += 1
        # Text that looks like a number (an id) is meant as text.
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.row + 1}"})
        if len(self.tables) == 1:
            self.sheet.freeze_panes(first_body, 1 if self.last else 0)
            self.sheet.repeat_rows(first_head, first_body - 1)
        else:
            self.sheet.freeze_panes(1, 1)
        self._paper(page)

    def _table(self, page: Page) -> tuple[int, int]:
        """One table; the rows in which its heads and its body begin."""
        label = block_label(self.table)
        number = f"{label}. " if label else ""
        self._line(f"{number}{self.table.caption}", bold=True)
        if self.table.foot.population:
            self._line(self.table.foot.population)
        first_head = self.row
        self._heads()
        first_body = self.row
        for row in self.table.rows:
            self._body_row(row)
        self._feet(page)
        return first_head, first_body

    def _heads(self) -> None:
        start = 0
        for over, wide in self.table.spans:
            self._across(start, start + wide - 1, over, bold=True, top=1, bottom=1 if over else 0)
            start += wide
        if self.table.spans:
            self.row += 1
        top = 0 if self.table.spans else 1
        for number, column in enumerate(self.table.columns):
            look = {"bold": True, "top": top, "bottom": 1, "text_wrap": True}
            self._text(number, column.heading, **look, **_side(number, column))
        lines = [
            _lines(column.heading, width)
            for column, width in zip(self.table.columns, self.widths, strict=False)
        ]
        self.sheet.set_row(self.row, LINE_HEIGHT * max(lines, default=1))
        self.row += 1

    def _body_row(self, row: Row) -> None:
        if len(row.cells) == 1 and self.last:
            self._line(_text_of(row.cells[0]), bold=row.look == "group")
            return
        height = 1
        for number, (column, cell) in enumerate(zip(self.table.columns, row.cells, strict=True)):
            text = _text_of(cell)
            look = {**_side(number, column), "valign": "top", "text_wrap": True}
            if number == 0 and row.look in STEPPED_IN:
                look["indent"] = 1
            shown = number_shown(text) if column.align in NUMBER_COLUMNS else None
            if shown is not None:
                look |= {"num_format": shown.number_format, "text_wrap": False}
                self.sheet.write_number(self.row, number, shown.value, self.format(**look))
            else:
                self._text(number, text, **look)
                height = max(height, _lines(text, self.widths[number]))
        if height > 1:
            self.sheet.set_row(self.row, LINE_HEIGHT * height)
        self.row += 1

    def _feet(self, page: Page) -> None:
        for mark, text in self.table.notes:
            self._line(f"{mark} {text}", font_size=9)
        # The population stands under the title.
        lines = evolve(self.table.foot, population="").lines
        for line in (*lines, page.source):
            self._line(line, font_size=9)

    def _line(self, text: str, **look: Any) -> None:
        """A row of text across the table, as high as its lines are many."""
        self._across(0, self.last, text, text_wrap=True, valign="top", **look)
        # Letters of running text are narrower than the digits by which a column is measured.
        self.sheet.set_row(
            self.row, LINE_HEIGHT * _lines(text, round(1.2 * sum(self.widths[: self.last + 1])))
        )
        self.row += 1

    def _across(self, first: int, last: int, text: str, **look: Any) -> None:
        if last > first:
            # What is merged takes its text as a guess of its kind; an empty one is none.
            self.sheet.merge_range(self.row, first, self.row, last, "", self.format(**look))
        self._text(first, text, **look)

    def _text(self, column: int, text: str, **look: Any) -> None:
        text = printable(text)
        if len(text) > LONGEST_CELL:
            text = text[: LONGEST_CELL - len(CUT)] + CUT
        if text.startswith(("=", "+", "-", "@")):
            # A spreadsheet that is touched there would else make a formula of it.
            look["quote_prefix"] = True
        cell_format = self.format(**look)
        if text:
            self.sheet.write_string(self.row, column, text, cell_format)
        else:
            self.sheet.write_blank(self.row, column, None, cell_format)

    def _paper(self, page: Page) -> None:
        print_whole_width(self.sheet)
        self.sheet.set_header(_margin(f"&L{_code(page.study)}&R{_code((page.origin or ('',))[0])}"))
        self.sheet.set_footer(_margin(f"&L{_code(page.program)}&RPage &P of &N"))


def number_shown(text: str) -> Shown | None:
    """The number that a text is, with the format that shows it so; None where it is none.

    What has a further sign, leading zeros or more digits than a spreadsheet keeps is text.
    """
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, decimals = match.groups()
    if (whole is None and decimals is None) or len((whole or "") + (decimals or "")) > DIGITS_KEPT:
        return None
    value = float(text.replace("\u2212", "-"))
    if sign and value == 0:
        return None
    digits = ("0" if whole is not None else "") + (f".{'0' * len(decimals)}" if decimals else "")
    minus = f';"\u2212"{digits}' if sign == "\u2212" else ""
    return Shown(value, digits + minus)


def _side(number: int, column: Column) -> dict[str, Any]:
    """Text after numbers keeps a little away from them."""
    side = SIDES[column.align]
    return {"align": side, "indent": 1} if number and side == "left" else {"align": side}


def _widths(table: Table) -> list[int]:
    """Wide enough for the longest cell and the longest word of the head, within reason."""
    cells: Iterator[tuple[Rich, ...]] = (row.cells for row in table.rows if len(row.cells) > 1)
    longest = [0] * len(table.columns)
    for row in cells:
        for number, cell in enumerate(row):
            longest[number] = max(longest[number], len(_text_of(cell)))
    widths = [
        min(max(length + 2, *map(len, column.heading.split()), NARROWEST), WIDEST)
        for length, column in zip(longest, table.columns, strict=True)
    ]
    if widths:
        widths[0] += max(0, TITLE_WIDTH - sum(widths))
    return widths


def _lines(text: str, width: int) -> int:
    return max(1, sum(ceil(len(line) / max(width - 1, 1)) for line in text.split("\n")))


def _text_of(parts: Rich) -> str:
    return "".join(part.text for part in parts)


def sheet_name(name: str) -> str:
    """A text as the name of a sheet: without the signs that no name may have, and short enough."""
    return re.sub(r"[\[\]:*?/\\]", "-", printable(name))[:SHEET_NAME].strip("'") or "Table"


def _code(text: str) -> str:
    """A text in a page's header, in which & begins a code."""
    return printable(text).replace("&", "&&")


def _margin(text: str) -> str:
    return text if len(text) <= LONGEST_MARGIN else text.replace("&&", "")[:LONGEST_MARGIN]
