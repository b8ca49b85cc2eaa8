"""Blocks that stand beside each other in a sheet, each under a title and with a header of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, field, frozen

from dermoutcomes.draft.recognition.export_words import plain, role_of, side_and_place, side_of
from dermoutcomes.draft.recognition.visit_names import visit_name
from dermoutcomes.sources.header import split_unit

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable

__all__ = ["Blocks", "blocks_of_table"]

SEARCHED = 20
# What a block says of its rows by itself; where it says nothing, its columns are wide headers.
OWN_COLUMNS = ("subject", "visit", "date", "side", "location", "replicate")


@frozen(eq=False)
class Blocks:
    """Blocks of a sheet: the pattern of their titles, and the table of each.

    `words` are what stands at each name of the pattern, block by block; `above` the lines above the
    titles; `sheet` is what the sheet is called, where the file holds more tables. The first `shared`
    columns of each stand before all blocks.
    """

    pattern: str
    words: Mapping[str, tuple[str, ...]]
    above: tuple[str, ...]
    sheet: str | None
    shared: int = 0
    tables: tuple[RawTable, ...] = field(factory=tuple)


def blocks_of_table(table: RawTable, *, several: bool) -> Blocks | None:
    """The blocks of a sheet; None where it has none.

    The blocks repeat one header, with a column of the subject, the visit, the date, the side, the
    place or the replicate in it, and their titles say a visit, a side or a place. Columns before
    the first title belong to every block. `several` says that the file holds more tables.
    """
    if table.header is not None:
        return None
    rows = [
        tuple("" if cell is None else " ".join(str(cell).split()) for cell in row)
        for row in table.cells.head(SEARCHED + 1).iter_rows()
    ]
    for index, (row, below) in enumerate(pairwise(rows)):
        starts = [place for place, cell in enumerate(row) if cell]
        if len(starts) < 2 or not _repeats_header(below, starts):
            continue
        titles = [row[start] for start in starts]
        pattern = _title_pattern(titles)
        if pattern is None:
            continue
        above = (" ".join(filter(None, other)) for other in rows[:index])
        return Blocks(
            *pattern,
            tuple(filter(None, above)),
            table.name if several else None,
            starts[0],
            tuple(_tables(table, index + 1, titles, starts)),
        )
    return None


def _repeats_header(header: Sequence[str], starts: Sequence[int]) -> bool:
    """Whether each block has the same names, of which one says whose or when its rows are."""
    ends = [*starts[1:], len(header)]
    blocks = {
        tuple(filter(None, header[start:end])) for start, end in zip(starts, ends, strict=True)
    }
    names = blocks.pop()
    own = (role_of(split_unit(name)[0], "roles", OWN_COLUMNS) for name in names)
    return not blocks and len(names) > 1 and any(own)


def _title_pattern(titles: Sequence[str]) -> tuple[str, dict[str, tuple[str, ...]]] | None:
    """What titles say, as a pattern, and the words at its names."""
    if len({*map(plain, titles)}) < len(titles):
        return None
    if all(visit_name(title) is not None for title in titles):
        return "{visit}", {"visit": tuple(titles)}
    if all(side_of(title) is not None for title in titles):
        return "{side}", {"side": tuple(titles)}
    if all(role_of(title, "places") is not None for title in titles):
        return "{location}", {"location": tuple(titles)}
    if all(side_and_place(title) is not None for title in titles):
        sides = [next(word for word in title.split() if side_of(word)) for title in titles]
        patterns = {
            title.replace(side, "{side}", 1) for title, side in zip(titles, sides, strict=True)
        }
        if len(patterns) == 1:
            return patterns.pop(), {"side": tuple(sides)}
    return None


def _tables(
    table: RawTable, below: int, titles: Sequence[str], starts: Sequence[int]
) -> Iterator[RawTable]:
    """The columns of each block, behind those before the first title, without its blank rows."""
    names = table.cells.columns
    for title, start, end in zip(titles, starts, [*starts[1:], len(names)], strict=True):
        own, shared = names[start:end], names[: starts[0]]
        cells = table.cells.slice(below)
        filled = pl.any_horizontal(
            pl.col(own).cast(pl.String).str.strip_chars().fill_null("") != ""
        )
        kept = cells.select(filled).to_series()
        lines = pl.Series(list(table.lines), dtype=pl.Int64).slice(below).filter(kept)
        yield evolve(
            table,
            name=title,
            cells=cells.filter(kept).select(*shared, *own),
            lines=tuple(lines.to_list()),
            numbers=None,
            traits=None,
        )
