"""Delimited text.

The separator is found by counting columns, and every row keeps its line number.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from dermoutcomes import Match, Problem, RawTable, StudyError, option
from dermoutcomes_readers.disguises import refuse_disguised
from dermoutcomes_readers.encodings import decode, looks_like_text
from dermoutcomes_readers.extents import Extent, refuse_wide_row

__all__ = ["SUFFIXES", "DelimitedOptions", "read", "recognise"]

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".asc", ".tab", ".cmf", ".crd", ".prn")
DELIMITERS = ("\t", ";", "|", ",")
NAMES = {"\t": "tab", ";": "semicolon", "|": "pipe", ",": "comma"}
SAMPLE_ROWS = 60
# So many characters have the first rows of all but a few files.
SAMPLE_TEXT = 1_000_000


@frozen
class DelimitedOptions:
    """How the text is cut into cells."""

    delimiter: str | None = option(
        None, "Field separator; found by counting columns unless stated."
    )
    encoding: str | None = option(
        None, "Text encoding; found by byte order mark and validity unless stated."
    )
    decimal: str = option(
        ".", "Decimal sign: a decimal comma is never taken for a separator where another fits."
    )


def recognise(path: Path, head: bytes) -> Match | None:
    """Text is recognised by having no control characters.

    Surer with a suffix that text exports have.
    """
    if not looks_like_text(head):
        return Match(0.2, f"the suffix {path.suffix}") if path.suffix.lower() in SUFFIXES else None
    return (
        Match(0.7, f"text, with the suffix {path.suffix}")
        if path.suffix.lower() in SUFFIXES
        else Match(0.4, "text")
    )


def read(path: Path, options: DelimitedOptions) -> Mapping[str, RawTable]:
    """One table, named after the file, all cells text.

    Blank lines are left out, a row that is too short ends in nulls.
    """
    content = path.read_bytes()
    refuse_disguised(content, path)
    text = decode(content, path, options.encoding)
    if not text.strip():
        raise StudyError(
            Problem(
                "the file is empty", file=path.name, expected="a header and rows", code="empty_file"
            )
        )
    delimiter = options.delimiter or find_delimiter(text, options.decimal)
    try:
        cells, lines = (_quoted if '"' in text else _plain)(text, delimiter, path)
    except csv.Error as error:
        raise StudyError(_broken_quotes(text, delimiter, error, path)) from error
    return {path.stem: RawTable(path.stem, cells, lines)}


def find_delimiter(text: str, decimal: str = ".") -> str:
    """The separator that the first line states (`sep=;`), or else the likeliest.

    That is the one that cuts most of the first rows into as many columns; without any, a comma.
    """
    if text[:4].lower() == "sep=" and text[4:5] in DELIMITERS:
        return text[4]
    candidates = [
        (share, width, sign)
        for sign in DELIMITERS
        for share, width in [_regularity(text, sign)]
        if width > 1
    ]
    if decimal == "," and any(sign != "," and share >= 0.5 for share, _, sign in candidates):
        candidates = [candidate for candidate in candidates if candidate[2] != ","]
    return (
        max(candidates, key=lambda candidate: (round(candidate[0], 1), candidate[1]))[2]
        if candidates
        else ","
    )


def _regularity(text: str, delimiter: str) -> tuple[float, int]:
    """The share of the first rows that have the commonest number of columns, and that number."""
    widths = [len(row) for row in _sample(text, delimiter) if row]
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0, 1
    width, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]))
    return times / len(widths), width


def _sample(text: str, delimiter: str) -> Sequence[Sequence[str]]:
    head = text[:SAMPLE_TEXT]
    # One row more than is asked for: the last of a head may be cut.
    rows = _first_rows(head, delimiter, SAMPLE_ROWS + 1)
    if len(head) < len(text) and len(rows) <= SAMPLE_ROWS:
        return _first_rows(text, delimiter, SAMPLE_ROWS)
    return rows[:SAMPLE_ROWS]


def _first_rows(text: str, delimiter: str, n_rows: int) -> list[list[str]]:
    """So many of the first rows; none of a text that is no text of rows."""
    try:
        return list(islice(_reader(text, delimiter), n_rows))
    except csv.Error:
        return []


def _reader(text: str, delimiter: str, *, strict: bool = False) -> Any:
    """The rows of `text`; a cell may be as long as the whole of it.

    Python's own limit of 131,072 characters a cell is one of the process, so it is only ever
    raised: another reading may need the longer one. Quotes that do not end are told by `strict`.
    """
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _plain(text: str, delimiter: str, path: Path) -> tuple[pl.DataFrame, Any]:
    """Text without quotes: a line is a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > SAMPLE_TEXT and (cells := _even(text, delimiter, path)) is not None:
        return cells, range(1, cells.height + 1)
    lines = text.split("\n")
    while lines and not lines[-1].strip():
        del lines[-1]
    numbers: tuple[int, ...] | range = range(1, len(lines) + 1)
    if not all(map(str.strip, lines)):
        numbers = tuple(number for number, line in enumerate(lines, 1) if line.strip())
        lines = [lines[number - 1] for number in numbers]
    widths = [line.count(delimiter) + 1 for line in lines]
    _refuse_wide_row(widths, numbers, path)
    # One step of Polars: of a small file its steps would cost more than all else.
    width, line = max(widths), pl.Series("line", lines, dtype=pl.String)
    cells = (
        line.str.split_exact(delimiter, width - 1).struct.unnest() if width > 1 else line.to_frame()
    )
    cells.columns = [f"column_{position}" for position in range(1, cells.width + 1)]
    return cells, numbers


def _even(text: str, delimiter: str, path: Path) -> pl.DataFrame | None:
    """The cells of a text whose lines all have as many separators as the first; None of others.

    Cut by the CSV reader of Polars, a million lines take a fifth of the time that they take one by
    one, and no memory beside their cells. It sees no line that is blank or longer, so that both are
    ruled out here.
    """
    text = text[: len(text.rstrip("\n"))]
    width, n_lines = text[: text.find("\n")].count(delimiter) + 1, text.count("\n") + 1
    if width < 2 or delimiter.isspace() or text.count(delimiter) != (width - 1) * n_lines:
        return None
    refuse_wide_row(Extent(n_lines, width, n_lines * width), 1, width, path.name)
    names = [f"column_{position}" for position in range(1, width + 1)]
    try:
        cells = pl.read_csv(
            # Behind the last line too: at the end of a text one separator too many is not seen.
            f"{text}\n".encode(),
            has_header=False,
            separator=delimiter,
            quote_char=None,
            schema=dict.fromkeys(names, pl.String),
            empty_string_is_null=False,
        )
    except pl.exceptions.ComputeError:
        return None  # A line is longer, and another shorter.
    return cells if cells.height == n_lines else None


def _quoted(text: str, delimiter: str, path: Path) -> tuple[pl.DataFrame, Any]:
    """Text with quotes: a row may span lines, and is numbered by its first."""
    lines, rows = zip(*_numbered(text, delimiter), strict=True)
    widths = [len(row) for row in rows]
    _refuse_wide_row(widths, lines, path)
    width = max(widths)
    even = [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows]
    columns = zip(*even, strict=True)
    return pl.DataFrame(
        {
            f"column_{position}": pl.Series(cells, dtype=pl.String)
            for position, cells in enumerate(columns, 1)
        }
    ), lines


def _refuse_wide_row(widths: Sequence[int], lines: Sequence[int], path: Path) -> None:
    """StudyError where one row is so wide that the others would be mostly blank."""
    widest = max(widths)
    extent = Extent(len(widths), widest, sum(widths))
    usual = sorted(widths)[len(widths) // 2]
    refuse_wide_row(extent, lines[widths.index(widest)], usual, path.name)


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[Any]]]:
    rows = _reader(text, delimiter, strict=True)
    line = 1
    for row in rows:
        if any(cell.strip() for cell in row) or len(row) > 1:
            yield line, row
        line = rows.line_num + 1


def _broken_quotes(text: str, delimiter: str, error: csv.Error, path: Path) -> Problem:
    line = next(
        (number for number, row in enumerate(text.splitlines(), 1) if row.count('"') % 2), None
    )
    return Problem(
        f"the quotes do not match: {error}",
        file=path.name,
        line=line,
        found="a quoted cell that does not end, or goes on after its end",
        expected=f"cells in double quotes, separated by {NAMES.get(delimiter, repr(delimiter))}",
        code="unreadable_file",
    )
