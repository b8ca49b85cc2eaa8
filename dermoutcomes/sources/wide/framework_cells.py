"""Wide columns of framework tables: a column a cheek of treatments, a column a session of dates.

Each filled cell is a row of the table, with what its header says.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import polars as pl
from attrs import field, frozen

from dermoutcomes.errors import one_of
from dermoutcomes.sources.cell_findings import tell_missing_words
from dermoutcomes.sources.cells.recoding import arm_words, lookup, recoded
from dermoutcomes.sources.columns import cell_text, header_text, mapped_names
from dermoutcomes.sources.framework.framework_columns import column_types
from dermoutcomes.sources.framework.typed_cells import typed_cells
from dermoutcomes.sources.wide.header_fields import header_fields
from dermoutcomes.study.patterns import pattern_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["WideCells", "wide_cells", "with_wide_cells"]

# What a cell of wide columns is, by table, where the header does not say it.
CELLS: Mapping[str, str] = MappingProxyType(
    {"allocations": "arm", "exposures": "date", "milestones": "date"}
)


@frozen(eq=False)
class WideCells:
    """The wide columns of a file with what their headers say of the table's columns.

    `name` is which of our names their cells are; None where they are readings, which say that
    there was something and not what.
    """

    name: str | None = None
    columns: tuple[tuple[Column, Mapping[str, str]], ...] = field(default=())

    @property
    def names(self) -> set[str]:
        """Our names that the wide columns give."""
        given = {name for _, fields in self.columns for name in fields}
        return given | ({self.name} if self.name else set())

    @property
    def positions(self) -> tuple[int, ...]:
        """Where they stand."""
        return tuple(column.position for column, _ in self.columns)


def wide_cells(context: ReadingContext) -> WideCells:
    """The columns that fit `headers` of the source; none where it has no such pattern.

    A list of treatments may be the file of the readings itself, with a column a treatment: then a
    filled cell says that the subject has that treatment, and the place has its name. Raises
    StudyError for a table without wide columns, and where no header fits.
    """
    pattern, table = context.spec.headers, context.file.name
    if pattern is None:
        return WideCells()
    if table not in CELLS:
        raise context.error(
            f"the table {table!r} has no wide columns",
            "headers",
            in_file=False,
            found=pattern,
            expected=f"`columns` with the names of its columns; headers for {one_of([*CELLS])}",
        )
    own = column_types(table)
    names = pattern_fields(pattern, f"{context.file.setting}.headers", tuple(own))
    mapped = {*mapped_names(context.spec.columns)}
    columns: tuple[tuple[Column, Mapping[str, str]], ...] = tuple(
        (
            column,
            {name: _meaning(context, name, word) for name, word in fields.items() if name in own},
        )
        for column in context.header.columns
        if column.name
        and column.name not in mapped
        and (fields := header_fields(context, column, names, {})) is not None
    )
    if not columns:
        raise context.error(
            "no column has a header as `headers` says",
            "headers",
            line=context.header.line,
            found=header_text(context.header),
            expected=f"headers as {pattern!r}" + _known_words(context, names),
            code="no_mapping",
        )
    name = CELLS[table] if CELLS[table] not in names else None
    if name is None and table == "allocations":
        columns = _with_places(context, columns)
    return WideCells(name, columns)


def _meaning(context: ReadingContext, name: str, word: str) -> str:
    """What a word of a header stands for: the arm that two words may have, else the word."""
    if name != "arm":
        return word
    words = {**arm_words(context.study), **context.recoding("arm")}
    return str(pl.select(lookup(pl.lit(word), words)).item())


def _known_words(context: ReadingContext, names: Iterable[str]) -> str:
    words = arm_words(context.study)
    return f", the arm {one_of(tuple(words), 8)}" if "arm" in names and words else ""


def _with_places(
    context: ReadingContext, columns: tuple[tuple[Column, Mapping[str, str]], ...]
) -> tuple[tuple[Column, Mapping[str, str]], ...]:
    """Columns of treatments with the place of each, where a subject has several at once.

    The file tells the places of a subject apart by nothing but the treatment: so a place has the
    name of its arm.
    """
    design = context.study.study.design
    if design == "crossover":
        raise context.error(
            "columns of treatments do not say in which period each was given",
            "headers",
            in_file=False,
            found=str(context.spec.headers),
            expected="a list of allocations with the columns subject, arm and period or epoch",
        )
    if design != "within-subject":
        return columns
    return tuple(
        (
            column,
            fields if {"location", "side"} & {*fields} else {**fields, "location": fields["arm"]},
        )
        for column, fields in columns
    )


def with_wide_cells(context: ReadingContext, rows: pl.DataFrame, cells: WideCells) -> pl.DataFrame:
    """`rows`, typed, once for each filled cell of the wide columns with what it and its header say.

    A row without a filled cell stays as one row.
    """
    parts = [rows.clear()]
    for column, fields in cells.columns:
        texts = _filled(context, rows, column, cells.name)
        constants = {
            name: recoded(pl.lit(word), context.recoding(name)) for name, word in fields.items()
        }
        if cells.name is None:
            typed = texts.select("row")
        else:
            typed = typed_cells(context, texts, {cells.name: column}).select("row", cells.name)
            words = context.rows.texts.select("row", text=str(column.position))
            tell_missing_words(context, {cells.name: words})
        shared = rows.drop([*constants, *typed.columns[1:]], strict=False)
        part = shared.join(typed, on="row", how="inner", maintain_order="left")
        parts.append(part.with_columns(**constants))
    filled = pl.concat(parts, how="diagonal_relaxed")
    without = rows.join(filled.select("row"), on="row", how="anti", maintain_order="left")
    return (
        pl.concat([filled, without], how="diagonal_relaxed")
        .unique(maintain_order=True)
        .sort("row", maintain_order=True)
    )


def _filled(
    context: ReadingContext, rows: pl.DataFrame, column: Column, name: str | None
) -> pl.DataFrame:
    """The filled cells of a column: subject, row and text under our name."""
    own = name or "cell"
    text = cell_text(column, context.missing_in(own))
    if name:
        text = recoded(text, context.recoding(name))
    texts = context.rows.texts.select("row", text.alias(own)).filter(pl.col(own) != "")
    return rows.select("row", "subject").join(texts, on="row", how="inner", maintain_order="left")
