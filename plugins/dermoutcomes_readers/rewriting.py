"""Files with other texts in some of their cells, and everything else as it was."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html import escape
from itertools import count
from pathlib import Path
from typing import TypeAlias
from zipfile import ZipFile

import polars as pl

from dermoutcomes import Problem, StudyError
from dermoutcomes_readers import arrow, delimited, encodings, redcap
from dermoutcomes_readers.archives import opened_archive
from dermoutcomes_readers.xlsx_parts import sheet_targets

__all__ = [
    "encoded_again",
    "rewrite_arrow",
    "rewrite_delimited",
    "rewrite_excel",
    "rewrite_parquet",
    "rewrite_redcap",
]

Replace: TypeAlias = Callable[[str, int, int, str], str | None]

CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
PLACE = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
KIND = re.compile(rb"""\st\s*=\s*["'](\w+)["']""")
VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>(.*?)</(?:\w+:)?v>", re.DOTALL)
SHARED = re.compile(rb"<((?:\w+:)?)si\b[^>]*?(?:/>|>(.*?)</\1si>)", re.DOTALL)
# What a file begins with, and how the text behind is written.
CODECS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Parts of a workbook that have texts of cells again, or texts beside them.
COPIES = {
    "/pivotCache/": "pivot tables",
    "/comments": "comments on cells",
    "/threadedComments/": "threads of comments",
    "/externalLinks/": "links to other workbooks",
}
# Who made the workbook and who saved it last.
PERSONS = re.compile(rb"(<(dc:creator|cp:lastModifiedBy)[^>]*>).*?(</\2>)", re.DOTALL)
PROPERTIES, STRINGS = "docProps/core.xml", r"sharedStrings\.xml$"


def rewrite_delimited(path: Path, options: delimited.DelimitedOptions, replace: Replace) -> bytes:
    """The text with other cells; quotes, line ends and encoding stay as they are."""
    content = path.read_bytes()
    text = encodings.decode(content, path, options.encoding)
    delimiter = options.delimiter or delimited.find_delimiter(text, options.decimal)
    parts = [
        _replaced(field, path.stem, line, column, replace) + end
        for field, line, column, end in _fields(text, delimiter)
    ]
    return encoded_again("".join(parts), text, content, path, options.encoding)


def encoded_again(
    changed: str, text: str, content: bytes, path: Path, encoding: str | None
) -> bytes:
    """The changed text as the content of the file, which was read as `text`, is encoded.

    Raises StudyError where even the text as it is could not be written so.
    """
    mark, codec = next(
        ((mark, codec) for mark, codec in CODECS if content.startswith(mark)),
        (b"", encoding or encodings.detected_encoding(content)),
    )
    if mark + text.encode(codec) != content:
        raise StudyError(
            Problem(
                "the text can be read and not written as it was",
                file=path.name,
                found=f"an encoding ({codec}) of which one text has several forms",
                expected="the file saved as UTF-8",
                code="rewrite",
            )
        )
    return mark + changed.encode(codec)


def rewrite_redcap(path: Path, options: redcap.RedcapOptions, replace: Replace) -> bytes:
    """The export with other cells; each is asked for under the table whose row it stands in."""
    table_of_line = {
        line: name for name, table in redcap.read(path, options).items() for line in table.lines
    }
    # Every table has the same header, whose line none has.
    first = next(iter(table_of_line.values()), path.stem)

    def in_its_table(_: str, line: int, column: int, text: str) -> str | None:
        return replace(table_of_line.get(line, first), line, column, text)

    return rewrite_delimited(path, options, in_its_table)


def _fields(text: str, delimiter: str) -> Iterator[tuple[str, int, int, str]]:
    """Each field as it stands, its line and column, and the sign behind it."""
    start, line, first_line, column, quoted = 0, 1, 1, 1, False
    at, length = 0, len(text)
    while at < length:
        sign = text[at]
        if sign == '"' and (quoted or at == start):
            # Two quotes inside a quoted field are one that belongs to it.
            if quoted and text[at + 1 : at + 2] == '"':
                at += 1
            else:
                quoted = not quoted
        elif sign in "\r\n":
            end = "\r\n" if text.startswith("\r\n", at) else sign
            line += 1
            if not quoted:
                yield text[start:at], first_line, column, end
                start, first_line, column = at + len(end), line, 1
            at += len(end) - 1
        elif sign == delimiter and not quoted:
            yield text[start:at], first_line, column, sign
            start, column = at + 1, column + 1
        at += 1
    if start < length:
        yield text[start:], first_line, column, ""


def _replaced(field: str, table: str, line: int, column: int, replace: Replace) -> str:
    quoted = len(field) > 1 and field.startswith('"') and field.endswith('"')
    cell = field[1:-1].replace('""', '"') if quoted else field
    new = replace(table, line, column, cell) if cell.strip() else None
    if new is None:
        return field
    return f'"{new}"' if quoted else new


def rewrite_parquet(path: Path, options: object, replace: Replace) -> bytes:  # noqa: ARG001 - as every reader
    """The table with other cells; a column of which one is replaced is text after that."""
    frame = pl.read_parquet(path.read_bytes())
    stream = io.BytesIO()
    _with_other_cells(frame, path.stem, replace).write_parquet(stream)
    return stream.getvalue()


def rewrite_arrow(path: Path, options: object, replace: Replace) -> bytes:  # noqa: ARG001 - as every reader
    """The table with other cells, as file or stream; see `rewrite_parquet`."""
    content = path.read_bytes()
    is_file = content.startswith(arrow.FILE)
    frame = pl.read_ipc(content) if is_file else pl.read_ipc_stream(content)
    changed, stream = _with_other_cells(frame, path.stem, replace), io.BytesIO()
    if is_file:
        changed.write_ipc(stream)
    else:
        changed.write_ipc_stream(stream)
    return stream.getvalue()


def _with_other_cells(frame: pl.DataFrame, table: str, replace: Replace) -> pl.DataFrame:
    columns = (
        _column(series, table, position, replace)
        for position, series in enumerate(frame.get_columns(), 1)
    )
    return pl.DataFrame(list(columns))


def _column(series: pl.Series, table: str, position: int, replace: Replace) -> pl.Series:
    if series.dtype.is_nested() or series.dtype == pl.Binary:
        return series
    texts = series.cast(pl.String).to_list()
    new = [
        None if text is None else replace(table, line, position, text)
        for line, text in enumerate(texts, 1)
    ]
    if all(text is None for text in new):
        return series
    merged = [text if other is None else other for other, text in zip(new, texts, strict=True)]
    return pl.Series(series.name, merged, dtype=pl.String)


def rewrite_excel(path: Path, options: object, replace: Replace) -> bytes:
    """The workbook with other cells, without the names of who made and saved it.

    Raises StudyError for a workbook of another kind than .xlsx and .xlsm.
    """
    from dermoutcomes_readers.excel import is_xlsx, read

    if not is_xlsx(path):
        raise StudyError(
            Problem(
                "a workbook of this kind can be read and not written",
                file=path.name,
                found=path.suffix,
                expected="the same sheets saved as .xlsx",
                code="rewrite",
            )
        )
    _refuse_copies_of_cells(path)
    tables = read(path, options)
    texts = {
        (name, line, column): text
        for name, table in tables.items()
        for line, row in zip(table.lines, table.cells.rows(), strict=True)
        for column, text in enumerate(row, 1)
        if text not in (None, "")
    }
    with opened_archive(path) as book:
        return _rewritten_book(book, texts, replace)


def _refuse_copies_of_cells(path: Path) -> None:
    """StudyError for parts that repeat cells, or say of cells what is not in them."""
    with opened_archive(path) as book:
        names = book.namelist()
    kinds = [kind for part, kind in COPIES.items() if any(part in name for name in names)]
    if kinds:
        raise StudyError(
            Problem(
                "the workbook repeats cells where they are not replaced",
                file=path.name,
                found=" and ".join(kinds),
                expected="a workbook with its sheets alone: copy the values into a new one",
                code="rewrite",
            )
        )


def _rewritten_book(
    book: ZipFile, texts: Mapping[tuple[str, int, int], str], replace: Replace
) -> bytes:
    main, targets = sheet_targets(book)
    sheets = {part: name for name, part in targets.items()}
    contents = {info.filename: book.read(info) for info in book.infolist()}
    kept, gone = set[int](), set[int]()
    for part, name in sheets.items():
        cell = partial(_cell, sheet=name, texts=texts, replace=replace, kept=kept, gone=gone)
        contents[part] = CELL.sub(cell, contents[part])
    for part in filter(re.compile(STRINGS).search, book.namelist()):
        contents[part] = _strings(contents[part], gone - kept)
    for name in targets:
        new = replace(name, 0, 0, name) if len(targets) > 1 else None
        if new is not None:
            old = f'name="{escape(name)}"'.encode()
            contents[main] = contents[main].replace(old, f'name="{escape(new)}"'.encode(), 1)
    if PROPERTIES in contents:
        contents[PROPERTIES] = PERSONS.sub(rb"\1\3", contents[PROPERTIES])
    stream = io.BytesIO()
    with ZipFile(stream, "w") as written:
        for info in book.infolist():
            written.writestr(info, contents[info.filename])
    return stream.getvalue()


def _cell(
    match: re.Match[bytes],
    *,
    sheet: str,
    texts: Mapping[tuple[str, int, int], str],
    replace: Replace,
    kept: set[int],
    gone: set[int],
) -> bytes:
    """A cell as it stands, or with its new text inside it."""
    prefix, attributes, inside = match.groups()
    place, kind = PLACE.search(attributes), KIND.search(attributes)
    shared = VALUE.search(inside or b"") if kind and kind[1] == b"s" else None
    line, column = (int(place[2]), _number_of(place[1])) if place else (0, 0)
    text = texts.get((sheet, line, column))
    new = None if text is None else replace(sheet, line, column, text)
    if new is None:
        if shared:
            kept.add(int(shared[1]))
        return match[0]
    if shared:
        gone.add(int(shared[1]))
    rest = KIND.sub(b"", attributes)
    tag = prefix + b"c"
    words = escape(new).encode()
    return (
        b"<"
        + tag
        + rest
        + b' t="inlineStr"><'
        + prefix
        + b"is><"
        + prefix
        + b"t>"
        + words
        + b"</"
        + prefix
        + b"t></"
        + prefix
        + b"is></"
        + tag
        + b">"
    )


def _strings(content: bytes, gone: set[int]) -> bytes:
    """The texts that cells share, without those that no cell has any more."""
    numbers = count()

    def without(match: re.Match[bytes]) -> bytes:
        if next(numbers) not in gone:
            return match[0]
        prefix = match[1]
        return b"<" + prefix + b"si><" + prefix + b"t></" + prefix + b"t></" + prefix + b"si>"

    return SHARED.sub(without, content)


def _number_of(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column
