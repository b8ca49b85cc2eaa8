"""A table with its header understood: texts by column place, the numbers that the file stored, and the rows that count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.sources.cells.numbers import NumberFormat, number, tidy
from dermoutcomes.sources.header import Header, find_header

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    import polars as pl

    from dermoutcomes.conditions import Condition
    from dermoutcomes.declare import RawTable
    from dermoutcomes.sources.files import SourceFile

__all__ = ["Sheet", "number_format", "open_sheet"]


@frozen(eq=False)
class Sheet:
    """The data rows of a file.

    `texts` has the column "row" (1-based in the file) and one tidy text column a place, named "1", "2" and so on.
    `numbers` has "row" and Float64 columns for the places where the file stored numbers; `stored` has the columns as they were.
    """

    header: Header
    texts: pl.DataFrame
    numbers: pl.DataFrame
    stored: pl.DataFrame

    def text(self, position: int) -> pl.Series:
        """The texts of a column."""
        return self.texts[str(position)]


def number_format(file: SourceFile) -> NumberFormat:
    """How the file's source writes numbers."""
    return NumberFormat(file.spec.decimal, file.spec.thousands)


def open_sheet(
    file: SourceFile,
    table: RawTable,
    known: Callable[[str], bool],
    only_numbers: Callable[[Header], Container[str]] = lambda _: (),
) -> Sheet:
    """The table's data rows that the source takes. Raises StudyError for a header or a condition that does not fit.

    Places that `only_numbers` names get no texts where the file stored numbers: samples of curves are many.
    """
    import polars as pl

    header = find_header(file, table, known)
    bare = only_numbers(header)
    width = table.cells.width
    stored = table.cells.rename(
        dict(zip(table.cells.columns, map(str, range(1, width + 1)), strict=True))
    )
    rows = pl.Series("row", list(table.lines), dtype=pl.Int64)
    numbers = pl.DataFrame([rows, *_numbers(stored, table).get_columns()])
    texts = stored.select(
        _text(name, kind, numbered=name in bare and kind != pl.String).alias(name)
        for name, kind in stored.schema.items()
    ).insert_column(0, rows)
    keep = _taken(file, header, texts) & (rows >= header.data_from) & ~rows.is_in(list(header.rows))
    return Sheet(header, texts.filter(keep), numbers.filter(keep), stored.filter(keep))


def _numbers(stored: pl.DataFrame, table: RawTable) -> pl.DataFrame:
    import polars as pl
    import polars.selectors as cs

    if table.numbers is not None:
        return table.numbers.rename(dict(zip(table.numbers.columns, stored.columns, strict=True)))
    return stored.select(cs.numeric().cast(pl.Float64))


def _text(name: str, kind: Any, *, numbered: bool) -> pl.Expr:
    """A column as tidy text: 5 for a stored 5.0, ISO dates; lists have none."""
    import polars as pl

    column = pl.col(name)
    if kind == pl.String:
        return tidy(column)
    if numbered or kind.is_nested() or kind == pl.Binary:
        return pl.lit(None, dtype=pl.String)
    if kind.is_float():
        return column.cast(pl.String).str.strip_suffix(".0")
    if kind == pl.Datetime:
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.f").str.strip_suffix("T00:00:00")
    return tidy(column.cast(pl.String))


def _taken(file: SourceFile, header: Header, texts: pl.DataFrame) -> pl.Series:
    """Which rows the source's `where` takes."""
    import polars as pl

    problems: list[Problem] = []
    taken = pl.Series("taken", [True]).new_from_index(0, texts.height)
    for condition in file.spec.where:
        position = _place(file, header, condition.column, problems)
        if position is not None:
            taken = taken & _fulfilled(texts[str(position)], condition, number_format(file))
    if problems:
        raise StudyError(problems)
    return taken


def _place(file: SourceFile, header: Header, name: str, problems: list[Problem]) -> int | None:
    names = {column.name: column.position for column in header.columns}
    if name in names:
        return names[name]
    near = nearest(name, names)
    problems.append(
        Problem(
            f"`where` asks for a column that the file does not have: {name!r}",
            file=file.relative,
            line=header.rows[-1] if header.rows else None,
            path=f"{file.setting}.where",
            found=name,
            expected=one_of(tuple(filter(None, names)), 30),
            hint=f"did you mean {near!r}?" if near else None,
        )
    )
    return None


def _fulfilled(texts: pl.Series, condition: Condition, layout: NumberFormat) -> pl.Series:
    """Whether each row fulfils it: by its text, or by its number where the condition asks for one."""
    import polars as pl

    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    frame = pl.DataFrame({condition.column: texts})
    if any(isinstance(value, (str, bool)) for value in values):
        condition = evolve(
            condition,
            operator="in",
            value=tuple(
                str(value).lower() if isinstance(value, bool) else str(value) for value in values
            ),
        )
    else:
        frame = frame.with_columns(number(layout.english(pl.col(condition.column))))
    return frame.select(condition.expr().fill_null(value=False)).to_series()
