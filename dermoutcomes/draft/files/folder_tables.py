"""The files of a folder as tables: read by the reader that knows them, those of one kind together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes.draft.files.adjacent_blocks import blocks_of_table
from dermoutcomes.draft.files.dictionary import Companion, companions
from dermoutcomes.draft.files.encoding_doubts import asked_encoding
from dermoutcomes.draft.files.file_groups import FileGroup
from dermoutcomes.draft.files.lab_folder import FolderFiles, Unread
from dermoutcomes.draft.files.sheet_grids import Grid, grid_of
from dermoutcomes.errors import DermOutcomesError, StudyError, what_failed
from dermoutcomes.shortages import raise_shortage
from dermoutcomes.sources.raw_table import advice_on

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable, Reader
    from dermoutcomes.registry.registry import Registry

__all__ = ["read_grids"]

HEAD = 4096
BEYOND = "one of very many files that are not of one kind: keep those of one kind in a folder"


def read_grids(
    folder: Path,
    files: FolderFiles,
    registry: Registry,
    looked_at: Callable[[int, int], None] | None = None,
) -> tuple[tuple[Grid, ...], tuple[Unread, ...]]:
    """The tables of a folder's files, and the files that no reader could read, with the reason.

    Of many files with names of one shape some are read; where their headers are not the same, each
    file is read for itself. A file that another one is read with, as a data dictionary, is no table
    and is not unread. `looked_at` is told after each file how many are done, of how many.
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
            if others and _have_same_sheets(of_group):
                grids += (_together(tables) for tables in zip(*of_group, strict=True))
            else:
                grids += _sheets_alike(first)
    return _with_dictionaries(folder, registry, grids, unread)


def _with_dictionaries(
    folder: Path, registry: Registry, grids: Sequence[Grid], unread: Sequence[Unread]
) -> tuple[tuple[Grid, ...], tuple[Unread, ...]]:
    """The tables, those of an export that a dictionary fits read with it; and what is left."""
    read, left = list(grids), list(unread)
    for companion in companions(folder, unread, registry, HEAD):
        reasons = []
        for group in dict.fromkeys(grid.group for grid in read):
            path = group.paths[0]
            is_read = any(grid.group == group and grid.dictionary for grid in read)
            if group.pattern is not None or is_read or path.suffix not in companion.reader.suffixes:
                continue
            tables, because = _grids_of_file(group, path, folder, registry, companion)
            if not tables:
                reasons.append(because)
                continue
            at = next(place for place, grid in enumerate(read) if grid.group == group)
            read = [grid for grid in read if grid.group != group]
            read[at:at] = _sheets_alike(tables)
            if companion.file in left:
                left.remove(companion.file)
        if companion.file in left and reasons:
            left[left.index(companion.file)] = evolve(companion.file, because=reasons[0])
    return tuple(read), tuple(left)


def _grids_of_file(
    group: FileGroup,
    path: Path,
    folder: Path,
    registry: Registry,
    companion: Companion | None = None,
) -> tuple[list[Grid], str]:
    """The tables of a file, or why there are none; read with its dictionary where it has one."""
    encoding: str | None = None
    try:
        reader = _reader_of_file(path, registry)
        if companion is None:
            tables, encoding = _read(reader, path)
        else:
            options = companion.reader.options(dictionary=str(companion.path))
            tables = companion.reader.read(path, options)
    except DermOutcomesError as error:
        raise_shortage(error)
        return [], " ".join(str(error).split())
    except Exception as error:  # noqa: BLE001 - one bad file stops no draft
        raise_shortage(error)
        return [], what_failed(error)
    relative = path.relative_to(folder).as_posix()
    several = len(tables) > 1
    grids = [
        grid
        for table in tables.values()
        for grid in _grids_of_table(group, relative, table, several=several, nested=reader.nested)
    ]
    if companion is not None:
        forced = companion.reader.name if companion.reader is not reader else None
        dictionary = companion.path.relative_to(folder).as_posix()
        grids = [evolve(grid, dictionary=dictionary, reader=forced) for grid in grids]
    if encoding is not None:
        grids = [evolve(grid, encoding=encoding) for grid in grids]
    return grids, "no table was seen in it: a header with names, and rows below"


def _read(reader: Reader, path: Path) -> tuple[Mapping[str, RawTable], str | None]:
    """The tables of a file, and the encoding that it does not say and was read in."""
    try:
        return reader.read(path, reader.options()), None
    except StudyError as error:
        encoding = asked_encoding(error, reader)
        if encoding is None:
            raise
    return reader.read(path, reader.options(encoding=encoding)), encoding


def _grids_of_table(
    group: FileGroup, path: str, table: RawTable, *, several: bool, nested: bool
) -> Iterator[Grid]:
    """A table as one grid, or as one for each of the blocks that stand beside each other in it."""
    blocks = blocks_of_table(table, several=several)
    if blocks is None:
        grid = grid_of(group, path, table, several=several, nested=nested)
        if grid is not None:
            yield grid
        return
    for block in blocks.tables:
        grid = grid_of(group, path, block, several=True)
        if grid is not None:
            yield evolve(grid, titles=blocks.above, blocks=evolve(blocks, tables=()))


def _together(grids: Sequence[Grid]) -> Grid:
    """A table of files of one kind as one: what one file shows of a column, another may not."""
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


def _have_same_sheets(files: Sequence[Sequence[Grid]]) -> bool:
    """Whether files hold the same sheets, or one each, whatever it is called."""
    sheets = {tuple(grid.sheet for grid in tables) for tables in files}
    return len(sheets) == 1 or {len(names) for names in sheets} == {1}


def _headers(grids: Sequence[Grid]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(column.name for column in grid.columns) for grid in grids)


def _reader_of_file(path: Path, registry: Registry) -> Reader:
    """The reader that is surest of a file. Raises DermOutcomesError where none knows it."""
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head:
        raise DermOutcomesError("the file is empty")
    matches = [
        (match.certainty, reader)
        for reader in registry.readers.values()
        if (match := reader.recognise(path, head))
    ]
    if not matches:
        advice = advice_on(registry.readers.values(), path, head)
        raise DermOutcomesError(
            f"no reader knows this format (suffix {path.suffix or 'none'}): "
            + (advice or "export it as CSV, or name a reader with `reader`")
        )
    return max(matches, key=lambda pair: pair[0])[1]


def _sheets_alike(grids: Sequence[Grid]) -> Iterator[Grid]:
    """Sheets with one header are one table, the further ones behind the first."""
    families: dict[tuple[str, ...], list[Grid]] = {}
    for grid in grids:
        families.setdefault(tuple(column.name for column in grid.columns), []).append(grid)
    for first, *others in families.values():
        yield evolve(first, alike=tuple(others)) if others else first
