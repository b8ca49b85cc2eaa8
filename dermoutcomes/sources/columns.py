"""Which column of a file is meant by a name: exactly, then whatever its case, then without the unit behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from dermoutcomes.errors import Problem, nearest, one_of
from dermoutcomes.sources.header import Column, Header, split_unit

if TYPE_CHECKING:
    from dermoutcomes.sources.files import SourceFile

__all__ = ["ambiguous", "fold", "header_shown", "matching", "missing_column"]


def fold(name: str) -> str:
    """A name as it is compared when its case does not matter."""
    return " ".join(name.split()).casefold()


def matching(columns: Iterable[Column], name: str) -> tuple[Column, ...]:
    """The columns that `name` can mean, by the strictest way of comparing that finds any."""
    candidates = tuple(columns)
    for found in _ways(candidates, name):
        if found:
            return found
    return ()


def _ways(columns: tuple[Column, ...], name: str) -> Iterator[tuple[Column, ...]]:
    yield tuple(column for column in columns if column.name == name.strip())
    yield tuple(column for column in columns if fold(column.name) == fold(name))
    yield tuple(column for column in columns if fold(column.last) == fold(name))
    bare = fold(split_unit(name)[0])
    yield tuple(column for column in columns if fold(column.bare) == fold(name)) or tuple(
        column for column in columns if column.bare and fold(column.bare) == bare
    )


def header_shown(header: Header, at_most: int = 24) -> str:
    """The header as words for a message."""
    names = [column.name for column in header.columns if column.name]
    more = f" … and {len(names) - at_most} more" if len(names) > at_most else ""
    return (" | ".join(names[:at_most]) + more) if names else "no names"


def missing_column(file: SourceFile, header: Header, name: str, theirs: str) -> Problem:
    """The problem that the column `theirs`, which the source maps to `name`, is not in the file."""
    names = [column.name for column in header.columns if column.name]
    near = nearest(theirs, names) or nearest(theirs, [column.bare for column in header.columns])
    return Problem(
        f"the file has no column {theirs!r}",
        file=file.relative,
        line=header.rows[-1] if header.rows else None,
        path=f"{file.setting}.columns.{name}",
        found=header_shown(header),
        expected=repr(theirs),
        hint=f"the nearest is {near!r}" if near else None,
        code="missing_column",
    )


def ambiguous(file: SourceFile, header: Header, name: str, found: tuple[Column, ...]) -> Problem:
    """The problem that several columns could be meant by one name."""
    return Problem(
        f"the file has {len(found)} columns that can be {name!r}",
        file=file.relative,
        line=header.rows[-1] if header.rows else None,
        path=f"{file.setting}.columns.{name}",
        found=one_of([f"{column.name} (column {column.position})" for column in found]),
        expected="one column of that name",
        hint="name several header rows with `header`, or rename one",
        code="ambiguous_column",
    )
