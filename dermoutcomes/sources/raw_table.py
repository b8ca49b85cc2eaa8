"""From a file to one raw table: the reader is chosen, the sheet is picked, what goes wrong is said of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from dermoutcomes.declare import RawTable, Reader
from dermoutcomes.errors import (
    DermOutcomesError,
    Problem,
    StudyError,
    blamed,
    nearest,
    one_of,
    what_failed,
)

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.files import SourceFile

__all__ = ["Read", "raw_table"]

HEAD = 4096


@frozen(eq=False)
class Read:
    """A raw table with what the table `sources` says of it."""

    table: RawTable
    reader: str
    sheet: str | None


def raw_table(file: SourceFile, registry: Registry, score: Callable[[RawTable], int]) -> Read:
    """The file's table; `score` says how well a sheet fits where there are several.

    Raises StudyError, naming the file, where it is empty, unreadable or of no known format.
    """
    head = _head(file)
    if not head:
        raise StudyError(
            Problem(
                "the file is empty",
                file=file.relative,
                path=file.setting,
                code="empty_file",
                expected="a header and rows",
            )
        )
    reader = _reader(file, head, registry)
    tables = _read(file, reader)
    table = _picked(file, tables, score)
    return Read(table, reader.name, table.name if len(tables) > 1 or file.spec.sheet else None)


def _head(file: SourceFile) -> bytes:
    try:
        with file.path.open("rb") as stream:
            return stream.read(HEAD)
    except OSError as error:
        raise StudyError(
            Problem(
                f"the file cannot be opened: {error.strerror}",
                file=file.relative,
                path=file.setting,
                code="unreadable_file",
            )
        ) from error


def _reader(file: SourceFile, head: bytes, registry: Registry) -> Reader:
    stated = file.spec.reader
    if stated is not None:
        if stated not in registry.readers:
            near = nearest(stated, registry.readers)
            raise StudyError(
                Problem(
                    "unknown reader",
                    path=f"{file.setting}.reader",
                    found=stated,
                    expected=one_of(tuple(registry.readers)),
                    hint=f"did you mean {near!r}?" if near else None,
                )
            )
        return registry.readers[stated]
    with blamed("recognising a file"):
        matches = [
            (match.certainty, reader)
            for reader in registry.readers.values()
            if (match := reader.recognise(file.path, head))
        ]
    if not matches:
        raise StudyError(
            Problem(
                "no reader knows this file format",
                file=file.relative,
                path=file.setting,
                code="unknown_format",
                found=f"suffix {file.path.suffix or 'none'}, first bytes {head[:8]!r}",
                expected=f"a file for {one_of(tuple(registry.readers))}",
                hint="name one with `reader`",
            )
        )
    return max(matches, key=lambda pair: pair[0])[1]


def _read(file: SourceFile, reader: Reader) -> Mapping[str, RawTable]:
    try:
        tables = reader.read(file.path, _options(file, reader))
    except StudyError as error:
        raise StudyError(
            [
                attrs.evolve(problem, file=file.relative, path=problem.path or file.setting)
                for problem in error.problems
            ]
        ) from error
    except DermOutcomesError:
        raise
    except Exception as error:
        raise StudyError(
            Problem(
                f"the reader {reader.name!r} cannot read the file: {what_failed(error)}",
                file=file.relative,
                path=file.setting,
                code="unreadable_file",
            )
        ) from error
    if not tables:
        raise StudyError(
            Problem(
                "the file holds no table", file=file.relative, path=file.setting, code="empty_file"
            )
        )
    return tables


def _options(file: SourceFile, reader: Reader) -> Any:
    """The reader's options: settings of the source that have the same name, and what stands under `options`."""
    names = [field.alias or field.name for field in attrs.fields(reader.options)]
    stated = {
        name: value for name in names if (value := getattr(file.spec, name, None)) is not None
    }
    return reader.options(
        **stated,
        **{
            name: file.spec.options[name]
            for name in names
            if name in file.spec.options and name not in stated
        },
    )


def _picked(
    file: SourceFile, tables: Mapping[str, RawTable], score: Callable[[RawTable], int]
) -> RawTable:
    """The sheet that the source names (a glob will do), or the one whose header has the most mapped names."""
    wanted = file.spec.sheet
    if wanted is None:
        ranked = (
            sorted(tables.values(), key=score, reverse=True)
            if len(tables) > 1
            else list(tables.values())
        )
        if len(ranked) > 1 and score(ranked[0]) == score(ranked[1]):
            raise StudyError(
                _which_sheet(
                    file, tables, "the file holds several tables that fit equally well", None
                )
            )
        return ranked[0]
    names = [name for name in tables if name == wanted] or [
        name for name in tables if fnmatch(name.casefold(), wanted.casefold())
    ]
    if len(names) != 1:
        raise StudyError(
            _which_sheet(
                file,
                tables,
                "several sheets have such a name" if names else "the file has no such sheet",
                wanted,
            )
        )
    return tables[names[0]]


def _which_sheet(
    file: SourceFile, tables: Mapping[str, RawTable], message: str, wanted: str | None
) -> Problem:
    near = nearest(wanted, tables) if wanted else None
    return Problem(
        message,
        file=file.relative,
        path=f"{file.setting}.sheet",
        found=wanted,
        expected=one_of(tuple(tables)),
        hint=f"did you mean {near!r}?" if near else "say which with `sheet`",
        code="missing_sheet",
    )
