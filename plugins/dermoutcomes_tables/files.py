"""A CSV file a table: every digit, no rounding, no cell that a spreadsheet would run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import option, write_csv, write_results
from dermoutcomes_tables.choice import chosen

if TYPE_CHECKING:
    from dermoutcomes import Run


@frozen
class CsvOptions:
    """Which tables become CSV files, and whether they begin with a byte order mark."""

    tables: tuple[str, ...] = option(
        (), "Tables to write; all that the run has but raw curves unless stated."
    )
    byte_order_mark: bool = option(
        default=False,
        help="Begin each file with a byte order mark, which older Excel needs to see UTF-8.",
    )


def write_files(run: Run, folder: Path, options: CsvOptions) -> Iterable[Path]:
    """Write `<table>.csv` into `folder` for every chosen table.

    The paths, in the order of the tables; results come with their methods in a file of its own.

    Raises StudyError where a chosen name is no table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark = options.byte_order_mark
    for name in chosen(run, options.tables, "csv"):
        if name == "results":
            yield from write_results(run.table(name), folder, byte_order_mark=mark)
        else:
            yield write_csv(run.table(name), folder / f"{name}.csv", byte_order_mark=mark)
