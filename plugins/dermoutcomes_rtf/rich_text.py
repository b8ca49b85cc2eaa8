"""One table as RTF: title, repeated heads, rows, notes and feet, on a page on its side.

RTF is plain ASCII: every other character is an escape, so no text can be taken for a command. A
writer of its own is this module; a library would bring a framework of data classes and an image
library for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes.report import Page, Rich, Row, Table

__all__ = ["escape", "table_rtf"]

# Letter and A4 hold this on their side, in twentieths of a point, with margins of an inch.
PAPER_WIDTH, PAPER_HEIGHT, MARGIN = 16838, 11906, 1134
LINE_WIDTH = PAPER_WIDTH - 2 * MARGIN
# Half points.
TEXT, SMALL = 18, 16
ALIGN = {"l": r"\ql", "r": r"\qr", "c": r"\qc", "v": r"\qr"}
COMMANDS = {"\\": r"\\", "{": r"\{", "}": r"\}", "\n": r"\line ", "\t": r"\tab "}


def escape(text: str) -> str:
    """Text that RTF shows as it is; control characters are left out."""
    return "".join(_escaped(character) for character in text)


def _escaped(character: str) -> str:
    if character in COMMANDS:
        return COMMANDS[character]
    code = ord(character)
    if code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000:
        return ""
    if code < 127:
        return character
    units = character.encode("utf-16-le")
    # RTF counts UTF-16 units as signed numbers, each followed by what an old reader shows.
    return "".join(
        rf"\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?"
        for i in range(0, len(units), 2)
    )


def table_rtf(table: Table, page: Page) -> str:
    """The table as an RTF document."""
    return "\n".join((*_head(page), *_title(table), *_rows(table), *_feet(table, page), "}")) + "\n"


def _head(page: Page) -> Iterator[str]:
    yield r"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fswiss Arial;}}"
    yield (
        rf"\paperw{PAPER_WIDTH}\paperh{PAPER_HEIGHT}\landscape"
        rf"\margl{MARGIN}\margr{MARGIN}\margt{MARGIN}\margb{MARGIN}\f0\fs{TEXT}"
    )
    origin = rf"\tqr\tx{LINE_WIDTH}\tab\b {escape(page.origin[0])}\b0" if page.origin else ""
    yield rf"{{\header\pard\fs{SMALL} {escape(page.study)}{origin}\par}}"
    yield (
        rf"{{\footer\pard\tqr\tx{LINE_WIDTH}\fs{SMALL} {escape(page.program)}, record "
        rf"{page.record_sha256[:16]}\tab Page {{\field{{\*\fldinst PAGE}}{{\fldrslt 1}}}} of "
        r"{\field{\*\fldinst NUMPAGES}{\fldrslt 1}}\par}"
    )


def _title(table: Table) -> Iterator[str]:
    number = f"Table {table.number}. " if table.number else ""
    yield rf"\pard\keepn\sa60\b {escape(number)}\b0 {escape(table.caption)}\par"
    if table.foot.population:
        yield rf"\pard\keepn\sa60 {escape(table.foot.population)}\par"


def _rows(table: Table) -> Iterator[str]:
    ends = _ends(table)
    sides = [column.align for column in table.columns]
    if table.spans:
        start, span_ends = 0, []
        for _, wide in table.spans:
            start += wide
            span_ends.append(ends[start - 1])
        overs = [over for over, _ in table.spans]
        yield _row(overs, span_ends, ["c"] * len(overs), head=True, top=True)
    heads = [
        f"{column.head}, n = {column.n.text}" if column.n else column.head
        for column in table.columns
    ]
    yield _row(heads, ends, sides, head=True, top=not table.spans, bottom=True)
    for number, row in enumerate(table.rows):
        yield _body_row(row, ends, sides, last=number == len(table.rows) - 1)


def _body_row(row: Row, ends: list[int], sides: list[str], *, last: bool) -> str:
    cells = [_text(cell) for cell in row.cells]
    if len(cells) == 1 and len(ends) > 1:
        return _row(cells, ends[-1:], ["l"], bold=row.look == "group", bottom=last)
    return _row(cells, ends, sides, bottom=last)


def _row(
    texts: Iterable[str],
    ends: list[int],
    sides: list[str],
    *,
    head: bool = False,
    bold: bool = False,
    top: bool = False,
    bottom: bool = False,
) -> str:
    borders = (r"\clbrdrt\brdrs\brdrw15" if top else "") + (
        r"\clbrdrb\brdrs\brdrw15" if bottom else ""
    )
    begin = r"\trowd\trgaph70\trkeep" + (r"\trhdr" if head else "")
    cells = "".join(rf"{borders}\cellx{end}" for end in ends)
    weight, light = (r"\b ", r"\b0") if head or bold else ("", "")
    content = "".join(
        rf"\pard\intbl{ALIGN[side]}\fs{TEXT} {weight}{escape(text)}{light}\cell"
        for text, side in zip(texts, sides, strict=True)
    )
    return rf"{begin}{cells}{content}\row"


def _ends(table: Table) -> list[int]:
    """Where columns end, in twentieths of a point: wide where their longest text is."""
    longest = [
        max(
            [
                len(column.head),
                *(len(_text(row.cells[i])) for row in table.rows if len(row.cells) > 1),
            ]
        )
        for i, column in enumerate(table.columns)
    ]
    weights = [min(max(length, 6), 40) for length in longest]
    ends, total = [], 0
    for weight in weights:
        total += weight
        ends.append(round(LINE_WIDTH * total / sum(weights)))
    return ends


def _text(parts: Rich) -> str:
    return "".join(part.text for part in parts)


def _feet(table: Table, page: Page) -> Iterator[str]:
    yield r"\pard\sb60"
    for mark, text in table.notes:
        yield rf"\pard\fs{SMALL} {escape(f'{mark} {text}')}\par"
    for line in table.foot.lines:
        yield rf"\pard\fs{SMALL} {escape(line)}\par"
    yield rf"\pard\fs{SMALL} {escape(f'Source: {page.study}, record {page.record_sha256}.')}\par"
