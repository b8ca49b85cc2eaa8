"""The header of a raw table: in which rows it stands, and which column each name belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable
    from dermoutcomes.sources.files import SourceFile

__all__ = ["Column", "Header", "find_header", "header_score", "split_unit"]

SEARCHED = 60
ROW_NAMES = "row names"
UNIT = re.compile(
    r"^(?P<name>.*\S)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))$", re.DOTALL
)


@frozen
class Column:
    """A column of a file: its place (from 1), its name, the same without a unit behind it, and that unit.

    `last` is the name in the last header row alone, where there are several. A unit in square brackets is surely one.
    """

    position: int
    name: str
    last: str = ""
    bare: str = field(init=False)
    unit: str | None = field(init=False)
    surely_unit: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        bare, unit, sure = split_unit(self.name)
        for name, value in (("bare", bare), ("unit", unit), ("surely_unit", sure)):
            object.__setattr__(self, name, value)


@frozen(eq=False)
class Header:
    """Columns, the rows they were read from, the first row of data, and whether the names stood one column too far left."""

    columns: tuple[Column, ...]
    rows: tuple[int, ...]
    data_from: int
    shifted: bool = False


def split_unit(name: str) -> tuple[str, str | None, bool]:
    """The name without a unit in brackets behind it, that unit, and whether the brackets were square."""
    match = UNIT.match(name.strip())
    if match is None:
        return name.strip(), None, False
    unit = match["square"] if match["square"] is not None else match["round"]
    return match["name"], unit.strip(), match["square"] is not None


def header_score(table: RawTable, known: Callable[[str], bool]) -> int:
    """How many known names the best header row of the table has."""
    return max((score for _, score in _scores(table, known)), default=0)


def find_header(file: SourceFile, table: RawTable, known: Callable[[str], bool]) -> Header:
    """The header: as stored, as the source states it, or the row with the most known names."""
    if table.header is not None:
        columns = tuple(
            Column(position, name.strip()) for position, name in enumerate(table.header, 1)
        )
        return Header(columns, (), table.lines[0] if len(table.lines) else 1)
    rows = _stated(file, table) or (_found(table, known),)
    columns, shifted = _columns(table, rows)
    following = next((line for line in table.lines if line > rows[-1]), rows[-1] + 1)
    return Header(columns, rows, file.spec.data_from or following, shifted)


def _stated(file: SourceFile, table: RawTable) -> tuple[int, ...]:
    stated = file.spec.header
    rows = (stated,) if isinstance(stated, int) else tuple(sorted(stated or ()))
    absent = [row for row in rows if row not in table.lines]
    if absent:
        raise StudyError(
            Problem(
                "the header row is blank or beyond the end of the file",
                file=file.relative,
                line=absent[0],
                path=f"{file.setting}.header",
                found=str(absent[0]),
                expected=f"a filled row from {table.lines[0]} to {table.lines[-1]}"
                if len(table.lines)
                else "a filled row",
            )
        )
    return rows


def _found(table: RawTable, known: Callable[[str], bool]) -> int:
    return max(_scores(table, known), key=lambda pair: pair[1], default=(1, 0))[0]


def _scores(table: RawTable, known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    if table.header is not None:
        yield 0, sum(map(known, table.header))
        return
    for line, cells in zip(table.lines, table.cells.head(SEARCHED).iter_rows(), strict=False):
        yield line, sum(known(str(cell)) for cell in cells if cell)


def _columns(table: RawTable, rows: Iterable[int]) -> tuple[tuple[Column, ...], bool]:
    places = [table.lines.index(row) for row in rows]
    read = [[(cell or "").strip() for cell in table.cells.row(place)] for place in places]
    shifted = len(read) == 1 and _is_shifted(table, read[0], places[0])
    if shifted:
        read = [[ROW_NAMES, *read[0][:-1]]]
    upper = [_filled(row) for row in read[:-1]]
    joined = [
        " ".join(part for part in parts if part) for parts in zip(*upper, read[-1], strict=True)
    ]
    columns = [
        Column(position, " ".join(name.split()), last)
        for position, (name, last) in enumerate(zip(joined, read[-1], strict=True), 1)
    ]
    return tuple(columns), shifted


def _filled(row: list[str]) -> Iterator[str]:
    """An upper header row with each text carried to the right, as a merged cell is meant."""
    current = ""
    for cell in row:
        current = cell or current
        yield current


def _is_shifted(table: RawTable, names: list[str], place: int) -> bool:
    """R's write.table leaves out the name of the row names: one name fewer than every row has cells."""
    if len(names) < 2 or names[-1] or not all(names[:-1]):
        return False
    last = table.cells[table.cells.columns[-1]].slice(place + 1)
    return len(last) > 0 and bool((last.is_not_null() & (last.str.strip_chars() != "")).all())
