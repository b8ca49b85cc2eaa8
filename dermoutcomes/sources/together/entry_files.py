"""The files of one entry → their tables: alike ones in one pass, all others one by one.

Most of what a small file costs is steps that would cost the same for a thousand rows. So files with
one header are put below each other and read as one table. They give what each gives by itself:
where a step has something to say that it cannot say of several, the files are read in two halves,
down to single ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import RawTable
from dermoutcomes.errors import StudyError, combined
from dermoutcomes.sources.export import (
    measurement_context,
    observations_of_sheet,
    read_measurements,
    tables_of_context,
)
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.raw_table import Sheet, read_sheet, source_rows
from dermoutcomes.sources.together.batch_context import BatchContext
from dermoutcomes.sources.together.rows_of_files import NotTogether, file_of, rows_of_file
from dermoutcomes.sources.value_layout import fields_of_file_name, known_headers

if TYPE_CHECKING:
    from collections.abc import Hashable

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.reading_context import MeasurementContext
    from dermoutcomes.study import Source, Study

__all__ = ["can_be_together", "read_files"]

Tables = Mapping[str, pl.DataFrame]


def can_be_together(spec: Source) -> bool:
    """Whether files of an entry may be read as one table.

    Not where a row is understood by its neighbours or the whole file: conditions on rows, blanks
    that repeat the cell above, subjects by order, blocks and sheets, and raw curves.
    """
    of_whole_file = (spec.where, spec.invalid, spec.fill_down, spec.blocks, spec.sheet_name)
    return spec.holds != "curves" and spec.subjects_by != "row" and not any(of_whole_file)


def read_files(
    study: Study, registry: Registry, files: Sequence[SourceFile], framework: Tables
) -> list[Tables]:
    """The tables of files of one entry, as `read_measurements` gives them, of one or several each.

    Raises StudyError with the problems of all files that cannot be understood.
    """
    errors: list[StudyError] = []
    if len(files) == 1 or not can_be_together(files[0].spec):
        tables = _one_by_one(study, registry, files, framework, errors)
    else:
        others: list[SourceFile] = []
        batches = list(_batches(study, registry, files, framework, others))
        tables = [table for batch in batches for table in _read_batch(batch, framework, errors)]
        tables += _one_by_one(study, registry, others, framework, errors)
    if errors:
        raise combined(errors)
    return tables


def _one_by_one(
    study: Study,
    registry: Registry,
    files: Iterable[SourceFile],
    framework: Tables,
    errors: list[StudyError],
) -> list[Tables]:
    """The tables of each file; why others have none goes to `errors`."""
    tables = []
    for file in files:
        try:
            tables.append(read_measurements(study, registry, file, framework))
        except StudyError as error:
            errors.append(error)
    return tables


@frozen(eq=False)
class _Part:
    """A file that was opened: its context with the header, its sheet, and what its name says."""

    context: MeasurementContext
    sheet: Sheet
    names: Mapping[str, str]

    @property
    def likeness(self) -> Hashable:
        """What files have in common that can be put below each other."""
        header, table = self.context.header, self.sheet.table
        of_table = (tuple(table.cells.dtypes), table.numbers is None, table.header, table.labels)
        of_header = (header.columns, header.rows, header.data_from, header.shifted)
        return (of_header, of_table, self.sheet.reader, self.sheet.name is None, (*self.names,))


def _batches(
    study: Study,
    registry: Registry,
    files: Sequence[SourceFile],
    framework: Tables,
    others: list[SourceFile],
) -> Iterator[list[_Part]]:
    """The files that are alike; those that are like none, or cannot be read, go to `others`."""
    parts: dict[Hashable, list[_Part]] = {}
    shared = measurement_context(study, registry, files[0], framework)
    is_known = known_headers(shared)
    for file in files:
        context = shared.for_file(file)
        try:
            sheet = read_sheet(context, is_known)
            context.header = find_header(context, sheet.table, is_known)
            names = fields_of_file_name(context)
            context.raise_problems()
        except StudyError:
            others.append(file)
            continue
        traits = sheet.table.traits
        if sheet.name is not None or (traits is not None and traits.height):
            others.append(file)
            continue
        part = _Part(context, sheet, names)
        parts.setdefault(part.likeness, []).append(part)
    yield from parts.values()


def _read_batch(
    batch: Sequence[_Part], framework: Tables, errors: list[StudyError]
) -> list[Tables]:
    """The tables of files that are alike, halved until nothing stands against it."""
    first = batch[0].context
    if len(batch) == 1:
        return _one_by_one(first.study, first.registry, [first.file], framework, errors)
    try:
        return [_read_as_one(batch, framework)]
    except (NotTogether, StudyError):
        middle = len(batch) // 2
        halves = (batch[:middle], batch[middle:])
        return [table for half in halves for table in _read_batch(half, framework, errors)]


def _read_as_one(batch: Sequence[_Part], framework: Tables) -> Tables:
    """The tables of all files of a batch. Raises NotTogether, or a StudyError that halves settle."""
    first = batch[0]
    files = tuple(part.context.file for part in batch)
    words = {
        name: {part.context.file.number: part.names[name] for part in batch} for name in first.names
    }
    shared = first.context
    context = BatchContext(
        shared.study,
        shared.registry,
        shared.file,
        owner=shared.owner,
        calendar=shared.calendar,
        listed=shared.listed,
        allocations=shared.allocations,
        files=files,
        words=words,
    )
    context.header = shared.header
    sheet = Sheet(_below_each_other(batch), first.sheet.reader, None)
    tables = {"observations": observations_of_sheet(context, sheet)}
    heights = dict(context.rows.texts.group_by(file_of()).len().iter_rows())
    if len(heights) < len(batch):
        raise NotTogether
    context.findings += (frame for part in batch for frame in part.context.findings)
    sources = source_rows(
        (part.context.file, part.sheet, heights[part.context.file.number]) for part in batch
    )
    return tables_of_context(context, tables, sources, framework)


def _below_each_other(batch: Sequence[_Part]) -> RawTable:
    """The cells of all files as one table, whose rows have the number of their file."""
    tables = [part.sheet.table for part in batch]
    columns = tables[0].cells.columns
    rows = pl.concat(
        rows_of_file(part.context.file.number, pl.Series(part.sheet.table.lines, dtype=pl.Int64))
        for part in batch
    )

    def below(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        named = (frame.rename(dict(zip(frame.columns, columns, strict=True))) for frame in frames)
        # In one piece: Polars formats texts of many small pieces wrongly where some are filtered.
        return pl.concat(named, rechunk=True)

    numbers = [table.numbers for table in tables if table.numbers is not None]
    return RawTable(
        tables[0].name,
        below(table.cells for table in tables),
        tuple(rows),
        tables[0].header,
        below(numbers) if numbers else None,
        None,
        tables[0].labels,
    )
