"""Which column of a file is meant by a name.

Exactly, then whatever its case, then without the unit behind it, then by its label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import nearest, one_of
from dermoutcomes.look_alikes import other_alphabet
from dermoutcomes.sources.header import Column, Header, split_unit

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = [
    "BETWEEN_PARTS",
    "add_ambiguous_column",
    "add_missing_column",
    "cell_text",
    "columns_named",
    "fold",
    "header_text",
    "mapped_column",
    "mapped_names",
]

# What stands between the parts of an id that the export has in several columns.
BETWEEN_PARTS = "-"


def fold(name: str) -> str:
    """A name as it is compared when its case does not matter."""
    return " ".join(name.split()).casefold()


def columns_named(columns: Iterable[Column], name: str) -> tuple[Column, ...]:
    """The columns that `name` can mean, by the strictest comparison that fits any."""
    candidates = tuple(columns)
    return next(filter(None, _comparisons(candidates, name)), ())


def _comparisons(columns: tuple[Column, ...], name: str) -> Iterator[tuple[Column, ...]]:
    yield tuple(column for column in columns if column.name == name.strip())
    yield tuple(column for column in columns if fold(column.name) == fold(name))
    yield tuple(column for column in columns if fold(column.last) == fold(name))
    bare = fold(split_unit(name)[0])
    yield tuple(column for column in columns if fold(column.bare) == fold(name)) or tuple(
        column for column in columns if column.bare and fold(column.bare) == bare
    )
    yield tuple(column for column in columns if column.label and fold(column.label) == fold(name))


def mapped_names(columns: Mapping[str, str | tuple[str, ...]]) -> Iterator[str]:
    """Every column of the export that a source maps."""
    for theirs in columns.values():
        yield from (theirs,) if isinstance(theirs, str) else theirs


def cell_text(column: Column, marks: Sequence[str] = ()) -> pl.Expr:
    """The text of a column, null where it is one of `marks`; parts of an id joined by a hyphen.

    An id of which a part is missing is none.
    """
    cells = [pl.col(str(position)) for position in column.positions]
    texts = [pl.when(~cell.is_in(list(marks))).then(cell) for cell in cells]
    return texts[0] if len(texts) == 1 else pl.concat_str(texts, separator=BETWEEN_PARTS)


def mapped_column(
    context: ReadingContext, name: str, theirs: str | tuple[str, ...]
) -> Column | None:
    """The one column that the source maps to our `name`; none, or several, are a problem."""
    if not isinstance(theirs, str):
        parts = [mapped_column(context, name, part) for part in theirs]
        whole = tuple(part for part in parts if part is not None)
        joined = BETWEEN_PARTS.join(theirs)
        return Column(whole[0].position, joined, parts=whole) if len(whole) == len(parts) else None
    columns = columns_named(context.header.columns, theirs)
    if len(columns) == 1:
        return columns[0]
    if columns:
        add_ambiguous_column(context, name, columns)
    else:
        add_missing_column(context, name, theirs)
    return None


def header_text(header: Header, at_most: int = 24) -> str:
    """The header as words for a message."""
    names = [column.name for column in header.columns if column.name]
    more = f" … and {len(names) - at_most} more" if len(names) > at_most else ""
    return (" | ".join(names[:at_most]) + more) if names else "no names"


def add_missing_column(context: ReadingContext, name: str, theirs: str) -> None:
    """The problem that the column `theirs`, which the source maps to `name`, is not in the file."""
    columns = context.header.columns
    near = nearest(theirs, [column.name for column in columns if column.name]) or nearest(
        theirs, [column.bare for column in columns]
    )
    # A spreadsheet of another language saves a whole row as one cell, in quotes.
    whole = len(columns) == 1 and theirs in columns[0].name and columns[0].name != theirs
    letter = other_alphabet(near) or other_alphabet(theirs) if near else None
    hint = f"the nearest is {near!r}" + (f": {letter}" if letter else "") if near else None
    if whole and re.search(r"[,;\t|]", columns[0].name):
        hint = (
            "the whole row stands in one cell: take the file as the device wrote it, "
            "or state the delimiter"
        )
    context.add_problem(
        f"the file has no column {theirs!r}",
        f"columns.{name}",
        line=context.header.line,
        found=header_text(context.header),
        expected=repr(theirs),
        hint=hint,
        code="missing_column",
    )


def add_ambiguous_column(
    context: ReadingContext, name: str, candidates: tuple[Column, ...]
) -> None:
    """The problem that several columns could be meant by one name."""
    context.add_problem(
        f"the file has {len(candidates)} columns that can be {name!r}",
        f"columns.{name}",
        line=context.header.line,
        found=one_of([f"{column.name} (column {column.position})" for column in candidates]),
        expected="one column of that name",
        hint="name several header rows with `header`, or rename one",
        code="ambiguous_column",
    )
