"""Which column of a file is which of a framework table."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.errors import did_you_mean, nearest, one_of
from dermoutcomes.sources.columns import fold, header_text, mapped_column, mapped_names
from dermoutcomes.sources.header import Column
from dermoutcomes.sources.wide.header_fields import header_fields
from dermoutcomes.study.patterns import BRACES
from dermoutcomes.study.source_names import PROVENANCE_COLUMNS, TIME_COLUMNS
from dermoutcomes.tables import OPEN_TABLES, empty

if TYPE_CHECKING:
    from collections.abc import Callable

    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["column_types", "framework_columns", "header_words"]

NEEDED = {
    "subjects": ("subject",),
    "allocations": ("subject", "arm"),
    "milestones": ("subject", "milestone"),
    "exposures": ("subject",),
    "events": ("subject", "term"),
    "durations": ("subject", "duration", "status"),
    "medications": ("subject", "medication"),
    "deviations": ("subject", "deviation"),
}


def column_types(table: str) -> dict[str, Any]:
    """The columns that a table can be read from, each with its type."""
    own = {
        name: kind for name, kind in empty(table).schema.items() if name not in PROVENANCE_COLUMNS
    }
    return own | {name: pl.String() for name in TIME_COLUMNS.get(table, ()) if name not in own}


def header_words(context: ReadingContext) -> Callable[[str], bool]:
    """Whether a cell can be part of the header: a column of the table, or one that is mapped."""
    own = column_types(context.file.name)
    names = {fold(name) for name in (*own, *mapped_names(context.spec.columns))}

    wide = BRACES.findall(context.spec.headers or "")

    def is_known(cell: str) -> bool:
        return (
            fold(cell) in names
            or fold(cell).replace(" ", "_") in names
            or bool(wide and header_fields(context, Column(0, cell), wide, {}))
        )

    return is_known


def framework_columns(context: ReadingContext, elsewhere: Container[str]) -> dict[str, Column]:
    """Our name → column: as the source maps them, then by our own names.

    A table that is open takes all others too, by theirs. Raises StudyError with every column that
    is missing, ambiguous or unknown; names that are stated `elsewhere` need none.
    """
    columns = _mapped_columns(context)
    columns |= _columns_by_our_names(context, columns)
    if context.file.name in OPEN_TABLES:
        columns |= _further_columns(context, columns)
    _refuse_missing_columns(context, columns, elsewhere)
    context.raise_problems()
    return columns


def _mapped_columns(context: ReadingContext) -> dict[str, Column]:
    """The columns that the source maps by name."""
    table, types = context.file.name, column_types(context.file.name)
    columns: dict[str, Column] = {}
    for name, theirs in context.spec.columns.items():
        if name not in types and table not in OPEN_TABLES:
            context.add_problem(
                f"the table {table!r} has no column {name!r}",
                f"columns.{name}",
                in_file=False,
                expected=one_of(tuple(types), 30),
                hint=did_you_mean(name, types),
            )
        elif column := mapped_column(context, name, theirs):
            columns[name] = column
    return columns


def _columns_by_our_names(
    context: ReadingContext, mapped: Mapping[str, Column]
) -> dict[str, Column]:
    """The columns that bear our own name, where the source does not map that name."""
    return {
        name: column
        for name in column_types(context.file.name)
        if name not in context.spec.columns
        for column in _free(context, mapped)
        if fold(column.name).replace(" ", "_") == name
    }


def _further_columns(context: ReadingContext, taken: Mapping[str, Column]) -> dict[str, Column]:
    """The other columns of a file, by the names that they have there."""
    return {
        column.name: column
        for column in _free(context, taken)
        if column.name not in taken and column.name not in PROVENANCE_COLUMNS
    }


def _free(context: ReadingContext, taken: Mapping[str, Column]) -> Iterable[Column]:
    """The named columns that are not taken. The parts of an id stay free: a site is a column, too."""
    positions = {column.position for column in taken.values() if not column.parts}
    return [
        column
        for column in context.header.columns
        if column.name and column.position not in positions
    ]


def _refuse_missing_columns(
    context: ReadingContext, columns: Container[str], elsewhere: Container[str]
) -> None:
    header, table = context.header, context.file.name
    for name in NEEDED[table]:
        # A column that the source maps and the file does not have is told already.
        if name not in columns and name not in elsewhere and name not in context.spec.columns:
            near = nearest(name, [column.name for column in header.columns if column.name])
            context.add_problem(
                f"the file has no column for {name!r}",
                f"columns.{name}",
                line=header.line,
                found=header_text(header),
                code="missing_column",
                expected=f'a column named {name!r}, or columns.{name} = "their word"',
                hint=f"the nearest is {near!r}" if near else None,
            )
