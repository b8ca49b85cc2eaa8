"""Rows of a table: those that fulfil a condition, and their order, copied only where they must be.

A table of readings has some 400 bytes a row if each of its columns is held in full. Most tables are
in order and whole already, and of most columns every row has the same, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl
import polars.selectors as cs

from dermoutcomes.tables.table_catalogue import TABLES

__all__ = [
    "beside",
    "compact",
    "in_types_of",
    "keys_of_both",
    "rows_in_order",
    "rows_taken",
    "rows_where",
    "rows_without",
    "same_rows",
    "varying",
    "without_remnants",
    "words_in_full",
    "words_once",
]

# A table of fewer rows is small however it is held.
FEW_ROWS = 1_000


def compact(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table, a column of which every row has the same held as that one value.

    Polars keeps such a column so through selections, joins and sorting: it is 16 bytes, not as many
    a row. Zero and minus zero are equal and not the same, so numbers with decimals are held in full.
    """
    if frame.height < FEW_ROWS:
        return frame
    first, last = frame.row(0), frame.row(-1)
    same = []
    for name, kind, one, other in zip(frame.columns, frame.dtypes, first, last, strict=True):
        if kind.is_float() or kind.is_nested():
            if one is None and other is None:
                same.append(pl.col(name).is_null().all())
        elif one == other:
            same.append(pl.col(name).eq_missing(pl.col(name).first()).all())
    alike = frame.select(same).row(0, named=True) if same else {}
    constant = [name for name, is_alike in alike.items() if is_alike]
    return frame.with_columns(pl.col(constant).first()) if constant else frame


def varying(frame: pl.DataFrame, names: Sequence[str]) -> list[str]:
    """Those of the columns that have not the same in every row.

    Nothing is told apart by the others, and Polars groups by one key much quicker than by several.
    """
    if not names or not frame.height:
        return []
    ends = zip(names, frame.select(names).row(0), frame.select(names).row(-1), strict=True)
    maybe_alike = [name for name, first, last in ends if first == last]
    own = pl.col(maybe_alike)
    alike = (
        frame.select(own.eq_missing(own.first()).all()).row(0, named=True) if maybe_alike else {}
    )
    return [name for name in names if not alike.get(name)]


def words_once(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The same table, each of the words that recur in its columns held once.

    Such a column is a Categorical of Polars and takes four bytes a row; one of texts takes 16, and
    the word. Words compare, sort and group as texts do. Not so: a join asks for one type on both
    sides (`in_types_of`), `.str` for texts, and a comparison for a word or a column of words.
    An Enum would need its words before there are any, and makes a word that it does not have null.
    """
    recurring = [name for name in _recurring(table) if name in frame.columns]
    return frame.with_columns(pl.col(recurring).cast(pl.Categorical))


def without_remnants(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table with nothing below its blank texts.

    Polars keeps what stood in a cell before it was blank (after a join, what stands in another
    row), and writes it into files: tables that are equal would have other bytes.
    """
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    blank = [name for name in texts if frame[name].null_count()]
    if not blank:
        return frame
    return frame.with_columns(
        pl.when(pl.col(name).is_not_null()).then(pl.col(name).fill_null("")) for name in blank
    )


def words_in_full(frame: pl.DataFrame) -> pl.DataFrame:
    """The same table with texts in place of words that are held once, as it is published."""
    # Thousands of tasks ask it of tables without any, where a query takes longer than this look.
    if not any(isinstance(kind, pl.Categorical) for kind in frame.dtypes):
        return frame
    return frame.with_columns(cs.categorical().cast(pl.String))


def in_types_of(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns that `other` has too in its types, so that the two can be joined."""
    return frame.with_columns(
        pl.col(name).cast(other.schema[name]) for name in frame.columns if name in other.columns
    )


@cache
def _recurring(table: str) -> tuple[str, ...]:
    return tuple(name for name, column in TABLES[table].items() if column.recurs)


def same_rows(one: pl.DataFrame, other: pl.DataFrame, on: list[str]) -> bool:
    """Whether two tables have the same in these columns, row by row."""
    return one.height == other.height and one.select(on).equals(other.select(on))


def beside(frame: pl.DataFrame, other: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """The rows that both have (an inner join, in the order of `frame`), other's columns beside.

    `other` has no row twice. Where both have the same rows, nothing is looked up or copied.
    """
    if same_rows(frame, other, on):
        return pl.concat([frame, other.drop(on)], how="horizontal")
    keys = keys_of_both(frame, other, on)
    without = other.drop([name for name in on if name not in keys])
    return frame.join(without, on=keys, how="inner", maintain_order="left")


def keys_of_both(frame: pl.DataFrame, other: pl.DataFrame, on: Sequence[str]) -> list[str]:
    """Those of the columns by which two tables are joined that tell rows apart; one at least.

    Polars joins by one number in a fortieth of the time that two take: of a file without visits or
    sides in its headers the row is enough, since each cell has the same variant.
    """
    if not (frame.height and other.height):
        return list(on)
    differ = {*varying(frame, on), *varying(other, on)}
    first, second = frame.select(on).row(0, named=True), other.select(on).row(0, named=True)
    keys = [
        name for name in on if name in differ or first[name] is None or first[name] != second[name]
    ]
    return keys or list(on)


def rows_where(frame: pl.DataFrame, *conditions: pl.Expr) -> pl.DataFrame:
    """The rows that fulfil all conditions; the frame itself where every row does."""
    fulfilled = frame.select(fulfilled=pl.all_horizontal(*conditions)).to_series()
    return frame if fulfilled.sum() == frame.height else frame.filter(fulfilled)


def rows_taken(frame: pl.DataFrame, taken: pl.Series) -> pl.DataFrame:
    """The rows that are taken; where they follow each other, as below a header, nothing is copied."""
    first, n = taken.arg_max(), int(taken.sum())
    if first is not None and n and taken.slice(first, n).all():
        return frame.slice(first, n)
    return frame.filter(taken)


def rows_without(frame: pl.DataFrame, others: pl.DataFrame, on: str) -> pl.DataFrame:
    """The rows that have nothing in `others`, in their order; the frame itself where none are."""
    if not others.height:
        return frame
    return frame.join(others.select(on).unique(), on=on, how="anti", maintain_order="left")


def rows_in_order(frame: pl.DataFrame, by: str) -> pl.DataFrame:
    """The rows by a column, those alike as they come; the frame itself where they are so already."""
    # By a selection: a column that is asked for by its name is held in full from then on.
    if frame.select(by).to_series().is_sorted():
        return frame.with_columns(pl.col(by).set_sorted())
    return frame.sort(by, maintain_order=True)
