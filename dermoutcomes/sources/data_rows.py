"""The data rows of a file.

Texts by column position, the numbers that the file stored, and which rows count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import field, frozen

from dermoutcomes.errors import did_you_mean, one_of
from dermoutcomes.sources.accounts.row_accounts import count_data_rows
from dermoutcomes.sources.cells.cell_numbers import is_untidy, tidy
from dermoutcomes.sources.cells.distinct_texts import distinct_texts
from dermoutcomes.sources.cells.labelled_cells import without_missing_cells
from dermoutcomes.sources.cells.repeated_cells import with_repeated_cells
from dermoutcomes.sources.cells.spreadsheet_cells import without_error_cells, without_struck_cells
from dermoutcomes.sources.cells.stored_text import stored_text
from dermoutcomes.sources.columns import columns_named
from dermoutcomes.sources.hidden_cells import tell_removed
from dermoutcomes.sources.row_conditions import fulfils, tell_conditions
from dermoutcomes.sources.together.rows_of_files import line_of
from dermoutcomes.tables.table_rows import rows_taken

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from dermoutcomes.conditions import Conditions
    from dermoutcomes.declare import RawTable
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["DataRows", "data_rows"]


@frozen(eq=False)
class DataRows:
    """The rows of a file that its source takes.

    `texts` has the column "row" (1-based in the file, behind the number of the file where several
    are read together) and one tidy text column a position, named "1", "2" and so on. `numbers` has "row" and Float64 columns for the positions where the file
    stored numbers; `stored` has the columns as they were. `invalid` are the rows whose readings the
    operator marked as none.
    """

    texts: pl.DataFrame
    numbers: pl.DataFrame
    stored: pl.DataFrame
    invalid: pl.Series = field(factory=lambda: pl.Series("row", dtype=pl.Int64))

    @property
    def height(self) -> int:
        """How many rows there are."""
        return self.texts.height

    def without_cells(self) -> DataRows:
        """The rows without what stands in them, once all of it is read."""
        row = self.texts.select("row")
        return DataRows(row, row, self.stored.clear(), self.invalid)

    def text(self, column: Column) -> pl.Series:
        """The texts of a column."""
        return self.texts[str(column.position)]

    def stored_number(self, column: Column) -> pl.Series:
        """The numbers that the file stored in a column, null where it stored none."""
        name = str(column.position)
        if name in self.numbers.columns:
            return self.numbers[name]
        return pl.Series(name, [None], dtype=pl.Float64).new_from_index(0, self.height)


def data_rows(
    context: ReadingContext,
    table: RawTable,
    columns: Mapping[str, Column],
    numeric: Container[str] = (),
) -> DataRows:
    """The table's rows that the source takes. Raises StudyError for a condition that does not fit.

    `columns` are those that say whose, when and where a value is: what a merged cell or a blank
    stands for there is known before any row is left out. Positions that `numeric` names get no
    texts where the file stored numbers: samples of curves are many, and texts of them would take
    most of the memory.
    """
    context.traits = table.traits
    all_rows = _all_rows(table, numeric)
    texts = with_repeated_cells(context, all_rows.texts, columns)

    header, row = context.header, texts.select(line_of()).to_series()
    shown = _is_shown(context, row)
    removed = _is_removed(context, row)
    is_data = shown & ~removed & (row >= header.data_from) & ~row.is_in(list(header.rows))
    where = _fulfils_where(context, texts)
    is_taken = where & is_data
    if context.spec.where:
        tell_conditions(context, texts.filter(is_data), taken=int(is_taken.sum()))
    count_data_rows(context, texts["row"], where, shown, removed)
    tell_removed(context)

    texts = without_error_cells(context, rows_taken(texts, is_taken), columns)
    texts = without_struck_cells(context, texts, columns)
    texts = without_missing_cells(context, texts, columns)
    invalid = _is_invalid(context, texts)
    return DataRows(
        texts,
        rows_taken(all_rows.numbers, is_taken),
        rows_taken(all_rows.stored, is_taken),
        texts["row"].filter(invalid),
    )


def _all_rows(table: RawTable, numeric: Container[str]) -> DataRows:
    """Every row of a table, header and hidden ones too."""
    names = [str(position) for position in range(1, table.cells.width + 1)]
    stored = table.cells.rename(dict(zip(table.cells.columns, names, strict=True)))
    row = pl.Series("row", table.lines, dtype=pl.Int64)
    columns_of_numbers = (
        stored.select(
            _number(name, kind, as_stored=name in numeric)
            for name, kind in stored.schema.items()
            if kind.is_numeric()
        )
        if table.numbers is None
        else table.numbers.rename(dict(zip(table.numbers.columns, names, strict=True)))
    )
    texts = stored.select(
        pl.col(name)
        if kind == pl.String
        and not distinct_texts(stored, name).select(is_untidy(pl.col(name)).any()).item()
        else _text(name, kind, without=name in numeric and kind != pl.String).alias(name)
        for name, kind in stored.schema.items()
    )
    numbers = pl.DataFrame([row, *columns_of_numbers.get_columns()])
    return DataRows(texts.insert_column(0, row), numbers, stored)


def _is_shown(context: ReadingContext, row: pl.Series) -> pl.Series:
    """Whether each row counts as shown: the source says whether hidden ones do."""
    if context.spec.hidden_rows != "leave_out":
        return pl.repeat(value=True, n=row.len(), eager=True)
    return ~row.is_in(context.traits_named("hidden")["row"].implode())


def _is_removed(context: ReadingContext, row: pl.Series) -> pl.Series:
    """Whether the file says of each row that it was taken back."""
    of_rows = context.traits_named("removed").filter(pl.col("column").is_null())
    return row.is_in(of_rows["row"].implode())


def _number(name: str, kind: Any, *, as_stored: bool) -> pl.Expr:
    """A column of numbers in double precision: 0.1 for the single that is nearest to it."""
    column = pl.col(name)
    if kind == pl.Float32 and not as_stored:
        column = column.cast(pl.String)
    return column.cast(pl.Float64)


def _text(name: str, kind: Any, *, without: bool) -> pl.Expr:
    """A column as tidy text: 5 for a stored 5.0, ISO dates."""
    column = pl.col(name)
    if without:
        return pl.lit(None, dtype=pl.String)
    if kind.is_float():
        return column.cast(pl.String).str.strip_suffix(".0")
    if kind.is_integer():
        return column.cast(pl.String)
    if kind == pl.Datetime and kind.time_zone:
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f%:z")
    if kind == pl.Datetime:
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f").str.strip_suffix("T00:00:00")
    return tidy(stored_text(name, kind))


def _is_invalid(context: ReadingContext, texts: pl.DataFrame) -> pl.Series:
    """Whether each row meets one of the conditions of the source's `invalid`."""
    columns = _asked_columns(context, "invalid", context.spec.invalid)
    met = pl.repeat(value=False, n=texts.height, eager=True)
    for condition in context.spec.invalid:
        cells = texts[str(columns[condition.column].position)]
        # A mark is a mark: "Invalid" beside "invalid" is no other word.
        met |= fulfils(context, cells, condition, any_case=True)
    return met


def _fulfils_where(context: ReadingContext, texts: pl.DataFrame) -> pl.Series:
    """Whether each row is one that the source's `where` takes."""
    columns = _asked_columns(context, "where", context.spec.where)
    fulfilled = pl.Series("fulfilled", [True]).new_from_index(0, texts.height)
    for condition in context.spec.where:
        column = columns[condition.column]
        fulfilled &= fulfils(context, texts[str(column.position)], condition)
    return fulfilled


def _asked_columns(context: ReadingContext, key: str, conditions: Conditions) -> dict[str, Column]:
    """The columns that the conditions of a key ask for. Raises StudyError for one that is absent."""
    columns = {name: _column(context, name) for name in conditions.columns}
    names = tuple(column.name for column in context.header.columns if column.name)
    for name, column in columns.items():
        if column is None:
            context.add_problem(
                f"`{key}` asks for a column that the file does not have: {name!r}",
                key,
                line=context.header.line,
                found=name,
                expected=one_of(names, 30),
                hint=did_you_mean(name, names),
            )
    context.raise_problems()
    return {name: column for name, column in columns.items() if column is not None}


def _column(context: ReadingContext, name: str) -> Column | None:
    """The column that a condition names: exactly, or else in any case; of several the first."""
    return next(iter(columns_named(context.header.columns, name)), None)
