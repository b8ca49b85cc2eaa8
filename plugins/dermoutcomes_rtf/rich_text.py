"""One table as RTF: a title and heads that every page repeats, rows, notes and feet.

RTF is plain ASCII: every other character is an escape, so no text can be taken for a command. The
page is one on its side, and the word processor breaks it: rows stay whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes.report import block_label, printable

if TYPE_CHECKING:
    from dermoutcomes.report import Page, Rich, Row, Table

__all__ = ["escape", "table_rtf"]

# A4 on its side, in twentieths of a point; what fits it fits Letter too, with the margins as they are.
PAPER_WIDTH, PAPER_HEIGHT, MARGIN = 16838, 11906, 1134
LINE_WIDTH = PAPER_WIDTH - 2 * MARGIN
# The space between a cell's frame and its text, on either side.
GAP = 70
# Half points.
TEXT, SMALL = 18, 16
ALIGN = {"l": r"\ql", "r": r"\qr", "c": r"\qc", "v": r"\qr"}
COMMANDS = {"\\": r"\\", "{": r"\{", "}": r"\}", "\n": r"\line ", "\t": r"\tab ", "\r": ""}
# Widths of Arial in thousandths of its size; every digit is as wide as the next. What is not here
# is counted as a digit.
DIGIT = 556
NARROW = {
    **dict.fromkeys(" .,:;/I!", 278),
    **dict.fromkeys("ijl'", 222),
    **dict.fromkeys("()-rt", 333),
}
BROAD = {**dict.fromkeys("\u2212+=<>\u2264\u2265~", 584), "%": 889, "m": 833, "M": 833, "W": 944}
WIDTHS = {**NARROW, **BROAD}
# A number at the front of a cell, without its decimals: what is left of it is lined up.
WHOLE = re.compile(r"[<>\u2264\u2265]?\s?[-+\u2212]?\d*")
NUMBER = re.compile(WHOLE.pattern + r"(?<=\d)|" + WHOLE.pattern + r"\.\d")
# Columns are as wide as their text wants, but none is so narrow or so wide that it spoils the rest.
NARROWEST, WIDEST = 800, 6000
# How far the first cell of a row that belongs to the one above it stands in.
STEP = 200
# Bold letters are wider, and word processors measure a little otherwise: without this room a head
# breaks inside a word, and a number before its bracket.
BOLD, SLACK = 1.1, 40
# A table of few words is as wide as its title needs to be read, and its columns stay together.
LEAST_WIDTH = 9000


@frozen
class _Grid:
    """Where the columns of a table end, and how wide the widest tail of a number in each is."""

    ends: tuple[int, ...]
    sides: tuple[str, ...]
    tails: tuple[int, ...]

    def width(self, column: int) -> int:
        """The room for the text of a cell."""
        return self.ends[column] - (self.ends[column - 1] if column else 0) - 2 * GAP


@frozen
class _Cell:
    """A text from the end of the cell before it up to `end`."""

    text: str
    end: int
    side: str = "l"
    borders: str = ""
    bold: bool = False
    # Room left free at its right, so that decimals stand under one another.
    indent: int = 0
    # Room at its left, of a row that belongs to the one above it.
    step: int = 0


def escape(text: str) -> str:
    """Text that RTF shows as it is; control characters and marks of direction are left out."""
    return "".join(_escaped(character) for character in printable(text))


def _escaped(character: str) -> str:
    if character in COMMANDS:
        return COMMANDS[character]
    if ord(character) < 127:
        return character
    units = character.encode("utf-16-le")
    # RTF counts UTF-16 units as signed numbers, each followed by what an old reader shows.
    return "".join(
        rf"\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?"
        for i in range(0, len(units), 2)
    )


def table_rtf(table: Table, page: Page) -> str:
    """The table as an RTF document."""
    lines = (*_head(table, page), *_title(table), *_rows(table), *_feet(table, page), "}")
    return "\n".join(lines) + "\n"


def _head(table: Table, page: Page) -> Iterator[str]:
    yield r"{\rtf1\ansi\ansicpg1252\uc1\deff0{\fonttbl{\f0\fswiss Arial{\*\falt Liberation Sans};}}"
    yield rf"{{\info{{\title {escape(table.caption)}}}}}"
    yield (
        rf"\paperw{PAPER_WIDTH}\paperh{PAPER_HEIGHT}\landscape"
        rf"\margl{MARGIN}\margr{MARGIN}\margt{MARGIN}\margb{MARGIN}\f0\fs{TEXT}"
    )
    origin = rf"\tab\b {escape(page.origin[0])}\b0" if page.origin else ""
    yield rf"{{\header\pard\tqr\tx{LINE_WIDTH}\f0\fs{SMALL} {escape(page.study)}{origin}\par}}"
    yield (
        rf"{{\footer\pard\tqr\tx{LINE_WIDTH}\f0\fs{SMALL} "
        rf"{escape(f'{page.program}, record {page.record_sha256[:16]}')}"
        r"\tab Page {\field{\*\fldinst PAGE}{\fldrslt 1}} of "
        r"{\field{\*\fldinst NUMPAGES}{\fldrslt 1}}\par}"
    )


def _title(table: Table) -> Iterator[str]:
    """Number, title and population as rows of the table, since only those are repeated."""
    label = block_label(table)
    number = f"{label}. " if label else ""
    # As wide as the table: some word processors draw all rows of a table to one width.
    end = _grid(table).ends[-1] if table.columns else LINE_WIDTH
    yield _row([_Cell(f"{number}{table.caption}", end, bold=True)], head=True)
    if table.foot.population:
        yield _row([_Cell(table.foot.population, end)], head=True)


def _rows(table: Table) -> Iterator[str]:
    grid = _grid(table)
    line = r"\clbrdr{}\brdrs\brdrw15"
    top, bottom = line.format("t"), line.format("b")
    if table.spans:
        yield _row(list(_span_cells(table, grid, top, bottom)), head=True)
    borders = bottom if table.spans else top + bottom
    heads = [
        _Cell(column.heading, end, side, borders + r"\clvertalb", bold=True)
        for column, end, side in zip(table.columns, grid.ends, grid.sides, strict=True)
    ]
    yield _row(heads, head=True)
    for number, row in enumerate(table.rows):
        last = number == len(table.rows) - 1
        yield _row(_body_cells(row, grid, bottom if last else ""), keep_next=row.look == "group")


def _span_cells(table: Table, grid: _Grid, top: str, bottom: str) -> Iterator[_Cell]:
    start = 0
    for over, wide in table.spans:
        start += wide
        yield _Cell(over, grid.ends[start - 1], "c", top + (bottom if over else ""), bold=True)


def _body_cells(row: Row, grid: _Grid, borders: str) -> list[_Cell]:
    texts = [_text(cell) for cell in row.cells]
    if len(texts) == 1 and len(grid.ends) > 1:
        return [_Cell(texts[0], grid.ends[-1], borders=borders, bold=row.look == "group")]
    return [
        _Cell(
            text,
            grid.ends[i],
            grid.sides[i],
            borders,
            indent=_indent(text, i, grid),
            step=_step(row) if i == 0 else 0,
        )
        for i, text in enumerate(texts)
    ]


def _step(row: Row) -> int:
    return STEP if row.look == "inset" else 0


def _indent(text: str, column: int, grid: _Grid) -> int:
    """What a number lacks at its right of the widest tail in its column, if there is room."""
    if grid.sides[column] not in ("r", "v") or not _is_number(text):
        return 0
    missing = grid.tails[column] - _width(_tail(text))
    return missing if _width(text) + missing <= grid.width(column) else 0


def _row(cells: Sequence[_Cell], *, head: bool = False, keep_next: bool = False) -> str:
    begin = rf"\trowd\trgaph{GAP}\trkeep" + (r"\trhdr" if head else "")
    frames = "".join(rf"{cell.borders}\cellx{cell.end}" for cell in cells)
    keep = r"\keepn" if head or keep_next else ""
    content = "".join(_content(cell, keep) for cell in cells)
    return rf"{begin}{frames}{content}\row"


def _content(cell: _Cell, keep: str) -> str:
    weight, light = (r"\b ", r"\b0") if cell.bold else ("", "")
    indent = rf"\li{cell.step}" if cell.step else ""
    indent += rf"\ri{cell.indent}" if cell.indent else ""
    return (
        rf"\pard\intbl{keep}{ALIGN[cell.side]}{indent}\fs{TEXT} "
        rf"{weight}{escape(cell.text)}{light}\cell"
    )


def _grid(table: Table) -> _Grid:
    """Columns by their widest text; what is too wide for a page shrinks in proportion."""
    sides = tuple(column.align for column in table.columns)
    rows = [row for row in table.rows if len(row.cells) > 1 or len(sides) == 1]
    wide = [[_text(cell) for cell in row.cells] for row in rows]
    wants, tails = [], []
    for i, column in enumerate(table.columns):
        texts = [row[i] for row in wide]
        numbers = [text for text in texts if _is_number(text)] if sides[i] in ("r", "v") else []
        tail = max((_width(_tail(text)) for text in numbers), default=0)
        whole = max((_width(text) - _width(_tail(text)) for text in numbers), default=0)
        longest_word = round(BOLD * max(map(_width, column.heading.split()), default=0))
        steps = [_step(row) if i == 0 else 0 for row in rows]
        wants_of_texts = [_width(text) + step for text, step in zip(texts, steps, strict=True)]
        room = max([tail + whole, longest_word, *wants_of_texts]) + 2 * GAP + SLACK
        wants.append(min(max(room, NARROWEST), WIDEST))
        tails.append(tail)
    width = min(max(sum(wants), LEAST_WIDTH), LINE_WIDTH)
    scale = width / sum(wants) if wants else 1
    ends = [round(sum(wants[: i + 1]) * scale) for i in range(len(wants))]
    return _Grid(tuple(ends), sides, tuple(tails))


def _is_number(text: str) -> bool:
    return NUMBER.match(text) is not None


def _tail(text: str) -> str:
    """What stands at the right of the whole number at the front of a cell."""
    match = WHOLE.match(text)
    return text[match.end() :] if match else text


def _width(text: str) -> int:
    """How wide a line of text is, in twentieths of a point."""
    longest = max(
        sum(WIDTHS.get(character, DIGIT) for character in line) for line in text.split("\n")
    )
    return round(longest * TEXT / 2 * 20 / 1000)


def _text(parts: Rich) -> str:
    return "".join(part.text for part in parts)


def _feet(table: Table, page: Page) -> Iterator[str]:
    notes = [f"{mark} {text}" for mark, text in table.notes]
    # The population stands under the title.
    lines = evolve(table.foot, population="").lines
    for number, line in enumerate((*notes, *lines, page.source)):
        space = r"\sb60" if number == 0 else ""
        yield rf"\pard{space}\fs{SMALL} {escape(line)}\par"
