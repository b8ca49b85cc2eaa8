"""Tables for a spreadsheet: which are written, what their columns hold, and CSV by RFC 4180.

No cell of it is one that a spreadsheet would take for a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.errors import Problem, StudyError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "IN_ORDER",
    "METHODS_FILE",
    "RESULTS_FILE",
    "defuse",
    "dictionary",
    "tables_to_write",
    "write_csv",
    "write_results",
]

# What is read first comes first.
IN_ORDER = (
    "results",
    "claims",
    "hypotheses",
    "endpoints",
    "ledger",
    "findings",
    "subjects",
    "allocations",
    "milestones",
    "exposures",
    "events",
    "durations",
    "medications",
    "deviations",
    "observations",
    "tasks",
    "sources",
    "locked_reading",
    "curves",
)

RESULTS_FILE, METHODS_FILE = "results.csv", "methods.csv"

# The last four are the full-width forms, which some spreadsheets read as their plain ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def tables_to_write(
    existing: Iterable[str], names: tuple[str, ...], key: str, left_out: Iterable[str]
) -> tuple[str, ...]:
    """The tables of a run that a reporter writes: those named, or all `existing` but `left_out`.

    What is read first comes first. Raises StudyError at the `key` of the study file where a name is
    no table.
    """
    unknown = [name for name in names if name not in IN_ORDER]
    if unknown:
        raise StudyError(
            Problem(
                "no such table",
                path=key,
                found=", ".join(map(repr, unknown)),
                expected=f"one of {', '.join(IN_ORDER)}",
            )
        )
    there, without = set(existing), set(left_out)
    return names or tuple(name for name in IN_ORDER if name in there and name not in without)


def dictionary(names: Iterable[str]) -> pl.DataFrame:
    """What each column of these tables holds: table, column, type, rule and meaning, a row each."""
    # Brings PyArrow, which what only lists the plugins does without.
    from dermoutcomes.tables.table_catalogue import TABLES

    rows = [
        (name, column, str(said.type), said.rule, said.sentence)
        for name in names
        for column, said in TABLES[name].items()
    ]
    schema = dict.fromkeys(("table", "column", "type", "rule", "meaning"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def defuse(text: str) -> str:
    """`text`, with a leading apostrophe where a spreadsheet would run it as a formula.

    Numbers never come here.
    """
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def write_csv(frame: pl.DataFrame, path: Path, *, byte_order_mark: bool = False) -> Path:
    """Write `frame` as UTF-8 CSV (comma, CRLF, quotes doubled) and give the path back.

    A number is written with as many digits as it takes to read the same number again. A missing
    value is an empty cell, a flag `true` or `false`, a date ISO 8601, a list its items with `; `
    between. Column names are treated as text.
    """
    columns = [_cell(name, kind) for name, kind in frame.schema.items()]
    renamed = {name: defuse(name) for name in frame.columns}
    with path.open("wb") as file:
        frame.select(columns).rename(renamed).write_csv(
            file, include_bom=byte_order_mark, line_terminator="\r\n"
        )
    return path


def _cell(name: str, kind: pl.DataType) -> pl.Expr:
    """The expression that turns a column into cells."""
    column = pl.col(name)
    if isinstance(kind, pl.List):
        return _defused(column.cast(pl.List(pl.String)).list.join("; ", ignore_nulls=True)).alias(
            name
        )
    if isinstance(kind, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f").alias(name)
    return (
        _defused(column).alias(name)
        if isinstance(kind, (pl.String, pl.Categorical, pl.Enum))
        else column
    )


def _defused(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.String).str.replace(
        f"^([{''.join(map(re.escape, FORMULA_SIGNS))}])", "'$1"
    )


def write_results(
    results: pl.DataFrame, folder: Path, *, byte_order_mark: bool = False
) -> list[Path]:
    """Write the table of results as CSV with its methods beside it, and give both paths back.

    The sentence of a method stands behind hundreds of results: `method` names it (M1, M2, … in the
    order of results), and methods.csv has name and sentence. The Parquet table has the sentence itself.
    """
    sentences = results["method"].drop_nulls().unique(maintain_order=True)
    names = pl.Series([f"M{number}" for number in range(1, sentences.len() + 1)], dtype=pl.String)
    methods = pl.DataFrame({"method": names, "text": sentences.cast(pl.String)})
    named = results.with_columns(
        pl.col("method").replace_strict(sentences, names, default=None, return_dtype=pl.String)
    )
    return [
        write_csv(named, folder / RESULTS_FILE, byte_order_mark=byte_order_mark),
        write_csv(methods, folder / METHODS_FILE, byte_order_mark=byte_order_mark),
    ]
