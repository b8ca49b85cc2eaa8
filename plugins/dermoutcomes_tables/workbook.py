"""One Excel workbook: a sheet a table.

Numbers are numbers, text is never a formula, and the bytes are the same at every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes import option
from dermoutcomes_tables.choice import READINGS, chosen
from dermoutcomes_tables.readme import readme_rows
from dermoutcomes_tables.sheet import Formats, write_sheet

if TYPE_CHECKING:
    from dermoutcomes import Run

EXCEL_ROWS = 1_048_576  # with the header
# A fixed date, so that equal tables give equal bytes; the date of a run stands in its log.
CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the file format knows no zone
# Text stays text: what begins with = is no formula, what looks like a number or an address is not
# made one.
LITERAL = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
# With more cells than this, rows are written out as they come: twice the time, but no more memory
# for a longer table.
CELLS_IN_MEMORY = 2_000_000


@frozen
class WorkbookOptions:
    """Which tables become sheets, the name of the file, and where a long table is cut."""

    tables: tuple[str, ...] = option(
        (),
        "Tables to write; all that the run has but raw curves and single readings unless stated.",
    )
    rows_a_sheet: int = option(
        EXCEL_ROWS - 1,
        "Most rows of data in one sheet; longer tables go on in the next.",
        at_least=1,
        at_most=EXCEL_ROWS - 1,
    )


def write_workbook(run: Run, folder: Path, options: WorkbookOptions) -> Iterable[Path]:
    """Write `<study id>.xlsx` into `folder`: a sheet that says what it is, then the tables.

    Its path.

    A table with more rows than a sheet holds goes on in further sheets, "observations (2)" and so
    on; the first sheet says so.
    """
    import xlsxwriter

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.study.id}.xlsx"
    parts = [
        part
        for name in chosen(run, options.tables, "workbook", READINGS)
        for part in _parts(name, run.table(name), options.rows_a_sheet)
    ]
    large = sum(frame.height * frame.width for _, frame in parts) > CELLS_IN_MEMORY
    with xlsxwriter.Workbook(path, {**LITERAL, "constant_memory": large}) as workbook:
        workbook.set_properties(
            {"title": run.study.study.title[:255], "subject": run.study.id, "created": CREATED}
        )
        formats = Formats.of(workbook)
        _write_readme(workbook, formats, run, [(name, frame.height) for name, frame in parts])
        for name, frame in parts:
            write_sheet(workbook.add_worksheet(name), formats, frame)
    return [path]


def _parts(name: str, frame: pl.DataFrame, rows: int) -> Iterator[tuple[str, pl.DataFrame]]:
    """The sheets of a table: one, or several where it is longer than a sheet."""
    for number, start in enumerate(range(0, max(frame.height, 1), rows), start=1):
        yield (name if number == 1 else f"{name} ({number})"), frame.slice(start, rows)


def _write_readme(workbook: Any, formats: Formats, run: Run, sheets: list[tuple[str, int]]) -> None:
    sheet = workbook.add_worksheet("README")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110, formats.wrapped)
    for number, (key, value) in enumerate(readme_rows(run, sheets)):
        sheet.write_string(number, 0, key, formats.header)
        sheet.write_string(number, 1, value, formats.wrapped)
