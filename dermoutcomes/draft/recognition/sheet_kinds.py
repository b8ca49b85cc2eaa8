"""Sheets of one header: those that are one table, and those of which each is its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve

if TYPE_CHECKING:
    from dermoutcomes.draft.files.sheet_grids import Grid
    from dermoutcomes.draft.recognition.header_measures import MeasureBook

__all__ = ["each_sheet", "sheets_by_owner"]


def sheets_by_owner(grid: Grid, book: MeasureBook) -> Iterator[Grid]:
    """The sheets of a table, those that name one device or scale together.

    A sheet that names none goes with none: its columns may say what it is of.
    """
    if grid.blocks is not None:
        yield grid
        return
    families: dict[frozenset[str], list[Grid]] = {}
    for sheet in each_sheet(grid):
        texts = (*filter(None, (sheet.sheet,)), *sheet.titles)
        families.setdefault(frozenset(book.owners_named(texts)), []).append(sheet)
    for first, *others in families.values():
        yield evolve(first, alike=tuple(others))


def each_sheet(grid: Grid) -> Iterator[Grid]:
    """Each sheet of a table as a table of its own."""
    yield evolve(grid, alike=())
    yield from grid.alike
