"""Cells of files that were read, by row, as text: what a number rests on, shown again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import DermOutcomesError
from dermoutcomes.sources.cells.stored_text import stored_text
from dermoutcomes.sources.columns import fold, mapped_names
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.raw_table import read_sheet
from dermoutcomes.sources.reading_context import ReadingContext
from dermoutcomes.sources.workbooks.sheets import files_and_sheets
from dermoutcomes.tables import SCHEMAS

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["FileCells", "cells_of_rows"]


@frozen(eq=False)
class FileCells:
    """Names of a file's columns, as its header has them, and the cells of some of its rows."""

    names: tuple[str, ...]
    rows: Mapping[int, tuple[str | None, ...]]


def cells_of_rows(
    study: Study, registry: Registry, sources: pl.DataFrame, rows: Mapping[int, Collection[int]]
) -> dict[int, FileCells]:
    """The cells of `rows` (number of a source = rows of its file), read again from the files.

    `sources` is the table of a run. A file that is gone, or whose SHA-256 is not the one of the
    run, is left out: what it holds now is not what was read.
    """
    try:
        files = {file.number: file for file in files_and_sheets(study, registry)[0]}
    except DermOutcomesError:
        return {}
    cells = {}
    for source in sources.iter_rows(named=True):
        number = source["source"]
        file = files.get(number)
        if number not in rows or file is None or file.relative != source["path"]:
            continue
        if file_digest(file.path) == source["sha256"]:
            context = ReadingContext(study, registry, evolve(file, sheet=source["sheet"]))
            cells[number] = _cells(context, rows[number])
    return cells


def _cells(context: ReadingContext, rows: Collection[int]) -> FileCells:
    known = _known_names(context.file, context.registry)

    def is_known(cell: str) -> bool:
        return fold(cell) in known

    table = read_sheet(context, is_known).table
    lines = pl.Series("line", table.lines, dtype=pl.Int64)
    wanted = lines.is_in(list(rows))
    as_text = [stored_text(name, kind) for name, kind in table.cells.schema.items()]
    texts = table.cells.filter(wanted).select(as_text).rows()
    names = {
        position: column.name
        for column in find_header(context, table, is_known).columns
        for position in column.positions
    }
    return FileCells(
        tuple(names.get(position, "") for position in range(1, table.cells.width + 1)),
        dict(zip(lines.filter(wanted).to_list(), texts, strict=True)),
    )


def _known_names(file: SourceFile, registry: Registry) -> set[str]:
    """Names that a header of such a file can have: what the source maps, and our own."""
    own = {*SCHEMAS["observations"].names, *SCHEMAS.get(file.name, SCHEMAS["subjects"]).names}
    codes = (
        name.partition(".")[2]
        for name in registry.measures()
        if name.partition(".")[0] == file.name
    )
    return {fold(name) for name in (*mapped_names(file.spec.columns), *own, *codes)}
