"""The workbook that a person reads first: what the run found, then its data with a dictionary.

Text is never a formula, and the bytes are the same at every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.report import Drawings, Material, Page, dictionary, printable, tables_to_write
from dermoutcomes_xlsx.about import about_rows
from dermoutcomes_xlsx.data_sheet import Formats, print_whole_width, write_sheet
from dermoutcomes_xlsx.reading_sheets import ReadingSheet, reading_sheets, unique_name
from dermoutcomes_xlsx.table_sheet import CREATED, CellFormats, TableSheet

if TYPE_CHECKING:
    from dermoutcomes import Run
    from dermoutcomes_xlsx.workbook_options import WorkbookOptions

__all__ = ["write_book", "write_workbook"]

NAME, ABOUT, DICTIONARY = "workbook.xlsx", "About", "Dictionary"
# Letters of a line of what is said on the first sheet, and the height of a line in points.
LETTERS, LINE = 110, 15
READINGS = ("curves", "observations")
# Sheets of data; the name of a sheet does not heed capitals, and "Results" is one to read.
DATA = "data {}"
# Text stays text: what begins with = is no formula, what looks like a number or an address is not
# made one.
LITERAL = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}


@frozen(eq=False)
class DataSheet:
    """A table, or the part of a long one that a sheet holds."""

    name: str
    table: str
    frame: pl.DataFrame
    part: int


def write_workbook(run: Run, folder: Path, options: WorkbookOptions) -> Iterable[Path]:
    """Write `workbook.xlsx` into `folder`: sheets to read, then the tables; its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    material = Material.of_run(run)
    versions = run.manifest.get("versions") or {}
    page = Page(
        Drawings(),
        run.study.id,
        run.manifest["record_sha256"],
        f"dermoutcomes {versions.get('dermoutcomes', '')}".strip(),
        material.origin,
        str(run.study.study.data_cut or ""),
    )
    write_book(run, path, options, page, tuple(reading_sheets(material)))
    return [path]


def write_book(
    run: Run,
    path: Path,
    options: WorkbookOptions,
    page: Page,
    reading: Sequence[ReadingSheet] = (),
) -> None:
    """Write the workbook at `path`: what it is, sheets to read, the dictionary, sheets of data.

    A table with more rows than a sheet holds goes on in further sheets, "data endpoints (2)" and so
    on; the first sheet says so. Raises StudyError where a chosen name is no table.
    """
    import xlsxwriter

    from dermoutcomes_xlsx.columns_sheet import ColumnsSheet

    names = tables_to_write(run.tables, options.tables, "outputs.options.workbook.tables", READINGS)
    taken = {name.casefold() for name in (ABOUT, DICTIONARY)}
    reading = [
        ReadingSheet(unique_name(sheet.name, taken), sheet.title, sheet.tables) for sheet in reading
    ]
    data = [
        sheet for name in names for sheet in _parts(name, run.table(name), options.rows_a_sheet)
    ]
    data = [
        DataSheet(unique_name(sheet.name, taken), sheet.table, sheet.frame, sheet.part)
        for sheet in data
    ]
    with xlsxwriter.Workbook(path, LITERAL) as workbook:
        title = printable(run.study.study.title)[:255]
        workbook.set_properties({"title": title, "subject": run.study.id, "created": CREATED})
        formats = Formats.of(workbook)
        _write_about(workbook, formats, run, reading, data)
        cells = CellFormats(workbook)
        for sheet in reading:
            TableSheet(workbook.add_worksheet(sheet.name), sheet.tables, cells).write(
                page, sheet.title
            )
        write_sheet(workbook.add_worksheet(DICTIONARY, ColumnsSheet), formats, dictionary(names))
        for table in data:
            write_sheet(workbook.add_worksheet(table.name, ColumnsSheet), formats, table.frame)


def _parts(name: str, frame: pl.DataFrame, rows: int) -> Iterator[DataSheet]:
    """The sheets of a table: one, or several where it is longer than a sheet."""
    for number, start in enumerate(range(0, max(frame.height, 1), rows), start=1):
        sheet = DATA.format(name) + (f" ({number})" if number > 1 else "")
        yield DataSheet(sheet, name, frame.slice(start, rows), number)


def _write_about(
    workbook: Any,
    formats: Formats,
    run: Run,
    reading: Iterable[ReadingSheet],
    data: Iterable[DataSheet],
) -> None:
    sheet = workbook.add_worksheet(ABOUT)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, LETTERS, formats.wrapped)
    to_read = [(item.name, f"{item.title}: {_tables(len(item.tables))}.") for item in reading]
    to_read.append((DICTIONARY, "What each column of the sheets of data holds."))
    rows = about_rows(
        run, to_read, [(item.name, item.table, item.frame.height, item.part) for item in data]
    )
    links = {name for name, _ in to_read} | {item.name for item in data}
    for number, (key, value) in enumerate(rows):
        if key in links:
            quoted = key.replace("'", "''")
            sheet.write_url(number, 0, f"internal:'{quoted}'!A1", formats.link, key)
        else:
            sheet.write_string(number, 0, key, formats.header)
        text = printable(value)
        if len(text) > LETTERS:
            # Not every program makes a row as high as its text when it opens a workbook.
            sheet.set_row(number, LINE * -(-len(text) // LETTERS))
        sheet.write_string(number, 1, text, formats.wrapped)
    print_whole_width(sheet)


def _tables(n: int) -> str:
    return "1 table" if n == 1 else f"{n} tables"
