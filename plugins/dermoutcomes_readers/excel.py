"""Workbooks: every sheet a table of texts, with the numbers beside them in full precision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes import Match, Problem, RawTable, StudyError

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

__all__ = ["SUFFIXES", "read", "recognise"]

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
    tables = {
        name: table
        for name, rows in _sheets(path).items()
        if (table := _table(name, rows)) is not None
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


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    from python_calamine import CalamineError, SheetTypeEnum

    try:
        workbook = _open(path)
        chosen = [
            sheet.name for sheet in workbook.sheets_metadata if sheet.typ is SheetTypeEnum.WorkSheet
        ]
        return {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in chosen
        }
    except (CalamineError, OSError, ValueError) as error:
        raise StudyError(
            Problem(
                f"the workbook cannot be read: {error}",
                file=path.name,
                expected="a whole xlsx, xlsm, xlsb, xls or ods file without a password",
                hint="it may be truncated, or another kind of file under this name",
                code="unreadable_file",
            )
        ) from error


def _open(path: Path) -> CalamineWorkbook:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(str(path))


def _table(name: str, rows: list[list[Any]]) -> RawTable | None:
    filled = [
        (number, row)
        for number, row in enumerate(rows, 1)
        if any(cell not in ("", None) for cell in row)
    ]
    if not filled:
        return None
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
    return RawTable(name, cells, tuple(number for number, _ in filled), numbers=numbers)


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
