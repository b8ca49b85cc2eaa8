"""The cells behind the numbers that decide, as lists that need no script.

They are made of the same data as what opens with a script, and stand where scripts are off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import evolve, frozen

__all__ = ["CellsBehind", "FileColumn", "FileRow", "deciding_cells"]

# So many rows stand below one hypothesis, and so many in a page; it is no place for more.
MOST_ROWS, MOST_OF_ALL, LEAST_ROWS = 400, 8000, 20


@frozen
class FileRow:
    """A row of a file: whose it is, what was read there, and the text of its cells.

    `read` is the value where it is not what the cell says, but for a decimal comma.
    """

    row: int
    subject: str
    about: str
    text: str
    read: str


@frozen
class FileColumn:
    """Rows of one file and column; `about` is what all of them are of."""

    file: str
    column: str
    about: str
    rows: tuple[FileRow, ...]


@frozen
class CellsBehind:
    """What a hypothesis rests on: `shown` of `n` rows, by file and column."""

    title: str
    about: str
    columns: tuple[FileColumn, ...]
    shown: int
    n: int


def deciding_cells(
    data: Mapping[str, Any], hypotheses: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[CellsBehind]:
    """The rows behind each hypothesis whose results the page shows.

    `data` is what Evidence of `dermoutcomes.report` gives; `hypotheses` are names with the ids of
    the results that they rest on.
    """
    quantity_of = {
        result: quantity for quantity in data["quantities"] for result in quantity[4].split(" ")
    }
    words, length = data["words"], data["id_length"]
    hypotheses = list(hypotheses)
    most = min(MOST_ROWS, max(LEAST_ROWS, MOST_OF_ALL // max(1, len(hypotheses))))
    for name, results in hypotheses:
        quantities = [
            quantity_of[result[:length]] for result in results if result[:length] in quantity_of
        ]
        if not quantities:
            continue
        places = _rows_behind(data, {quantity[3] for quantity in quantities})
        columns: dict[tuple[str, str], list[FileRow]] = {}
        for place in places[:most]:
            key, row = _row(data, place)
            columns.setdefault(key, []).append(row)
        yield CellsBehind(
            name,
            words[quantities[0][1]],
            tuple(_column(*key, rows) for key, rows in columns.items()),
            min(len(places), most),
            len(places),
        )


def _rows_behind(data: Mapping[str, Any], behind: Iterable[int]) -> list[int]:
    """Places of rows with a cell: where a reading was computed, of those that it was made from."""
    asked: list[int] = []
    for number in sorted(behind):
        for _, _, rows, _, records in data["behind"][number]:
            asked += _places(rows)
            for record in _places(records):
                asked += _places(data["records"][record][5])
    rows_with_cells: set[int] = set()
    seen: set[int] = set()
    while asked:
        place = asked.pop()
        if place in seen:
            continue
        seen.add(place)
        parents = _field(data["rows"][place], 6)
        asked += parents or []
        if not parents:
            rows_with_cells.add(place)
    return sorted(rows_with_cells)


def _row(data: Mapping[str, Any], place: int) -> tuple[tuple[str, str], FileRow]:
    """The names of a row's file and column, and the row in words.

    A row of a list has all its cells, each after the name of its column.
    """
    words, row = data["words"], data["rows"][place]
    name, heads = data["files"][row[0]]
    first, *texts = _field(row, 5) or [0]
    named = [
        (f"column {column}" + (f" ({head})" if head else ""), words[text])
        for column, text in enumerate(texts, start=first)
        for head in [words[heads[column - 1]] if column <= len(heads) else ""]
    ]
    column, text = named[0] if len(named) == 1 else ("", "")
    if len(named) > 1:
        text = "; ".join(f"{head}: {cell}" for head, cell in named if cell)
    read = words[_field(row, 4) or 0]
    read = "" if _is_number(text, read) else read
    about = words[_field(row, 3) or 0]
    return (words[name], column), FileRow(row[1], words[row[2]], about, text, read)


def _is_number(text: str, read: str) -> bool:
    """Whether a cell is a plain number, be it with a decimal comma, and was read as that."""
    try:
        return float(text.strip().replace(",", ".")) == float(read)
    except ValueError:
        return False


def _column(file: str, column: str, rows: Sequence[FileRow]) -> FileColumn:
    """Rows of a column, with what all of them are of said once."""
    parts = [row.about.split(", ") for row in rows]
    common = [names[0] for names in zip(*parts, strict=False) if len(set(names)) == 1]
    # The leading parts alone: what comes after one that differs belongs to it.
    while common and any(own[: len(common)] != common for own in parts):
        common.pop()
    own_parts = [", ".join(own[len(common) :]) for own in parts]
    return FileColumn(
        file,
        column,
        ", ".join(common),
        tuple(evolve(row, about=about) for row, about in zip(rows, own_parts, strict=True)),
    )


def _field(row: Sequence[Any], place: int) -> Any:
    """A field of a row; what is empty at the end of one is left out."""
    return row[place] if place < len(row) else None


def _places(runs: Sequence[int]) -> list[int]:
    """Places from runs: how many to skip, how many to take, and so on."""
    places: list[int] = []
    end = 0
    for skip, take in zip(runs[::2], runs[1::2], strict=True):
        places += range(end + skip, end + skip + take)
        end += skip + take
    return places
