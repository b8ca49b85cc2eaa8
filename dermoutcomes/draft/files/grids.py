"""Tables of files as a person sees them: titles above, a header of one or two rows, columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from dermoutcomes.draft.files.cells import ColumnLook, is_blank, is_date, is_number, look_of
from dermoutcomes.draft.files.folder import FileGroup, FolderFiles, Unread
from dermoutcomes.errors import DermOutcomesError, what_failed
from dermoutcomes.sources.header import split_unit

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable, Reader
    from dermoutcomes.registry.registry import Registry

__all__ = ["Grid", "GridColumn", "read_grids"]

HEAD = 4096
SEARCHED = 40
# A row of names has few numbers: columns may be called 0, 4 and 12.
MOST_NUMBERS = 0.3
BEYOND = "one of very many files that are not of one kind: keep those of one kind in a folder"


@frozen(eq=False)
class GridColumn:
    """A column: position from 1, name of all header rows, name in the last, label below, cells.

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
    together from several.
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

    @property
    def name(self) -> str:
        """How a message names it: the file, and the sheet in brackets."""
        file = self.group.pattern or self.path
        return f"{file} [{self.sheet}]" if self.sheet else file

    @property
    def surroundings(self) -> tuple[str, ...]:
        """Texts that say what the table is about: file, sheet, titles."""
        return (Path(self.path).stem, *filter(None, (self.sheet,)), *self.titles)

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


def read_grids(
    folder: Path,
    files: FolderFiles,
    registry: Registry,
    looked_at: Callable[[int, int], None] | None = None,
) -> tuple[tuple[Grid, ...], tuple[Unread, ...]]:
    """The tables of a folder's files, and the files that no reader could read, with the reason.

    Of many files with names of one shape some are read; where their headers are not the same, each
    file is read for itself. `looked_at` is told after each file how many are done, of how many.
    """
    grids: list[Grid] = []
    unread = list(files.unread)
    waiting, done = list(files.groups), 0
    while waiting:
        group = waiting.pop(0)
        of_group: list[list[Grid]] = []
        not_read: list[Unread] = []
        for path in group.looked_at:
            tables, because = _grids_of_file(group, path, folder, registry)
            done += 1
            if looked_at is not None:
                looked_at(done, done + sum(len(other.looked_at) for other in waiting))
            if tables:
                of_group.append(tables)
            else:
                not_read.append(Unread(path.relative_to(folder).as_posix(), because))
        if group.pattern is not None and len(set(map(_headers, of_group))) > 1:
            waiting[:0] = group.singly()
            beyond = group.paths[len(group.singly()) :]
            unread += [Unread(path.relative_to(folder).as_posix(), BEYOND) for path in beyond]
            continue
        unread += not_read
        if of_group:
            first, *others = of_group
            one_table = len(first) == 1 and others
            grids += [_together(of_group)] if one_table else _sheets_alike(first)
    return tuple(grids), tuple(unread)


def _grids_of_file(
    group: FileGroup, path: Path, folder: Path, registry: Registry
) -> tuple[list[Grid], str]:
    """The tables of a file, or why there are none."""
    try:
        tables = _tables(path, registry)
    except DermOutcomesError as error:
        return [], " ".join(str(error).split())
    except Exception as error:  # noqa: BLE001 - one bad file stops no draft
        return [], what_failed(error)
    relative = path.relative_to(folder).as_posix()
    several = len(tables) > 1
    grids = (_grid(group, relative, table, several=several) for table in tables.values())
    return [*filter(None, grids)], "no table was seen in it: a header with names, and rows below"


def _together(files: Sequence[Sequence[Grid]]) -> Grid:
    """Files of one kind as one table: what one shows of a column, another may not."""
    grids = [grid for tables in files for grid in tables]
    columns = tuple(
        evolve(
            column,
            cells=tuple(cell for grid in grids for cell in grid.columns[place].cells),
            codes=tuple(code for grid in grids for code in grid.columns[place].codes),
        )
        for place, column in enumerate(grids[0].columns)
    )
    return evolve(
        grids[0],
        columns=columns,
        rows=sum(grid.rows for grid in grids),
        row_files=tuple(grid.path for grid in grids for _ in range(grid.rows)),
    )


def _headers(grids: Sequence[Grid]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(column.name for column in grid.columns) for grid in grids)


def _tables(path: Path, registry: Registry) -> Mapping[str, RawTable]:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise DermOutcomesError("the file is empty")
    reader = _reader(path, head, registry)
    if reader is None:
        raise DermOutcomesError(
            f"no reader knows this format (suffix {path.suffix or 'none'}): export it as CSV, "
            "or name a reader with `reader`"
        )
    return reader.read(path, reader.options())


def _reader(path: Path, head: bytes, registry: Registry) -> Reader | None:
    matches = [
        (match.certainty, reader)
        for reader in registry.readers.values()
        if (match := reader.recognise(path, head))
    ]
    return max(matches, key=lambda pair: pair[0])[1] if matches else None


@frozen
class _Head:
    """The lines above a table's data: titles, header rows, the names that they make, labels."""

    names: Sequence[str]
    last: Sequence[str]
    labels: Sequence[str]
    titles: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    data_from: int | None = None


def _grid(group: FileGroup, path: str, table: RawTable, *, several: bool) -> Grid | None:
    rows = [tuple("" if cell is None else str(cell) for cell in row) for row in table.cells.rows()]
    if table.header is not None:
        labels = table.labels or [""] * len(table.header)
        head, first = _Head(table.header, table.header, labels), 0
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


def _sheets_alike(grids: Sequence[Grid]) -> Iterator[Grid]:
    """Sheets with one header are one table, the further ones behind the first."""
    families: dict[tuple[str, ...], list[Grid]] = {}
    for grid in grids:
        families.setdefault(tuple(column.name for column in grid.columns), []).append(grid)
    for first, *others in families.values():
        yield evolve(first, alike=tuple(others)) if others else first
