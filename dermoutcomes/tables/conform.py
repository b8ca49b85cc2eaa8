"""A frame held to its table: the columns, their order and type, their rules, the key."""

from __future__ import annotations

from functools import cache

import polars as pl
import polars.selectors as cs
import pyarrow as pa

from dermoutcomes.errors import DermOutcomesError
from dermoutcomes.number_text import count_words
from dermoutcomes.tables.table_catalogue import KEYS, OPEN_TABLES, SCHEMAS, TABLES
from dermoutcomes.tables.table_rows import compact, rows_in_order

__all__ = ["TableError", "conform", "conform_parts", "empty", "fitted"]


class TableError(DermOutcomesError):
    """A frame does not fit its table: a stage or a plugin returned other than it declared."""


def empty(table: str) -> pl.DataFrame:
    """The table with its full schema and no row."""
    return _model(table).clone()


@cache
def _model(table: str) -> pl.DataFrame:
    # `empty_table()` would import pandas, where it is installed.
    frame = pl.from_arrow(pa.Table.from_batches([], schema=SCHEMAS[table]))
    assert isinstance(frame, pl.DataFrame)
    return frame


def fitted(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """`frame` with the columns of `table`, in order and type, but for `study`; others are left out.

    A column that the frame does not have is empty. Raises TableError for a type that does not fit
    without loss.
    """
    return _shaped(frame, table, [name for name in _model(table).columns if name != "study"])


def _shaped(frame: pl.DataFrame, table: str, names: list[str]) -> pl.DataFrame:
    cast, blank = _columns(table)
    present = set(frame.columns)
    try:
        return frame.select([(cast if name in present else blank)[name] for name in names])
    except pl.exceptions.PolarsError as error:
        raise TableError(f"table {table!r}: {error}") from error


@cache
def _columns(table: str) -> tuple[dict[str, pl.Expr], dict[str, pl.Expr]]:
    """Each column of a table as one of a frame in its type, and as one that is empty."""
    kinds = _model(table).schema
    cast = {name: pl.col(name).cast(kind) for name, kind in kinds.items()}
    blank = {name: pl.lit(None, dtype=kind).alias(name) for name, kind in kinds.items()}
    return cast, blank


def conform(frame: pl.DataFrame, table: str, study: str, *, whole: bool = False) -> pl.DataFrame:
    """`frame` with exactly the columns of `table`, in order and type, sorted by its key.

    Missing columns become null.

    Raises TableError for a column that the table does not have, a type that does not fit without
    loss, NaN, infinity, and a cell that breaks the rule of its column. That a cell may not be empty
    holds of a table that is `whole`, as it is published, and not on its way there.
    """
    # Columns of one value are held once before anything looks at them.
    held = compact(_with_all_columns(frame, table, study))
    _refuse_broken(held, table, whole=whole)
    return _in_key_order(held, table)


def conform_parts(frame: pl.DataFrame, table: str, study: str, by: str) -> dict[str, pl.DataFrame]:
    """The rows of each value of the column `by` as a table of its own, as `conform` gives it.

    They are held to their rules at once. Raises as `conform`, with the table that is not whole.
    """
    shaped = _with_all_columns(frame, table, study)
    _refuse_broken(shaped, table, whole=False)
    parts = shaped.partition_by(by, as_dict=True, maintain_order=True)
    return {str(value): _in_key_order(compact(part), table) for (value,), part in parts.items()}


def _in_key_order(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The rows of a table in the order of its key."""
    keys = KEYS[table]
    if len(keys) == 1:
        return rows_in_order(frame, keys[0])
    return frame.sort(keys, nulls_last=False, maintain_order=True)


def _with_all_columns(frame: pl.DataFrame, table: str, study: str) -> pl.DataFrame:
    model = empty(table)
    extra = [name for name in frame.columns if name not in model.schema]
    if extra and table not in OPEN_TABLES:
        raise TableError(
            f"table {table!r} has no column {', '.join(map(repr, extra))}; its columns are {', '.join(model.columns)}"
        )
    if not frame.height and not extra:
        return model
    if "study" not in frame.columns:
        frame = frame.with_columns(pl.lit(study).alias("study"))
    shaped = _shaped(frame, table, model.columns)
    return shaped.with_columns(frame.select(sorted(extra))) if extra else shaped


def _refuse_non_finite(frame: pl.DataFrame, table: str) -> None:
    bad = frame.select(cs.float().is_finite().not_().any()) if frame.width else frame
    for name in bad.columns:
        if bad[name].item():
            rows = frame.filter(~pl.col(name).is_finite()).height
            raise TableError(
                f"table {table!r}, column {name!r}: {count_words(rows, 'value is', 'values are')} NaN or "
                "infinite; write null and a reason instead"
            )


def _refuse_broken(frame: pl.DataFrame, table: str, *, whole: bool) -> None:
    """Raise for numbers that are none, and for the first column with cells that break its rule.

    It is one pass over the columns that have a rule.
    """
    if not frame.height:
        return
    _refuse_non_finite(frame, table)
    counts = frame.select(_faults(table, whole=whole)).row(0, named=True)
    for name, number in counts.items():
        if number:
            column = TABLES[table][name]
            fault = column.broken(pl.col(name), whole=whole)
            assert fault is not None
            cells = frame.filter(fault)[name]
            raise TableError(
                f"table {table!r}, column {name!r}: "
                f"{count_words(number, 'value breaks', 'values break')} the rule of the column "
                f"({column.rule}); the first is {cells[0]!r}"
            )


@cache
def _faults(table: str, *, whole: bool) -> list[pl.Expr]:
    return [
        fault.sum().alias(name)
        for name, column in TABLES[table].items()
        if (fault := column.broken(pl.col(name), whole=whole)) is not None
    ]
