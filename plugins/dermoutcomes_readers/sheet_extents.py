"""How far the sheets of .xlsb, .xls and .ods reach, seen before a table is made of them.

The library that reads these kinds holds a sheet as a rectangle from the start: one cell in the last
corner would take the memory of the machine before anything could be refused. Records of cells are
counted here as that library counts them: a cell that only looks otherwise is none.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.parsers import expat
from zipfile import ZipFile, is_zipfile

from attrs import define

from dermoutcomes_readers.archives import opened_archive
from dermoutcomes_readers.extents import Extent
from dermoutcomes_readers.xlsx_parts import Attributes, UnreadablePartError, part_parser, related

__all__ = ["sheet_extents"]

# MS-XLSB 2.5: a sheet of the workbook; a row, and cells with a value or a formula.
XLSB_SHEET, XLSB_ROW, XLSB_CELLS = 0x9C, 0x00, range(0x02, 0x0C)
# MS-XLS 2.4: a sheet, its begin and end, and cells, several of which stand in a MulRk.
XLS_SHEET, XLS_BEGIN, XLS_END, XLS_SEVERAL = 0x85, 0x809, 0x0A, 0xBD
BIFF8 = b"\x00\x06"
XLS_CELLS = (0x06, 0xD6, 0xFD, 0x203, 0x204, 0x205, 0x27E)
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# MS-CFB 2.1: from here on a number of a sector is a mark.
LAST_SECTOR = 0xFFFFFFFA
ROOT = "Root Entry"


@define
class _Reach:
    """How far the cells went that were met so far."""

    rows: int = 0
    columns: int = 0
    filled: int = 0

    def add(self, row: int, column: int, times: int = 1) -> None:
        """A cell, or so many of which it is the last; counted from 1."""
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        self.filled += times

    def extent(self) -> Extent:
        return Extent(self.rows, self.columns, self.filled)


def sheet_extents(path: Path) -> Mapping[str, Extent]:
    """How far each sheet of an .xlsb, .xls or .ods reaches, by its name; none of other kinds.

    Raises UnreadablePartError for a part that is not what its kind says. A file that is no
    workbook, or is cut off, has no sheets here: to tell that is for the one who reads it.
    """
    try:
        return dict(_of_file(path))
    except (struct.error, IndexError, KeyError, ValueError, expat.ExpatError) as error:
        raise UnreadablePartError(f"a part of it is cut off or broken ({error})") from error


def _of_file(path: Path) -> Iterator[tuple[str, Extent]]:
    content = path.read_bytes()
    # An .xls may hold a whole zip file, as the one of its theme.
    if content.startswith(COMPOUND):
        yield from _xls_sheets(content)
    elif is_zipfile(path):
        with opened_archive(path) as book:
            yield from _of_zip(book)


def _of_zip(book: ZipFile) -> Iterator[tuple[str, Extent]]:
    names = book.namelist()
    if "xl/workbook.bin" in names:
        yield from _xlsb_sheets(book)
    elif "content.xml" in names:
        yield from _ods_sheets(book.read("content.xml"))


def _xlsb_sheets(book: ZipFile) -> Iterator[tuple[str, Extent]]:
    main = "xl/workbook.bin"
    targets = related(book, main, "worksheet")
    for kind, body in _xlsb_records(book.read(main)):
        if kind == XLSB_SHEET:
            relation, end = _wide_string(body, 8)
            name, _ = _wide_string(body, end)
            if relation in targets:
                yield name, _xlsb_extent(book.read(targets[relation]))


def _xlsb_extent(content: bytes) -> Extent:
    reach, row = _Reach(), 0
    for kind, body in _xlsb_records(content):
        if kind == XLSB_ROW:
            row = int.from_bytes(body[:4], "little") + 1
        elif kind in XLSB_CELLS:
            reach.add(row, int.from_bytes(body[:4], "little") + 1)
    return reach.extent()


def _xlsb_records(content: bytes) -> Iterator[tuple[int, memoryview]]:
    """Kind and body of each record: both its kind and its length are in seven bits a byte."""
    view, at = memoryview(content), 0
    while at < len(view):
        kind, at = _seven_bits(view, at, 2)
        length, at = _seven_bits(view, at, 4)
        yield kind, view[at : at + length]
        at += length


def _seven_bits(view: memoryview, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = view[at]
        at += 1
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            break
    return number, at


def _wide_string(body: memoryview, at: int) -> tuple[str, int]:
    """A text of UTF-16 behind its length, and where it ends."""
    end = at + 4 + 2 * int.from_bytes(body[at : at + 4], "little")
    return bytes(body[at + 4 : end]).decode("utf-16-le", "replace"), end


def _ods_sheets(content: bytes) -> Iterator[tuple[str, Extent]]:
    """The tables of an OpenDocument: a row and a cell may each say how often they repeat.

    A cell holds something that has a type, or a text.
    """
    sheets: list[tuple[str, _Reach]] = []
    row = rows_more = column = columns_more = 0
    is_counted = False

    def fill() -> None:
        nonlocal is_counted
        if sheets and not is_counted:
            is_counted = True
            sheets[-1][1].add(row + rows_more, column + columns_more, rows_more * columns_more)

    def start(name: str, attributes: Attributes) -> None:
        nonlocal row, rows_more, column, columns_more, is_counted
        if name == "table":
            sheets.append((attributes.get("table:name", ""), _Reach()))
            row = rows_more = 0
        elif name == "table-row":
            row += rows_more
            rows_more = int(attributes.get("table:number-rows-repeated", 1))
            column = columns_more = 0
        elif name in ("table-cell", "covered-table-cell"):
            column += columns_more
            columns_more = int(attributes.get("table:number-columns-repeated", 1))
            is_counted = False
            if "office:value-type" in attributes:
                fill()
        elif name == "p":
            fill()

    part_parser(start).Parse(content, True)
    yield from ((name, reach.extent()) for name, reach in sheets)


def _xls_sheets(content: bytes) -> Iterator[tuple[str, Extent]]:
    """The sheets of a workbook of Excel 97 to 2003."""
    stream = _compound_stream(content, ("Workbook", "Book"))
    has_letter_size = stream[4:6] == BIFF8
    for kind, body in _xls_records(stream, 0):
        if kind == XLS_SHEET:
            (offset,) = struct.unpack_from("<I", body)
            # Of Excel 97 on a byte says whether a letter has two; before, each has one.
            letters = "utf-16-le" if has_letter_size and body[7] & 1 else "latin-1"
            name = bytes(body[8 if has_letter_size else 7 :]).decode(letters, "replace")
            yield name, _xls_extent(stream, offset)
        elif kind == XLS_END:
            return


def _xls_extent(stream: bytes, offset: int) -> Extent:
    reach, depth = _Reach(), 0
    for kind, body in _xls_records(stream, offset):
        if kind == XLS_BEGIN:
            depth += 1
        elif kind == XLS_END:
            depth -= 1
            if depth <= 0:
                break
        # A chart within the sheet has records of its own.
        elif depth == 1 and kind in XLS_CELLS:
            row, column = struct.unpack_from("<HH", body)
            reach.add(row + 1, column + 1)
        elif depth == 1 and kind == XLS_SEVERAL:
            row, first = struct.unpack_from("<HH", body)
            (last,) = struct.unpack_from("<H", body, len(body) - 2)
            reach.add(row + 1, last + 1, last - first + 1)
    return reach.extent()


def _xls_records(stream: bytes, at: int) -> Iterator[tuple[int, memoryview]]:
    view = memoryview(stream)
    while at + 4 <= len(view):
        kind, length = struct.unpack_from("<HH", view, at)
        yield kind, view[at + 4 : at + 4 + length]
        at += 4 + length


def _compound_stream(content: bytes, names: tuple[str, ...]) -> bytes:
    """The first stream of a compound file (MS-CFB) that has one of the names; else nothing."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    following = _following_sectors(content, size)

    def whole(first: int) -> bytes:
        sectors = (content[(number + 1) * size :][:size] for number in _chain(first, following))
        return b"".join(sectors)

    entries = _directory(whole(struct.unpack_from("<I", content, 48)[0]))
    place = next((entries[name] for name in names if name in entries), None)
    if place is None:
        return b""
    first, length = place
    least, first_of_small = struct.unpack_from("<II", content, 56)
    if length >= least:
        return _whole_stream(whole(first), length)
    # A small stream stands in pieces of 64 bytes within the stream of the root.
    pieces, small = whole(entries[ROOT][0]), whole(first_of_small)
    next_piece = struct.unpack(f"<{len(small) // 4}I", small)
    joined = b"".join(pieces[64 * piece :][:64] for piece in _chain(first, next_piece))
    return _whole_stream(joined, length)


def _whole_stream(stream: bytes, length: int) -> bytes:
    if len(stream) < length:
        raise UnreadablePartError(f"it has {len(stream)} of {length} bytes of its sheets")
    return stream[:length]


def _following_sectors(content: bytes, size: int) -> list[int]:
    """The sector after each; this table stands in sectors itself, the header names the first 109."""
    numbers = f"<{size // 4}I"
    places = list(struct.unpack_from("<109I", content, 76))
    further, left = struct.unpack_from("<II", content, 68)
    while further < LAST_SECTOR and left > 0:
        *more, further = struct.unpack_from(numbers, content, (further + 1) * size)
        places, left = [*places, *more], left - 1
    return [
        number
        for place in places
        if place < LAST_SECTOR
        for number in struct.unpack_from(numbers, content, (place + 1) * size)
    ]


def _chain(first: int, following: Sequence[int]) -> Iterator[int]:
    # A broken file may lead in a circle.
    for _ in range(len(following) + 1):
        if first >= LAST_SECTOR:
            return
        yield first
        first = following[first]


def _directory(content: bytes) -> dict[str, tuple[int, int]]:
    """First sector and length of each stream by its name, and of that of small pieces by ROOT."""
    entries = {}
    for at in range(0, len(content) - 127, 128):
        length, kind = struct.unpack_from("<HB", content, at + 64)
        name = content[at : at + max(0, length - 2)].decode("utf-16-le", "replace")
        # An entry that is not in use has no kind.
        if kind:
            entries[name] = struct.unpack_from("<II", content, at + 116)
    return entries
