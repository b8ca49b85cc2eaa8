"""JSON as programs of images and devices write it: objects in objects, and lists of regions.

A record becomes a row, what stands in an object inside it a column (`images.angle`), and a list of
objects as many rows, each with what the record says of all of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import polars as pl
from attrs import frozen

from dermoutcomes import Match, Problem, RawTable, StudyError, option, size_limits
from dermoutcomes_readers.encodings import decode

__all__ = [
    "SUFFIXES",
    "JsonOptions",
    "Number",
    "cell_text",
    "read",
    "recognise",
    "rows_of_tables",
]

SUFFIXES = (".json", ".jsonl", ".ndjson")
BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*\"")
HALF = re.compile("[\ud800-\udfff]")
RECORDS = "records"
BETWEEN = "."
# What stands between the words of a list of words, which is one cell.
BETWEEN_WORDS = "; "

_Row: TypeAlias = dict[str, Any]


@frozen
class JsonOptions:
    """Where the records stand."""

    encoding: str | None = option(
        None, "Text encoding; found by byte order mark and validity unless stated."
    )


@frozen
class Number:
    """A number as its text in the file."""

    text: str


def recognise(path: Path, head: bytes) -> Match | None:
    """An object, or a list of objects, at the beginning; surer with a suffix of JSON.

    By the suffix alone it is still surer than a reader of any text.
    """
    has_suffix = path.suffix.lower() in SUFFIXES
    if not BEGINS.match(head):
        return Match(0.5, f"the suffix {path.suffix}") if has_suffix else None
    return (
        Match(0.85, "an object of JSON")
        if has_suffix
        else Match(0.75, "an object of JSON, whatever the suffix")
    )


def read(path: Path, options: JsonOptions) -> Mapping[str, RawTable]:
    """The table of the records, or one for each list of objects in them, by its place ("regions").

    Rows are numbered from 1 in the order of the file. A list of numbers is a cell of samples, as a
    curve has them; one of words is joined. Raises StudyError for a file that is not whole, that
    holds no objects, in which an object says one thing twice, or in which a name stands for a value
    here and for an object there.
    """
    text = decode(path.read_bytes(), path, options.encoding)
    records = _records(_parsed(text, path), path)
    for number, record in enumerate(records, 1):
        _refuse_collisions(record, number, path)
    _refuse_half_letters(text, records, path)
    return {name: _table(name, names, rows, path) for name, names, rows in rows_of_tables(records)}


def rows_of_tables(records: list[_Row]) -> Iterator[tuple[str, tuple[str, ...], list[_Row]]]:
    """Each table of the records: its name, those of its columns, and its rows."""
    places = dict.fromkeys(place for record in records for place in _lists_of_objects(record, ""))
    # A list inside a list has the rows of both: only the innermost ones are tables.
    innermost = [place for place in places if not any(_is_inside(other, place) for other in places)]
    tables = {place: [*_rows(records, place)] for place in innermost} or {
        RECORDS: [_flat(record, "") for record in records]
    }
    for name, rows in tables.items():
        yield name, tuple(dict.fromkeys(place for row in rows for place in row)), rows


def _refuse_half_letters(text: str, records: list[_Row], path: Path) -> None:
    r"""StudyError for half of a letter of two parts, as "\\ud83d", which is no text."""
    if "\\ud" not in text.casefold():
        return
    half = HALF.search(json.dumps(records, ensure_ascii=False, default=str))
    if half:
        _refuse(
            path,
            "a text holds half of a letter",
            found=f"\\u{ord(half[0]):04x}",
            expected="whole letters: was a text cut after so many signs?",
        )


def _refuse_collisions(record: _Row, number: int, path: Path) -> None:
    """StudyError for a record in which two names become one column, or a list is of two kinds."""
    places: set[str] = set()
    for place, value in _values(record, ""):
        if place in places:
            _refuse(
                path,
                f"a record says {place!r} twice: as a name, and as a name in an object",
                found=f"record {number}: {place}",
                expected="each name once, since a name in an object is read as object.name",
            )
        places.add(place)
        if isinstance(value, list):
            kinds = {isinstance(item, dict) for item in value}
            if len(kinds) > 1:
                _refuse(
                    path,
                    f"the list {place!r} holds values and objects",
                    found=f"record {number}: a list of {len(value)}",
                    expected="a list of objects, of numbers, or of words",
                )
            for item in value if kinds == {True} else ():
                _refuse_collisions(item, number, path)


def _is_inside(place: str, other: str) -> bool:
    return place.startswith(other + BETWEEN)


def _parsed(text: str, path: Path) -> Any:
    """What the file holds: one value, or a list of the values of its lines."""

    def once(pairs: list[tuple[str, Any]]) -> _Row:
        content = dict(pairs)
        if len(content) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise _TwiceError(twice)
        return content

    # Programs of numbers write NaN where there is none, which is no JSON: it is a word for missing.
    of_text: dict[str, Any] = {
        "object_pairs_hook": once,
        "parse_float": Number,
        "parse_int": Number,
        "parse_constant": str,
    }
    try:
        try:
            return json.loads(text, **of_text)
        except json.JSONDecodeError as error:
            lines = [line for line in text.splitlines() if line.strip()]
            # With an object a line, the first line is whole by itself.
            if error.msg != "Extra data" or len(lines) < 2:
                raise
            return [_line(line, number, of_text, path) for number, line in enumerate(lines, 1)]
    except json.JSONDecodeError as error:
        _refuse(
            path,
            f"the file is no whole JSON: {error.msg}",
            line=error.lineno,
            column=error.colno,
            found=text[max(error.pos - 20, 0) : error.pos + 20].strip() or "the end of the file",
            expected="a whole file: was it cut off, or is it still being written?",
        )
    except RecursionError:
        _refuse(
            path,
            "objects or lists stand too deep in each other",
            found=f"{text[:20].strip()} …",
            expected='records, as [{"subject": "P01", "value": 1.5}, …]',
        )
    except _TwiceError as error:
        _refuse(
            path,
            f"an object has {error.name!r} twice",
            found=error.name,
            expected="each name once in an object: which of the two holds cannot be known",
        )


class _TwiceError(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def _line(line: str, number: int, of_text: Mapping[str, Any], path: Path) -> Any:
    try:
        return json.loads(line, **of_text)
    except json.JSONDecodeError as error:
        _refuse(
            path,
            f"a line is no whole JSON: {error.msg}",
            line=number,
            column=error.colno,
            found=line[:40],
            expected="an object a line",
        )


def _records(content: Any, path: Path) -> list[_Row]:
    """The objects of the file: a list of them, or one."""
    records = content if isinstance(content, list) else [content]
    if not records:
        _refuse(path, "the file holds no record", code="empty_file", expected="an object or more")
    others = [number for number, record in enumerate(records, 1) if not isinstance(record, dict)]
    if others:
        _refuse(
            path,
            "the file holds values that are no objects",
            found=f"record {others[0]}: {(cell_text(records[others[0] - 1]) or 'null')[:40]}",
            expected='objects, as {"subject": "P01", "regions": [ … ]}',
            hint="a list of lists has no names: export it as CSV with a header",
        )
    return records


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _lists_of_objects(record: _Row, place: str) -> Iterator[str]:
    """The places of lists of objects in a record, outer ones too."""
    for name, value in record.items():
        inner = f"{place}{BETWEEN}{name}" if place else name
        if isinstance(value, dict):
            yield from _lists_of_objects(value, inner)
        elif _is_list_of_objects(value):
            yield inner
            for item in value:
                yield from _lists_of_objects(item, inner)


def _rows(records: Iterable[_Row], place: str) -> Iterator[_Row]:
    """A row an object of the list at `place`; a record without one keeps a row of its own."""
    for record in records:
        yield from _spread(record, "", place)


def _spread(record: _Row, prefix: str, place: str) -> Iterator[_Row]:
    own = _flat(record, prefix)
    on_the_way = next(
        (
            (name, value)
            for name, value in _values(record, prefix)
            if _is_list_of_objects(value) and (name == place or _is_inside(place, name))
        ),
        None,
    )
    if on_the_way is None:
        yield own
        return
    name, items = on_the_way
    for item in items:
        for row in _spread(item, name, place):
            yield {**own, **row}


def _values(record: _Row, prefix: str) -> Iterator[tuple[str, Any]]:
    """What a record says, objects in it taken apart: place and value."""
    for name, value in record.items():
        place = f"{prefix}{BETWEEN}{name}" if prefix else name
        if isinstance(value, dict):
            yield from _values(value, place)
        else:
            yield place, value


def _flat(record: _Row, prefix: str) -> _Row:
    return {
        place: value for place, value in _values(record, prefix) if not _is_list_of_objects(value)
    }


def _table(name: str, names: tuple[str, ...], rows: list[_Row], path: Path) -> RawTable:
    """Rows as a table: cells are the texts of the file, and its numbers beside them."""
    if len(names) > (limits := size_limits()).columns:
        _refuse(
            path,
            f"the records have {len(names)} names",
            found=", ".join(names[:3]),
            expected=f"at most {limits.columns} names; what there are many of, as a list of objects",
            hint=limits.hint("columns", len(names)),
        )
    _refuse_values_and_objects(names, rows, path)
    cells, numbers = {}, {}
    for position, place in enumerate(names, 1):
        values = [row.get(place) for row in rows]
        cells[f"column_{position}"] = _cells(values)
        numbers[f"column_{position}"] = pl.Series(
            [float(value.text) if isinstance(value, Number) else None for value in values],
            dtype=pl.Float64,
        )
    return RawTable(
        name,
        pl.DataFrame(cells),
        range(1, len(rows) + 1),
        header=names,
        numbers=pl.DataFrame(numbers),
    )


def _refuse_values_and_objects(names: tuple[str, ...], rows: Iterable[_Row], path: Path) -> None:
    """StudyError for a name that is a value in one record and an object in another.

    The values of the second would stand in a column of their own, which nobody asks for.
    """
    outer = {
        name[:end]: name
        for name in names
        for end, sign in enumerate(name)
        if sign == BETWEEN and name[:end] in names
    }
    for number, row in enumerate(rows, 1):
        for name, inner in outer.items():
            if row.get(name) not in (None, "", []):
                _refuse(
                    path,
                    f"{name!r} is a value in one record and an object in another",
                    found=f"row {number}: {name} = {cell_text(row[name])}, and elsewhere {inner}",
                    expected="one kind of thing under one name in all records",
                )


def _cells(values: list[Any]) -> pl.Series:
    """A column of texts; of lists of numbers where it holds nothing else."""
    lists = [value for value in values if value is not None]
    if lists and all(_is_list_of_numbers(value) for value in lists):
        return pl.Series(
            [None if value is None else [float(item.text) for item in value] for value in values],
            dtype=pl.List(pl.Float64),
        )
    return pl.Series([cell_text(value) for value in values], dtype=pl.String)


def _is_list_of_numbers(value: Any) -> bool:
    return (
        isinstance(value, list) and bool(value) and all(isinstance(item, Number) for item in value)
    )


def cell_text(value: Any) -> str | None:
    """What stands in the cell of a value; None for null."""
    if value is None:
        return None
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return BETWEEN_WORDS.join(cell_text(item) or "" for item in value)
    return str(value)


def _refuse(
    path: Path,
    message: str,
    *,
    expected: str,
    line: int | None = None,
    column: int | None = None,
    found: str | None = None,
    hint: str | None = None,
    code: str = "unreadable_file",
) -> NoReturn:
    raise StudyError(
        Problem(
            message,
            file=path.name,
            line=line,
            column=column,
            found=found,
            expected=expected,
            hint=hint,
            code=code,
        )
    )
