"""Tables and cells that are larger than the source allows, whichever reader gave them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["refuse_large_tables"]

# So many characters of a cell that is too long are shown.
SHOWN = 40


def refuse_large_tables(context: ReadingContext, tables: Mapping[str, RawTable]) -> None:
    """StudyError for tables of more columns or cells, and for longer cells, than the source allows.

    A reader that knows the size before it makes a table has refused it already.
    """
    problems = [
        problem for table in tables.values() for problem in _problems_of_table(context, table)
    ]
    if problems:
        raise StudyError(problems)


def _problems_of_table(context: ReadingContext, table: RawTable) -> Iterator[Problem]:
    limits, file = context.spec.size_limits, context.file
    rows, columns = table.cells.height, table.cells.width
    for key, size, most, what in (
        ("columns", columns, limits.columns, "columns"),
        ("cells", rows * columns, limits.cells, "cells"),
    ):
        if size > most:
            yield Problem(
                f"the table {table.name!r} has more {what} than this source allows",
                file=file.shown,
                path=file.setting,
                found=f"{size} {what} ({rows} rows, {columns} columns)",
                expected=f"at most {most} {what}",
                hint=limits.hint(key, size),
                code="large_table",
            )
            return
    yield from _long_cells(context, table)


def _long_cells(context: ReadingContext, table: RawTable) -> Iterator[Problem]:
    limits, file = context.spec.size_limits, context.file
    texts = table.cells.select(pl.col(pl.String))
    # Bytes are counted for nothing; characters only where there are as many bytes.
    bytes_of_longest = texts.select(pl.all().str.len_bytes().max()).row(0) if texts.width else ()
    for name, size in zip(texts.columns, bytes_of_longest, strict=True):
        if (size or 0) <= limits.characters:
            continue
        lengths = texts[name].str.len_chars()
        longest = lengths.arg_max()
        if longest is None or lengths[longest] <= limits.characters:
            continue
        text = texts[name][longest]
        yield Problem(
            "a cell has more characters than this source allows",
            file=file.shown,
            path=file.setting,
            line=table.lines[longest],
            column=int(name.removeprefix("column_")),
            found=f"{len(text)} characters, beginning with {text[:SHOWN]!r}",
            expected=f"at most {limits.characters} characters in a cell",
            hint=limits.hint("characters", len(text)),
            code="long_cell",
        )
