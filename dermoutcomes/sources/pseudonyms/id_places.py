"""Where the ids of subjects stand in the files of a study: columns, names of files and of sheets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import field, frozen

from dermoutcomes.declare import RawTable, Reader
from dermoutcomes.sources.cells.cell_numbers import tidy
from dermoutcomes.sources.cells.stored_text import stored_text
from dermoutcomes.sources.columns import BETWEEN_PARTS, fold, mapped_column
from dermoutcomes.sources.export import measurement_context
from dermoutcomes.sources.framework.framework_columns import header_words
from dermoutcomes.sources.header import Column, find_header
from dermoutcomes.sources.raw_table import read_sheet, reader_of_file
from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext
from dermoutcomes.sources.subjects.summary_rows import summary_words
from dermoutcomes.sources.value_layout import fields_of_file_name, header_names, known_headers
from dermoutcomes.sources.wide.header_fields import header_fields
from dermoutcomes.study.patterns import pattern_fields
from dermoutcomes.study.source_names import CURVE_COLUMNS
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = ["IdCell", "IdPlaces", "id_places", "word_alone"]

SUBJECT, SITE = "subject", "site"


@frozen
class IdCell:
    """An id in a cell: the id as the study reads it, and what of it stands in other columns.

    `before` is the part of an id in several columns that the cells before hold: "12-" of "12-003".
    `word` is how the id stands in a cell of the header, among other words; "" below the header.
    """

    id: str
    before: str = ""
    word: str = ""


@frozen(eq=False)
class IdPlaces:
    """The ids in one file, or in one sheet of it.

    `cells` are by table, line and column; `of_name` is the id that the name of the file, and
    `of_sheet` the one that the name of the sheet says. `sites` are the words of the column of
    sites, if it has one. `unplaced_headers` are names of columns that hold an id and stand in no
    cell, as those of a format that stores names.
    """

    file: SourceFile
    reader: Reader
    options: Any
    cells: Mapping[tuple[str, int, int], IdCell] = field(factory=dict)
    of_name: str | None = None
    of_sheet: str | None = None
    sites: frozenset[str] = frozenset()
    constant: str | None = None
    unplaced_headers: tuple[str, ...] = ()


def id_places(study: Study, registry: Registry, file: SourceFile) -> IdPlaces:
    """The places of ids in a file. Raises StudyError for a file that cannot be understood."""
    context: ReadingContext
    if file.name in FRAMEWORK:
        context = ReadingContext(study, registry, file)
        is_known = header_words(context)
    else:
        measured = context = measurement_context(study, registry, file, {})
        curves = file.spec.holds == "curves"
        is_known = header_names(measured, CURVE_COLUMNS) if curves else known_headers(measured)
    reader, options = reader_of_file(context)
    table = read_sheet(context, is_known).table
    context.header = find_header(context, table, is_known)
    fields = fields_of_file_name(context)
    column = None if file.spec.subjects_by == "row" else _column(context, SUBJECT)
    context.raise_problems()
    of_patterns = {SUBJECT: fields.get(SUBJECT)}
    by_name = (file.spec.file_name or "").find("{subject}") >= 0
    constant = file.spec.constants.get(SUBJECT)
    in_headers, unplaced = _in_headers(context, table)
    return IdPlaces(
        file,
        reader,
        options,
        {**in_headers, **({} if column is None else _cells(context, table, column))},
        of_name=_recoded(context, of_patterns[SUBJECT]) if by_name else None,
        of_sheet=None if by_name else _recoded(context, of_patterns[SUBJECT]),
        sites=_sites(context, table),
        constant=None if constant is None else _recoded(context, str(constant)),
        unplaced_headers=unplaced,
    )


def _in_headers(
    context: ReadingContext, table: RawTable
) -> tuple[dict[tuple[str, int, int], IdCell], tuple[str, ...]]:
    """The cells of the header with an id, by the pattern of the source; and headers in no cell."""
    pattern = context.spec.headers
    if pattern is None or f"{{{SUBJECT}}}" not in pattern:
        return {}, ()
    names = pattern_fields(pattern, f"{context.file.setting}.headers")
    measures = context.measure_words if isinstance(context, MeasurementContext) else {}
    cells: dict[tuple[str, int, int], IdCell] = {}
    unplaced: list[str] = []
    for column in context.header.columns:
        fields = header_fields(context, column, names, measures) if column.name else None
        if fields is None:
            continue
        word = fields[SUBJECT]
        places = [*_header_cells(context, table, column, word)]
        cells |= {place: IdCell(str(_recoded(context, word)), word=word) for place in places}
        unplaced += [] if places else [column.name]
    return cells, tuple(unplaced)


def _header_cells(
    context: ReadingContext, table: RawTable, column: Column, word: str
) -> Iterator[tuple[str, int, int]]:
    """Where the word of a column's header stands: above it, or to the left where it holds for several."""
    if table.header is not None or context.header.shifted:
        return
    rows = dict(zip(table.lines, table.cells.rows(), strict=True))
    for line in context.header.rows:
        filled = (at for at in range(column.position, 0, -1) if rows[line][at - 1])
        at = next(filled, None)
        if at is not None and word_alone(word).search(str(rows[line][at - 1])):
            yield table.name, line, at


def word_alone(word: str) -> re.Pattern[str]:
    """Where a word stands with no letter or digit beside it."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])")


def _recoded(context: ReadingContext, word: str | None) -> str | None:
    return None if word is None else context.recoding(SUBJECT).get(word, word)


def _column(context: ReadingContext, name: str) -> Column | None:
    """The column of one of our names: as the source maps it, or the one that is called so."""
    if name in context.spec.columns:
        return mapped_column(context, name, context.spec.columns[name])
    columns = (
        column for column in context.header.columns if fold(column.name).replace(" ", "_") == name
    )
    return next(columns, None)


def _texts(table: RawTable, positions: tuple[int, ...]) -> pl.DataFrame:
    """The columns as the study reads them, with the line of each row."""
    names = [table.cells.columns[position - 1] for position in positions]
    kinds = table.cells.schema
    return table.cells.select(
        pl.Series("line", table.lines, dtype=pl.Int64),
        *(tidy(stored_text(name, kinds[name])) for name in names),
    )


def _data_rows(context: ReadingContext, texts: pl.DataFrame) -> pl.DataFrame:
    header, line = context.header, pl.col("line")
    return texts.filter(line >= header.data_from, ~line.is_in(list(header.rows)))


def _cells(
    context: ReadingContext, table: RawTable, column: Column
) -> dict[tuple[str, int, int], IdCell]:
    """Each cell with an id below the header; of an id in several columns, the last of them."""
    rows = _data_rows(context, _texts(table, column.positions)).rows()
    missing = {*context.missing_in(SUBJECT)}
    nobody = {fold(word) for word in context.spec.not_subjects}
    words = {
        line: parts
        for line, *parts in rows
        if all(part and part not in missing for part in parts)
        and fold(BETWEEN_PARTS.join(parts)) not in nobody
    }
    ids = {line: BETWEEN_PARTS.join(parts) for line, parts in words.items()}
    summaries = {*summary_words(ids.values(), context.recoding(SUBJECT).values())}
    place = column.positions[-1]
    recoding = context.recoding(SUBJECT)
    cells = {}
    for line, written in ids.items():
        if written not in summaries:
            before = "".join(f"{part}{BETWEEN_PARTS}" for part in words[line][:-1])
            recoded = recoding.get(written, written)
            same = recoded == written
            cells[table.name, line, place] = IdCell(recoded, before if same else "")
    return cells


def _sites(context: ReadingContext, table: RawTable) -> frozenset[str]:
    column = _column(context, SITE)
    if column is None or context.file.name != "subjects":
        return frozenset()
    texts = _data_rows(context, _texts(table, column.positions[:1]))
    return frozenset(texts.to_series(1).drop_nulls().unique())
