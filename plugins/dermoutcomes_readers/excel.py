"""Workbooks: every sheet a table of texts, with the numbers beside them in full precision.

Values are read by calamine; what an .xlsx says of its cells beside their values, by `xlsx_parts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from zipfile import BadZipFile, is_zipfile

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Match, Problem, RawTable, StudyError
from dermoutcomes_readers.archives import opened_archive
from dermoutcomes_readers.disguises import refuse_other_kind
from dermoutcomes_readers.extents import Extent, refuse_far_cells
from dermoutcomes_readers.panics import panics_as_errors
from dermoutcomes_readers.sheet_extents import sheet_extents
from dermoutcomes_readers.xlsx_parts import Place, SheetParts, UnreadablePartError, sheet_parts

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

# Row, column, trait, and of a merged cell where its text stands.
_Trait: TypeAlias = tuple[int | None, int | None, str, int | None, int | None]
TRAITS = {
    "row": pl.Int64,
    "column": pl.Int32,
    "trait": pl.String,
    "of_row": pl.Int64,
    "of_column": pl.Int32,
}

__all__ = ["SUFFIXES", "is_xlsx", "read", "recognise"]

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
ZIP, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def recognise(path: Path, head: bytes) -> Match | None:
    """A zip or compound file with a workbook's suffix.

    The suffix alone is a weak sign (many an .xls is text).
    """
    has_suffix = path.suffix.lower() in SUFFIXES
    if head.startswith((ZIP, COMPOUND)):
        return Match(0.9, f"a workbook with the suffix {path.suffix}") if has_suffix else None
    return Match(0.3, f"the suffix {path.suffix}") if has_suffix else None


def read(path: Path, options: object) -> Mapping[str, RawTable]:  # noqa: ARG001 - every reader has options
    """The sheets by name, empty ones left out."""
    try:
        refuse_other_kind(path)
    except (BadZipFile, OSError) as error:
        raise _unreadable(path, error) from error
    parts = _parts(path)
    for name, extent in _extents(path, parts).items():
        refuse_far_cells(extent, name, path.name)
    tables = {
        sheet.name: table
        for sheet in _sheets(path)
        if (table := _table(sheet, parts.get(sheet.name, SheetParts()) if parts else None))
        is not None
    }
    if not tables:
        raise StudyError(
            Problem(
                "the workbook is empty",
                file=path.name,
                expected="a sheet with a header and rows",
                code="empty_file",
            )
        )
    return tables


@frozen(eq=False)
class _Sheet:
    """A sheet: its name, the values of its cells, and whether the program hides it."""

    name: str
    rows: list[list[Any]]
    hidden: bool
    merged: tuple[tuple[Place, Place], ...]


def _sheets(path: Path) -> list[_Sheet]:
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        with panics_as_errors():
            book = CalamineWorkbook.from_path(str(path))
            sheets = list[_Sheet]()
            for metadata in book.sheets_metadata:
                if metadata.typ is SheetTypeEnum.WorkSheet:
                    sheet = book.get_sheet_by_name(metadata.name)
                    refuse_far_cells(_extent(sheet), metadata.name, path.name)
                    rows = sheet.to_python(skip_empty_area=False)
                    hidden = metadata.visible is not SheetVisibleEnum.Visible
                    sheets.append(_Sheet(metadata.name, rows, hidden, _merged(sheet)))
    except StudyError:
        raise
    except (CalamineError, OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    return sheets


def _extent(sheet: CalamineSheet) -> Extent:
    """How far a sheet reaches; its filled cells are counted where that is far."""
    extent = Extent(sheet.total_height, sheet.total_width, 0)
    if extent.is_far:
        filled = sum(cell not in ("", None) for row in sheet.iter_rows() for cell in row)
        extent = evolve(extent, filled=filled)
    return extent


def _merged(sheet: CalamineSheet) -> tuple[tuple[Place, Place], ...]:
    """The merged ranges, first and last place of each, counted from 1."""
    ranges = sheet.merged_cell_ranges or ()
    return tuple(((a + 1, b + 1), (c + 1, d + 1)) for (a, b), (c, d) in ranges)


def _parts(path: Path) -> Mapping[str, SheetParts] | None:
    """What the parts of an .xlsx or .xlsm say of its cells; None for other kinds of workbooks."""
    try:
        return sheet_parts(path) if is_xlsx(path) else None
    except (UnreadablePartError, BadZipFile, OSError) as error:
        raise _unreadable(path, error) from error


def is_xlsx(path: Path) -> bool:
    """Whether a workbook is an .xlsx or .xlsm, whatever it is called."""
    if not is_zipfile(path):
        return False
    with opened_archive(path) as book:
        # An .xlsb has its workbook in binary, an .ods none of that name.
        return any(name.endswith("workbook.xml") for name in book.namelist())


def _extents(path: Path, parts: Mapping[str, SheetParts] | None) -> Mapping[str, Extent]:
    """How far each sheet reaches, known before it is read."""
    if parts is not None:
        return {name: its_parts.extent for name, its_parts in parts.items()}
    try:
        return sheet_extents(path)
    except (UnreadablePartError, BadZipFile, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: BaseException) -> StudyError:
    return StudyError(
        Problem(
            f"the workbook cannot be read: {error}",
            file=path.name,
            expected="a whole xlsx, xlsm, xlsb, xls or ods file without a password",
            hint="it may be truncated, or another kind of file under this name",
            code="unreadable_file",
        )
    )


def _table(sheet: _Sheet, parts: SheetParts | None) -> RawTable | None:
    rows = sheet.rows
    unfinished = _without_result(rows, parts) if parts else []
    for at_row, column in unfinished:
        _put(rows, at_row, column, "")
    for (at_row, column), words in (parts.errors if parts else {}).items():
        _put(rows, at_row, column, words)
    filled = [
        (number, row)
        for number, row in enumerate(rows, 1)
        if any(cell not in ("", None) for cell in row)
    ]
    if not filled:
        return None
    lines = tuple(number for number, _ in filled)
    columns = list(zip(*(row for _, row in filled), strict=True))
    cells = pl.DataFrame(
        {
            f"column_{index}": pl.Series([as_text(cell) for cell in column], dtype=pl.String)
            for index, column in enumerate(columns, 1)
        }
    )
    numbers = pl.DataFrame(
        {
            f"column_{index}": pl.Series([as_number(cell) for cell in column], dtype=pl.Float64)
            for index, column in enumerate(columns, 1)
        }
    )
    traits = list[_Trait](_traits(sheet, parts, unfinished, lines, len(columns)))
    frame = pl.DataFrame(traits, schema=TRAITS, orient="row")
    return RawTable(sheet.name, cells, lines, numbers=numbers, traits=frame)


def _put(rows: list[list[Any]], row: int, column: int, value: str) -> None:
    if row <= len(rows) and column <= len(rows[row - 1]):
        rows[row - 1][column - 1] = value


def _without_result(rows: list[list[Any]], parts: SheetParts) -> list[Place]:
    """The formulas of which the workbook stores no result.

    A program that cannot calculate stores nothing, or 0 for everything and the request to
    calculate when the workbook is opened.
    """
    places = list[Place]()
    for (row, column), kind in parts.formulas.items():
        inside = row <= len(rows) and column <= len(rows[row - 1])
        value = rows[row - 1][column - 1] if inside else ""
        unset = value in ("", None) or (parts.recalculated and value == 0)
        if unset and kind not in ("str", "e", "b"):
            places.append((row, column))
    return sorted(places)


def _traits(
    sheet: _Sheet,
    parts: SheetParts | None,
    unfinished: list[Place],
    lines: tuple[int, ...],
    width: int,
) -> Iterator[_Trait]:
    """The traits of the cells that are in the table, in the order of the file."""
    if sheet.hidden:
        yield None, None, "hidden", None, None
    inside = set(lines)
    yield from _merged_cells(sheet.merged, inside, width)
    if parts is None:
        yield None, None, "unseen", None, None
        return
    yield from ((row, None, "hidden", None, None) for row in sorted(parts.hidden_rows & inside))
    for column in sorted(parts.hidden_columns):
        if column <= width:
            yield None, column, "hidden", None, None
    places = {
        "error": parts.errors,
        "no_result": unfinished,
        "percent": parts.percent,
        "struck": parts.struck,
    }
    for trait, cells in places.items():
        for row, column in sorted(cells):
            if row in inside and column <= width:
                yield row, column, trait, None, None


def _merged_cells(
    ranges: Iterable[tuple[Place, Place]], lines: set[int], width: int
) -> Iterator[_Trait]:
    """Every cell of a merged range but the first, each once."""
    seen = set[Place]()
    last = max(lines)
    room = last * width
    for first, (bottom, right) in ranges:
        # Ranges that overlap are of a broken file, or of one that would keep a reader busy for
        # ever.
        height = max(0, min(bottom, last) - first[0] + 1)
        room -= height * max(0, min(right, width) - first[1] + 1)
        if room < 0:
            return
        seen.add(first)
        for row in range(first[0], min(bottom, last) + 1):
            for column in range(first[1], min(right, width) + 1):
                if row in lines and (row, column) not in seen:
                    seen.add((row, column))
                    yield row, column, "merged", *first


def as_text(cell: Any) -> str:
    """A cell as a person would type it: 5 for 5.0, ISO dates, all digits that a number needs."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, timedelta):
        return _clock(cell)
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)


def _clock(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def as_number(cell: Any) -> float | None:
    """The number that a cell holds as such, or None.

    A text that looks like one is left to the study's decimal sign.
    """
    return float(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else None
