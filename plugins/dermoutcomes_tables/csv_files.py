"""A CSV file a table: every digit, no rounding, no cell that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes import option, write_csv, write_results
from dermoutcomes.report import tables_to_write

if TYPE_CHECKING:
    from dermoutcomes import Run


# Beyond this many rows a table is for a program, and its Parquet file opens faster.
LARGE = 10_000
# Raw curves are for a program alone.
CURVES = ("curves",)
LEFT_OUT = "not-as-csv.txt"
# A row of a few ids is a short line still.
IDS_A_ROW = 5
# What a reader of results needs is written whatever its length.
KEPT = frozenset({"results", "claims", "hypotheses", "findings", "subjects"})


@frozen
class CsvOptions:
    """Which tables become CSV files, and whether they begin with a byte order mark."""

    tables: tuple[str, ...] = option(
        (),
        "Tables to write, whatever their length; unless stated, all that the run has but raw curves "
        "and tables of more rows than `rows`.",
    )
    rows: int = option(
        LARGE,
        "Most rows of a table that is written without being named (of ids that a column lists five "
        "times as many); results, claims, hypotheses, findings and subjects are written always.",
        at_least=0,
    )
    byte_order_mark: bool = option(
        default=False,
        help="Begin each file with a byte order mark, which older Excel needs to see UTF-8.",
    )


def write_files(run: Run, folder: Path, options: CsvOptions) -> Iterable[Path]:
    """Write `<table>.csv` into `folder` for every chosen table.

    The paths, in the order of the tables; results come with their methods in a file of its own.
    Where a table is left out for its length, a text file names it and the key that has it written.

    Raises StudyError where a chosen name is no table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = options.byte_order_mark
    written, _ = _split(run, options)
    for name in written:
        if name == "results":
            yield from write_results(run.table(name), folder, byte_order_mark=mark)
        else:
            yield write_csv(run.table(name), folder / f"{name}.csv", byte_order_mark=mark)
    if sentences := list(tell_left_out(run, options)):
        path = folder / LEFT_OUT
        path.write_text("\n".join(sentences) + "\n", encoding="utf-8", newline="\n")
        yield path


def tell_left_out(run: Run, options: CsvOptions) -> Iterator[str]:
    """Each table that is left out for its length, with its rows and the key to write."""
    _, left_out = _split(run, options)
    for name in left_out:
        rows, listed = _lengths(run, name)
        ids = f", listed ids: {listed:,}" if listed > rows else ""
        yield (
            f"not written as CSV: {name} (rows: {rows:,}{ids}; {name}.parquet has them); "
            f'to have it: [outputs.options.csv] tables = ["{name}", …], or rows'
        )


def _split(run: Run, options: CsvOptions) -> tuple[list[str], list[str]]:
    """The tables that are written, and those that are left out for their length."""
    names = tables_to_write(run.tables, options.tables, "outputs.options.csv.tables", CURVES)
    large = [
        name
        for name in names
        if not options.tables and name not in KEPT and _is_long(run, name, options.rows)
    ]
    return [name for name in names if name not in large], large


def _is_long(run: Run, table: str, most_rows: int) -> bool:
    rows, listed = _lengths(run, table)
    return rows > most_rows or listed > IDS_A_ROW * most_rows


def _lengths(run: Run, table: str) -> tuple[int, int]:
    """Rows of a table, and how many items its longest column of lists has.

    A task lists every record that it is of. Of the file nothing else is read: the longest tables
    are those that would take most memory.
    """

    def counted() -> tuple[int, int]:
        rows = pl.scan_parquet(run.folder / "tables" / f"{table}.parquet")
        lists = [name for name, kind in rows.collect_schema().items() if isinstance(kind, pl.List)]
        counts = rows.select(
            pl.len().alias("rows"), *(pl.col(name).list.len().sum() for name in lists)
        )
        n_rows, *listed = counts.collect().row(0)
        return int(n_rows), max(map(int, listed), default=0)

    return run.once(("lengths", table), counted)
