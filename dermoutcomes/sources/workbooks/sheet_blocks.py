"""Blocks of one sheet that stand beside each other, each under its title: `blocks` of a source.

A sheet with a block a visit, or a block a cheek, is as many tables in one, whose headers repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.declare import RawTable
from dermoutcomes.sources.header import SEARCHED
from dermoutcomes.sources.workbooks.name_patterns import name_fields

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["with_blocks"]


@frozen
class _Titles:
    """The row of a sheet's titles: its place among the rows, and title → first column (from 0)."""

    index: int
    columns: tuple[tuple[str, int], ...]
    fitting: int


def with_blocks(context: ReadingContext, tables: Mapping[str, RawTable]) -> Mapping[str, RawTable]:
    """The blocks of the sheet that has them, each a table under its title.

    A block goes from the column of its title to that of the next, in the rows below the titles;
    columns before the first title (of the subject, say) belong to every block. All keep their
    places in the file. Raises StudyError where no row has such titles, two blocks have one title,
    or several sheets have blocks.
    """
    titles = {
        name: found
        for name, table in tables.items()
        if table.header is None and (found := _titles(context, table))
    }
    stated = context.spec.sheet
    if stated is not None:
        pattern = stated.casefold()
        titles = {
            name: found for name, found in titles.items() if fnmatch(name.casefold(), pattern)
        }
    if not titles:
        raise context.error(
            "no row has titles of blocks as `blocks` says",
            "blocks",
            found=", ".join(_first_words(tables)),
            expected=f"titles as {context.spec.blocks!r} in a row above the header, "
            "each over the first column of its block",
            code="missing_block",
        )
    if len(titles) > 1:
        raise context.error(
            "several sheets have blocks",
            "sheet",
            found=", ".join(map(repr, titles)),
            expected="sheet = the name of one of them",
            code="ambiguous_sheet",
        )
    name, found = next(iter(titles.items()))
    _refuse_same(context, found, tables[name])
    return dict(_blocks(tables[name], found))


def _titles(context: ReadingContext, table: RawTable) -> _Titles | None:
    """The row with the most titles that fit; None where none does."""
    rows = []
    for index, row in enumerate(table.cells.head(SEARCHED).iter_rows()):
        columns = tuple(
            (str(cell).strip(), column)
            for column, cell in enumerate(row)
            if cell is not None and str(cell).strip()
        )
        fitting = [title for title, _ in columns if name_fields(context, title) is not None]
        if fitting:
            rows.append(_Titles(index, columns, len(fitting)))
    # A row of the header, in which each cell is a name, has more words than titles that fit.
    return max(rows, key=lambda row: (row.fitting, -row.index), default=None)


def _refuse_same(context: ReadingContext, titles: _Titles, table: RawTable) -> None:
    names = [title for title, _ in titles.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    for name in twice:
        columns = [str(column + 1) for title, column in titles.columns if title == name]
        context.add_problem(
            f"{len(columns)} blocks have the title {name!r}",
            "blocks",
            line=table.lines[titles.index],
            found=f"columns {', '.join(columns)}",
            expected="one block each, or what else tells them apart in braces",
            code="ambiguous_block",
        )
    context.raise_problems()


def _blocks(table: RawTable, titles: _Titles) -> Iterator[tuple[str, RawTable]]:
    first = titles.columns[0][1]
    ends = [column for _, column in titles.columns[1:]] + [table.cells.width]
    below = titles.index + 1
    for (title, start), end in zip(titles.columns, ends, strict=True):
        positions = {*range(first), *range(start, end)}
        yield title, _block(table, title, below, positions)


def _block(table: RawTable, title: str, below: int, positions: set[int]) -> RawTable:
    """The table with blank cells outside of a block, and without the rows that are blank in it."""
    names = table.cells.columns
    own = [name for index, name in enumerate(names) if index in positions]
    others = [name for name in names if name not in own]
    cells = table.cells.slice(below)
    filled = pl.any_horizontal(pl.col(own).cast(pl.String).str.strip_chars().fill_null("") != "")
    is_kept = cells.select(filled).to_series()
    # In a text a cell that is absent is null and one that is empty is not: see `tell_ragged_rows`.
    blank = [pl.when(pl.col(name).is_not_null()).then(pl.lit("")).alias(name) for name in others]
    lines = pl.Series(list(table.lines), dtype=pl.Int64).slice(below).filter(is_kept)
    numbers = table.numbers
    if numbers is not None:
        without = [pl.lit(None, pl.Float64).alias(name) for name in others]
        numbers = numbers.slice(below).filter(is_kept).with_columns(without)
    return evolve(
        table,
        name=title,
        cells=cells.filter(is_kept).with_columns(blank),
        lines=tuple(lines.to_list()),
        numbers=numbers,
        traits=_traits(table.traits, set(lines.to_list()), positions),
    )


def _traits(
    traits: pl.DataFrame | None, lines: set[int], positions: set[int]
) -> pl.DataFrame | None:
    if traits is None:
        return None
    of_block = pl.col("column").is_null() | pl.col("column").is_in([at + 1 for at in positions])
    return traits.filter((pl.col("row").is_null() | pl.col("row").is_in(sorted(lines))) & of_block)


def _first_words(tables: Mapping[str, RawTable]) -> Iterator[str]:
    """The words of the first filled row of each sheet, for a message."""
    for table in tables.values():
        rows = (table.header,) if table.header is not None else table.cells.head(1).rows()
        for row in rows:
            words = [str(cell) for cell in row if cell is not None and str(cell).strip()]
            yield " | ".join(words[:8])
