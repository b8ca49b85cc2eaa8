"""A file of JSON with other texts in some of its values, and every other sign as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import frozen

from dermoutcomes_readers import encodings, json_records
from dermoutcomes_readers.rewriting import Replace, encoded_again

__all__ = ["rewrite_json"]

TOKEN = re.compile(r'\s*(?:([{}\[\],:])|("(?:[^"\\]|\\.)*")|([^\s{}\[\],:"]+))', re.DOTALL)


class _PlacedText(str):  # noqa: SLOT000 - a text cannot have slots
    """A text, and where it stands with its quotes."""

    place: tuple[int, int]


@frozen
class _PlacedNumber(json_records.Number):
    """A number, and where it stands."""

    place: tuple[int, int]


def rewrite_json(path: Path, options: json_records.JsonOptions, replace: Replace) -> bytes:
    """The file with other texts; an id that was a number is a text after that.

    A value of a record that is a row of several tables, or of several rows, is asked for under each
    until one is replaced. Of a list of words, which is one cell, the only one can be replaced.
    """
    content = path.read_bytes()
    text = encodings.decode(content, path, options.encoding)
    # What is wrong with the file is told as its reader tells it.
    json_records.read(path, options)
    values = [*_values(TOKEN.finditer(text))]
    records = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    new_texts: dict[tuple[int, int], str] = {}
    for table, names, rows in json_records.rows_of_tables(records):
        for line, row in enumerate(rows, 1):
            for column, name in enumerate(names, 1):
                value = row.get(name)
                place = _place(value)
                cell = None if place in new_texts else json_records.cell_text(value)
                new = replace(table, line, column, cell) if cell and cell.strip() else None
                if new is not None and place is not None:
                    new_texts[place] = json.dumps(new, ensure_ascii=False)
    parts, end = [], 0
    for (start, behind), new in sorted(new_texts.items()):
        parts += [text[end:start], new]
        end = behind
    return encoded_again("".join([*parts, text[end:]]), text, content, path, options.encoding)


def _place(value: Any) -> tuple[int, int] | None:
    """Where a cell stands in the text; None for a list of several values."""
    if isinstance(value, list) and len(value) == 1:
        return _place(value[0])
    return getattr(value, "place", None)


def _values(tokens: Iterator[re.Match[str]]) -> Iterator[Any]:
    """The values of a whole file, one or one a line."""
    for token in tokens:
        yield _value(token, tokens)


def _value(token: re.Match[str], tokens: Iterator[re.Match[str]]) -> Any:
    """The value that begins with a token, with the places of its texts and numbers."""
    sign, text, word = token.groups()
    if sign == "{":
        record = {}
        while (token := _next_part(tokens))[1] != "}":
            name = json.loads(token[2])
            next(tokens)  # the colon
            record[name] = _value(next(tokens), tokens)
        return record
    if sign == "[":
        items = []
        while (token := _next_part(tokens))[1] != "]":
            items.append(_value(token, tokens))
        return items
    if text is not None:
        placed = _PlacedText(json.loads(text))
        placed.place = token.span(2)
        return placed
    constants = {"true": True, "false": False, "null": None}
    return constants[word] if word in constants else _PlacedNumber(word, token.span(3))


def _next_part(tokens: Iterator[re.Match[str]]) -> re.Match[str]:
    """The next token that is no comma."""
    token = next(tokens)
    return next(tokens) if token[1] == "," else token
