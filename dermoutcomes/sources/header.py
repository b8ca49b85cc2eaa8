"""The header of a raw table: in which rows it stands, and which column each name belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["SEARCHED", "Column", "Header", "find_header", "header_score", "split_unit"]

# In so many first rows a header is looked for.
SEARCHED = 60
ROW_NAMES = "row names"
UNIT = re.compile(
    r"^(?P<name>.*\S)\s*(?:\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\))$", re.DOTALL
)


@frozen
class Column:
    """A column of a file: its position (from 1), name, `bare` name without a unit, and unit.

    `last` is the name in the last header row alone, where there are several; `label` is what the
    file calls the column in words, if its format does. A unit in square brackets is surely one. An id that stands in several columns is one column with `parts`.
    """

    position: int
    name: str
    last: str = ""
    parts: tuple[Column, ...] = ()
    label: str = ""
    bare: str = field(init=False)
    unit: str | None = field(init=False)
    surely_unit: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        bare, unit, sure = split_unit(self.name)
        for name, value in (("bare", bare), ("unit", unit), ("surely_unit", sure)):
            object.__setattr__(self, name, value)

    @property
    def positions(self) -> tuple[int, ...]:
        """Where it stands: several positions for an id in several columns."""
        return tuple(part.position for part in self.parts) or (self.position,)


@frozen(eq=False)
class Header:
    """The columns, the rows they were read from, and the first row of data.

    `shifted` where the names stood one column too far left.
    """

    columns: tuple[Column, ...]
    rows: tuple[int, ...]
    data_from: int
    shifted: bool = False

    @property
    def line(self) -> int | None:
        """The row that a message names.

        The last of the header, none where the format stores names.
        """
        return self.rows[-1] if self.rows else None


def split_unit(name: str) -> tuple[str, str | None, bool]:
    """The name without a unit in brackets, that unit, and whether the brackets were square."""
    match = UNIT.match(name.strip())
    if match is None:
        return name.strip(), None, False
    unit = match["square"] if match["square"] is not None else match["round"]
    return match["name"], unit.strip(), match["square"] is not None


def header_score(table: RawTable, is_known: Callable[[str], bool]) -> int:
    """How many known names the best header row of the table has."""
    return max((score for _, score in _row_scores(table, is_known)), default=0)


def find_header(
    context: ReadingContext, table: RawTable, is_known: Callable[[str], bool]
) -> Header:
    """The header: as stored, as the source states it, or the row with the most known names."""
    if table.header is not None:
        labels = table.labels or ("",) * len(table.header)
        columns = tuple(
            Column(position, name.strip(), label=label.strip())
            for position, (name, label) in enumerate(zip(table.header, labels, strict=True), 1)
        )
        return Header(columns, (), table.lines[0] if len(table.lines) else 1)
    best = max(_row_scores(table, is_known), key=lambda pair: pair[1], default=(1, 0))
    rows = _stated_rows(context, table) or (best[0],)
    columns, shifted = _columns(table, rows)
    next_line = next((line for line in table.lines if line > rows[-1]), rows[-1] + 1)
    header = Header(columns, rows, context.spec.data_from or next_line, shifted)
    if header.shifted:
        context.add_note(
            "header_shifted",
            "note",
            row=header.rows[0],
            message="the header has one name fewer than the rows have cells; "
            "the first column is taken for row names without one",
        )
    return header


def _stated_rows(context: ReadingContext, table: RawTable) -> tuple[int, ...]:
    header = context.spec.header
    rows = (header,) if isinstance(header, int) else tuple(sorted(header or ()))
    absent = [row for row in rows if row not in table.lines]
    if absent:
        raise context.error(
            "the header row is blank or beyond the end of the file",
            "header",
            line=absent[0],
            found=str(absent[0]),
            expected=f"a filled row from {table.lines[0]} to {table.lines[-1]}"
            if len(table.lines)
            else "a filled row",
        )
    return rows


def _row_scores(table: RawTable, is_known: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
    if table.header is not None:
        yield 0, sum(map(is_known, table.header))
        return
    for line, cells in zip(table.lines, table.cells.head(SEARCHED).iter_rows(), strict=False):
        yield line, sum(is_known(str(cell)) for cell in cells if cell)


def _columns(table: RawTable, rows: Iterable[int]) -> tuple[tuple[Column, ...], bool]:
    indices = [table.lines.index(row) for row in rows]
    names = [[(cell or "").strip() for cell in table.cells.row(index)] for index in indices]
    shifted = len(names) == 1 and _is_shifted(table, names[0], indices[0])
    if shifted:
        names = [[ROW_NAMES, *names[0][:-1]]]
    *upper, last = names
    carried = [_carried_right(row) for row in upper]
    joined = [" ".join(filter(None, parts)) for parts in zip(*carried, last, strict=True)]
    columns = [
        Column(position, " ".join(name.split()), last_name)
        for position, (name, last_name) in enumerate(zip(joined, last, strict=True), 1)
    ]
    return tuple(columns), shifted


def _carried_right(row: list[str]) -> Iterator[str]:
    """An upper header row with each text carried to the right, as a merged cell is meant."""
    current = ""
    for cell in row:
        current = cell or current
        yield current


def _is_shifted(table: RawTable, names: list[str], index: int) -> bool:
    """R's write.table leaves out the name of the row names.

    One name fewer than every row has cells. Names of rows differ, or the last column is one of
    remarks whose header is blank; in a row that says so itself (a cell of a workbook, a separator
    at the end) they are 1, 2, 3 and so on.
    """
    if len(names) < 2 or names[-1] or not all(names[:-1]):
        return False
    first, last = (table.cells[table.cells.columns[at]].slice(index + 1) for at in (0, -1))
    if not len(last) or (last.is_null() | (last.str.strip_chars() == "")).any():
        return False
    if table.cells.row(index)[-1] is None:
        return not first.is_duplicated().any()
    return first.to_list() == [str(number) for number in range(1, len(first) + 1)]
