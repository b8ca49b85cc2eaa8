"""Tables of files as a person sees them: titles above, a header of one or two rows, columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.draft.files.cell_kinds import ColumnLook, is_blank, is_date, is_number, look_of
from dermoutcomes.draft.files.file_groups import FileGroup
from dermoutcomes.sources.header import split_unit

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable
    from dermoutcomes.draft.files.adjacent_blocks import Blocks

__all__ = ["Grid", "GridColumn", "grid_of"]

SEARCHED = 40
# Between the name of an object and the names in it.
AROUND = "."
# A row of names has few numbers: columns may be called 0, 4 and 12.
MOST_NUMBERS = 0.3


@frozen(eq=False)
class GridColumn:
    """A column: position from 1, name of all header rows, name in the last, label below, cells.

    Of names with objects around them, as JSON has, the name in the last is the innermost.

    `codes` are the numbers behind cells that are read as labels, as statistics programs keep them.
    """

    position: int
    name: str
    last: str
    label: str
    cells: tuple[str, ...]
    codes: tuple[str, ...] = ()
    look: ColumnLook = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "look", look_of(self.cells))

    @property
    def numbers(self) -> ColumnLook | None:
        """What its numbers look like, or the codes behind its labels; None for a column of none."""
        if self.look.kind == "number":
            return self.look
        look = look_of(self.codes)
        return look if look.kind == "number" and self.look.kind == "word" else None

    @property
    def bare(self) -> str:
        """The name without a unit in brackets."""
        return split_unit(self.name)[0]

    @property
    def unit(self) -> str | None:
        """The unit in the brackets of the name."""
        return split_unit(self.name)[1]

    @property
    def values(self) -> tuple[str, ...]:
        """The filled cells, each once, in order."""
        return tuple(dict.fromkeys(cell.strip() for cell in self.cells if not is_blank(cell)))


@frozen(eq=False)
class Grid:
    """A table of a file.

    `sheet` is its name where the file has several; `titles` are the lines above the header.
    `header_rows` are rows of the file from 1, none where the format stores names, `data_from` the
    first row of data where a row of labels stands between. `alike` are the further sheets, with
    their titles, that have the same header; `row_files` the file of each row where it is put
    together from several. `dictionary` is the file that says what its codes mean, and `reader` the
    format, where a source has to name it, as it has the `encoding` of a text that does not say it.
    Of `blocks` beside each other `sheet` is the title.
    """

    group: FileGroup
    path: str
    sheet: str | None
    titles: tuple[str, ...]
    header_rows: tuple[int, ...]
    data_from: int | None
    columns: tuple[GridColumn, ...]
    rows: int
    alike: tuple[Grid, ...] = ()
    row_files: tuple[str, ...] = ()
    dictionary: str | None = None
    reader: str | None = None
    encoding: str | None = None
    blocks: Blocks | None = None

    @property
    def name(self) -> str:
        """How a message names it: the file, and the sheet in brackets."""
        file = self.group.pattern or self.path
        return f"{file} [{self.sheet}]" if self.sheet else file

    @property
    def surroundings(self) -> tuple[str, ...]:
        """Texts that say what the table is about: file, sheet, titles, and the folders around."""
        path = Path(self.path)
        return (path.stem, *filter(None, (self.sheet,)), *self.titles, *path.parts[:-1])

    @property
    def sheets(self) -> tuple[str, ...]:
        """The names of its sheet and of the further ones with the same header."""
        return tuple(sheet.sheet for sheet in (self, *self.alike) if sheet.sheet is not None)

    def at(self, position: int) -> GridColumn:
        """The column at a position, which sheets that are alike share."""
        return next(column for column in self.columns if column.position == position)

    def column(self, name: str) -> GridColumn | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


@frozen
class _Head:
    """The lines above a table's data: titles, header rows, the names that they make, labels."""

    names: Sequence[str]
    last: Sequence[str]
    labels: Sequence[str]
    titles: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    data_from: int | None = None


def grid_of(
    group: FileGroup, path: str, table: RawTable, *, several: bool, nested: bool = False
) -> Grid | None:
    """A table of a file as a person sees it; None where no header with rows below is seen.

    `several` says that the file holds more tables than this one, and `nested` that its names say
    the objects around them, as `regions.side`.
    """
    rows = [tuple("" if cell is None else str(cell) for cell in row) for row in table.cells.rows()]
    if table.header is not None:
        labels = table.labels or [""] * len(table.header)
        own = [name.rpartition(AROUND)[2] for name in table.header] if nested else table.header
        head, first = _Head(table.header, own, labels), 0
    else:
        header = _header_index(rows)
        if header is None:
            return None
        head, first = _head(rows, header, list(table.lines))
    filled = [
        index for index in range(first, len(rows)) if any(cell.strip() for cell in rows[index])
    ]
    codes = _codes(table, filled)
    columns = tuple(
        GridColumn(
            place + 1,
            name.strip(),
            head.last[place].strip(),
            head.labels[place],
            tuple(rows[index][place] for index in filled),
            codes.get(place, ()),
        )
        for place, name in enumerate(head.names)
        if name.strip()
    )
    if not columns or not filled or (len(columns) == 1 and columns[0].numbers is None):
        return None
    sheet = table.name if several else None
    return Grid(group, path, sheet, head.titles, head.rows, head.data_from, columns, len(filled))


def _codes(table: RawTable, filled: list[int]) -> dict[int, tuple[str, ...]]:
    """The numbers behind the cells of each column that has any, where the header is no cell."""
    if table.numbers is None or table.header is None:
        return {}
    columns = table.numbers.get_columns()
    return {
        place: tuple(
            "" if number is None else f"{number:g}" for number in column.gather(filled).to_list()
        )
        for place, column in enumerate(columns)
        if column.null_count() < len(column)
    }


def _head(rows: Sequence[Sequence[str]], header: int, lines: Sequence[int]) -> tuple[_Head, int]:
    """The head of a table whose names begin at a row, and the index of its first row of data."""
    upper, lower, labels = _header_rows(rows, header)
    titles = (
        " ".join(dict.fromkeys(cell.strip() for cell in row if cell.strip()))
        for row in rows[: upper[0] if upper else lower]
    )
    named = [*(_carried(rows[index]) for index in upper), rows[lower]]
    first = (labels if labels is not None else lower) + 1
    head = _Head(
        [_joined(named, place) for place in range(len(rows[lower]))],
        [cell.strip() for cell in rows[lower]],
        [cell.strip() for cell in rows[labels]] if labels is not None else [""] * len(rows[lower]),
        tuple(filter(None, titles)),
        tuple(lines[index] for index in (*upper, lower)),
        lines[first] if labels is not None and first < len(lines) else None,
    )
    return head, first


def _header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """The first row that is filled as the table is, with names in it rather than numbers."""
    searched = rows[:SEARCHED]
    counts = [sum(bool(cell.strip()) for cell in row) for row in searched]
    width = max(counts, default=0)
    for index, row in enumerate(searched):
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) < max(min(width, 2), width / 2):
            continue
        if sum(is_number(cell) or is_date(cell) for cell in filled) <= MOST_NUMBERS * len(filled):
            return index
    return None


def _header_rows(
    rows: Sequence[Sequence[str]], index: int
) -> tuple[tuple[int, ...], int, int | None]:
    """Upper header rows, the last one, and the row of labels behind it, by index."""
    row = rows[index]
    if index and _names_twice(row) and sum(bool(cell.strip()) for cell in rows[index - 1]) > 1:
        return (index - 1,), index, None
    if index + 2 >= len(rows):
        return (), index, None
    below, data = rows[index + 1], rows[index + 2 : index + 12]
    if not _is_text(below) or not _differs(below, data):
        return (), index, None
    completes = any(not cell.strip() and low.strip() for cell, low in zip(row, below, strict=True))
    if completes or _names_twice(row):
        return (index,), index + 1, None
    return (), index, index + 1


def _names_twice(row: Sequence[str]) -> bool:
    return max(Counter(cell.strip() for cell in row if cell.strip()).values(), default=0) > 1


def _is_text(row: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in row if cell.strip()]
    numbers = sum(is_number(cell) or is_date(cell) for cell in filled)
    return len(filled) >= 2 and numbers <= 0.2 * len(filled)


def _differs(below: Sequence[str], data: Sequence[Sequence[str]]) -> bool:
    """Whether a row of text is of another kind than the rows behind it.

    Numbers or dates stand under its words, or its first cell is blank where all others are filled
    and none of its words comes again.
    """
    places = [place for place, cell in enumerate(below) if cell.strip()]
    under = [[row[place].strip() for row in data if row[place].strip()] for place in places]
    numeric = sum(
        bool(cells) and sum(is_number(cell) or is_date(cell) for cell in cells) > len(cells) / 2
        for cells in under
    )
    if numeric >= max(1, len(places) / 3):
        return True
    again = any(below[place].strip() in cells for place, cells in zip(places, under, strict=True))
    return not below[0].strip() and all(row[0].strip() for row in data) and not again


def _carried(row: Sequence[str]) -> list[str]:
    """A row of which each text counts until the next, as a merged cell is meant."""
    carried, current = [], ""
    for cell in row:
        current = cell.strip() or current
        carried.append(current)
    return carried


def _joined(rows: Sequence[Sequence[str]], place: int) -> str:
    return " ".join(" ".join(row[place].split()) for row in rows if row[place].strip())
