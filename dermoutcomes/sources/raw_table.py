"""From a file to one raw table.

The reader is chosen, the sheet is picked, problems name the file.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl
from attrs import frozen

from dermoutcomes.declare import RawTable, Reader
from dermoutcomes.declare.size_limits import within_size_limits
from dermoutcomes.digests import file_digest
from dermoutcomes.errors import (
    DermOutcomesError,
    StudyError,
    blamed,
    did_you_mean,
    one_of,
    what_failed,
)
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.shortages import raise_shortage
from dermoutcomes.sources.cells.cell_sizes import refuse_large_tables
from dermoutcomes.sources.header import header_score
from dermoutcomes.sources.workbooks.sheet_blocks import with_blocks
from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from pathlib import Path

    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["Sheet", "advice_on", "read_sheet", "read_tables", "reader_of_file", "source_rows"]

# How many bytes a reader sees to recognise a format.
HEAD = 4096


@frozen(eq=False)
class Sheet:
    """A raw table, the reader that made it, and its name where the file has several."""

    table: RawTable
    reader: str
    name: str | None

    def without_cells(self) -> Sheet:
        """The sheet without its cells, which take much memory and are not asked for again."""
        names = RawTable(self.table.name, pl.DataFrame(), (), self.table.header)
        return attrs.evolve(self, table=names)


def read_sheet(context: ReadingContext, is_known: Callable[[str], bool]) -> Sheet:
    """The file's table; of several the one whose header has the most names that `is_known`.

    Raises StudyError, naming the file, where it is empty, unreadable or of no known format.
    """
    reader, tables = _reader_and_tables(context)
    _tell_other_format(context, reader)
    table = _picked(context, tables, is_known)
    named = len(tables) > 1 or context.spec.sheet or context.file.sheet
    return Sheet(table, reader.name, table.name if named else None)


def _tell_other_format(context: ReadingContext, reader: Reader) -> None:
    """A note on a file whose name ends as those of another format, as a text called .xlsx."""
    suffix = context.file.path.suffix.lower()
    if context.spec.reader is not None or suffix in reader.suffixes:
        return
    if any(suffix in other.suffixes for other in context.registry.readers.values()):
        context.add_note(
            "other_format",
            "note",
            found=suffix,
            message=f"the name of the file ends in {suffix}, and what it holds is of another "
            f"format: it is read as {reader.label}",
            expected="a name that fits what the file holds, or "
            f'reader = "{reader.name}" in the source',
        )


def reader_of_file(context: ReadingContext) -> tuple[Reader, Any]:
    """The reader of the file with its options. Raises StudyError as `read_sheet` does."""
    reader = _reader(context, _head(context))
    return reader, _options(context, reader)


def read_tables(context: ReadingContext) -> Mapping[str, RawTable]:
    """All tables of the file by name. Raises StudyError as `read_sheet` does."""
    return _reader_and_tables(context)[1]


def _reader_and_tables(context: ReadingContext) -> tuple[Reader, Mapping[str, RawTable]]:
    head = _head(context)
    if not head:
        raise context.error("the file is empty", code="empty_file", expected="a header and rows")
    with within_size_limits(context.spec.size_limits):
        reader = _reader(context, head)
        tables = _tables(context, reader)
    refuse_large_tables(context, tables)
    return reader, with_blocks(context, tables) if context.spec.blocks else tables


def source_rows(files: Iterable[tuple[SourceFile, Sheet, int]]) -> pl.DataFrame:
    """The rows of files in the table `sources`: each with its sheet and how many rows were read."""
    rows = [
        {
            "source": file.number,
            "table": file.name,
            "path": file.relative,
            "sha256": file_digest(file.path),
            "sheet": sheet.name,
            "reader": sheet.reader,
            "rows": n_rows,
        }
        for file, sheet, n_rows in files
    ]
    return pl.DataFrame(rows, schema=empty("sources").drop("study").schema)


def _head(context: ReadingContext) -> bytes:
    try:
        with context.file.path.open("rb") as stream:
            return stream.read(HEAD)
    except OSError as error:
        raise context.error(
            f"the file cannot be opened: {error.strerror}", code="unreadable_file"
        ) from error


def _reader(context: ReadingContext, head: bytes) -> Reader:
    """The reader that the source names, or the one that is surest of the file."""
    readers, name, path = context.registry.readers, context.spec.reader, context.file.path
    if name is not None:
        if name not in readers:
            raise context.error(
                "unknown reader",
                "reader",
                in_file=False,
                found=name,
                expected=one_of(tuple(readers)),
                hint=did_you_mean(name, readers),
            )
        return readers[name]
    with blamed("recognising a file"):
        matches = [
            (match.certainty, reader)
            for reader in readers.values()
            if (match := reader.recognise(path, head))
        ]
    if not matches:
        advice = advice_on(readers.values(), path, head) or "name one with `reader`"
        raise context.error(
            "no reader knows this file format",
            code="unknown_format",
            found=f"suffix {path.suffix or 'none'}, first bytes {head[:8]!r}",
            expected=f"a file for {one_of(tuple(readers))}",
            hint="; ".join(filter(None, (advice, context.registry.absence()))),
        )
    surest = max(certainty for certainty, _ in matches)
    candidates = [reader.name for certainty, reader in matches if certainty == surest]
    if len(candidates) > 1:
        raise context.error(
            f"{len(candidates)} readers are equally sure of the file",
            "reader",
            found=", ".join(candidates),
            expected=" or ".join(f'reader = "{name}"' for name in candidates),
            code="ambiguous_format",
        )
    return readers[candidates[0]]


def advice_on(readers: Iterable[Reader], path: Path, head: bytes) -> str | None:
    """What the first reader that knows the file for something else says to export instead."""
    with blamed("saying how to export a file instead"):
        advices = (reader.advise(path, head) for reader in readers if reader.advise is not None)
        return next(filter(None, advices), None)


def _tables(context: ReadingContext, reader: Reader) -> Mapping[str, RawTable]:
    file = context.file
    try:
        tables = reader.read(file.path, _options(context, reader))
    except StudyError as error:
        raise_shortage(error)
        raise StudyError(
            [
                attrs.evolve(
                    problem,
                    # A problem of the dictionary names that file.
                    file=file.shown if problem.file in (None, file.path.name) else problem.file,
                    path=problem.path or file.setting,
                )
                for problem in error.problems
            ]
        ) from error
    except DermOutcomesError:
        raise
    except Exception as error:
        raise_shortage(error)
        raise context.error(
            f"the reader {reader.name!r} cannot read the file: {what_failed(error)}",
            code="unreadable_file",
        ) from error
    if not tables:
        raise context.error(
            "the file holds no table", code="empty_file", expected="a header and rows"
        )
    return tables


def _options(context: ReadingContext, reader: Reader) -> Any:
    """The reader's options.

    Settings of the source of the same name, and what stands under `options`.
    """
    spec = context.spec
    names = [field.alias or field.name for field in attrs.fields(reader.options)]
    settings = {name: value for name in names if (value := getattr(spec, name, None)) is not None}
    further = {name: spec.options[name] for name in names if name in spec.options}
    if spec.dictionary is not None:
        settings["dictionary"] = _dictionary(context, reader, names)
    elif "dictionary" in further:
        raise context.error(
            "the dictionary is a key of the source",
            "options.dictionary",
            in_file=False,
            found=str(further["dictionary"]),
            expected=f'dictionary = "{further["dictionary"]}" in the source, not under options',
        )
    return resolve_options(
        {**further, **settings}, reader.options, f"{context.file.setting}.options"
    )


def _dictionary(context: ReadingContext, reader: Reader, options: Container[str]) -> str:
    """Where the dictionary of the source is. Raises StudyError where the reader takes none."""
    if "dictionary" not in options:
        taking = [
            name
            for name, other in context.registry.readers.items()
            if any(field.name == "dictionary" for field in attrs.fields(other.options))
        ]
        raise context.error(
            f"a file that is read as {reader.label} has no dictionary",
            "dictionary",
            found=context.spec.dictionary,
            expected=f'reader = "{taking[0]}" in the source, or no dictionary'
            if taking
            else "no dictionary",
        )
    return str(context.study.folder / str(context.spec.dictionary))


def _picked(
    context: ReadingContext, tables: Mapping[str, RawTable], is_known: Callable[[str], bool]
) -> RawTable:
    """The sheet that the source names (a glob will do), or the one with the most known names."""
    sheet = context.file.sheet
    if sheet is not None and sheet in tables:
        return tables[sheet]
    wanted = sheet or context.spec.sheet
    if wanted is None:
        if len(tables) == 1:
            return next(iter(tables.values()))
        scores = {name: header_score(table, is_known) for name, table in tables.items()}
        names = [name for name, score in scores.items() if score == max(scores.values())]
        message = "the file holds several tables that fit equally well"
    else:
        names = [name for name in tables if name == wanted] or [
            name for name in tables if fnmatch(name.casefold(), wanted.casefold())
        ]
        message = "several sheets have such a name" if names else "the file has no such sheet"
    if len(names) != 1:
        hint = did_you_mean(wanted, tables) if wanted else None
        raise context.error(
            message,
            "sheet",
            found=wanted,
            expected=one_of(tuple(tables)),
            hint=hint or "say which with `sheet`",
            code="missing_sheet",
        )
    return tables[names[0]]
