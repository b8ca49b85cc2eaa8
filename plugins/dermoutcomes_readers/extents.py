"""How far a table reaches, judged before it is built.

A table is held as a rectangle: one cell far away from all others would take the memory of a
machine.
"""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import Problem, SizeLimits, StudyError, size_limits

__all__ = ["Extent", "column_letters", "refuse_far_cells", "refuse_wide_row"]

# The share of the cells of a large table that has to be filled.
LEAST_FILLED = 0.05


@frozen
class Extent:
    """The last row and the last column of a table, from 1, and how many of its cells are filled."""

    rows: int
    columns: int
    filled: int

    @property
    def cells(self) -> int:
        """Cells of the rectangle, blank ones too."""
        return self.rows * self.columns

    @property
    def is_far(self) -> bool:
        """Whether the table is large, or wider than it may be, and nearly empty."""
        limits = size_limits()
        is_large = self.cells > limits.sparse_cells or self.columns > limits.columns
        return is_large and self.filled < LEAST_FILLED * self.cells

    @property
    def hint(self) -> str:
        """The limit that a table beyond it would need."""
        limits = size_limits()
        if self.columns > limits.columns:
            return limits.hint("columns", self.columns)
        key = "sparse_cells" if self.cells <= limits.cells else "cells"
        return limits.hint(key, self.cells)


def refuse_far_cells(extent: Extent, sheet: str, file: str) -> None:
    """StudyError for a sheet that reaches far beyond its table, or has more cells than it may."""
    limits = size_limits()
    if not extent.is_far:
        _refuse_many_cells(extent, f"the sheet {sheet!r}", file, limits)
        return
    letters = column_letters(extent.columns)
    raise StudyError(
        Problem(
            f"the sheet {sheet!r} reaches to row {extent.rows} and to column {letters}, "
            f"and only {extent.filled} of its cells are filled",
            file=file,
            found=f"a cell in row {extent.rows}, one in column {letters}",
            expected="a table without cells far away from it",
            hint="delete all rows below and all columns beside the table, and save the workbook; "
            + extent.hint,
            code="far_cell",
        )
    )


def refuse_wide_row(extent: Extent, row: int, usual: int, file: str) -> None:
    """StudyError for a text of too many columns; `row` is the widest, `usual` the cells of most."""
    limits = size_limits()
    if extent.columns <= limits.columns and not extent.is_far:
        _refuse_many_cells(extent, "the file", file, limits)
        return
    one_row = extent.columns > usual
    raise StudyError(
        Problem(
            f"a row has {extent.columns} cells, most others have {usual}"
            if one_row
            else f"the file has {extent.columns} columns",
            file=file,
            line=row,
            found=f"{extent.columns} cells in a row",
            expected="rows of as many cells as the header"
            if one_row
            else f"at most {limits.columns} columns",
            hint="does the separator stand in a text, or is it another one? "
            'delimiter = ";" in the source states it; ' + extent.hint,
            code="far_cell",
        )
    )


def _refuse_many_cells(extent: Extent, what: str, file: str, limits: SizeLimits) -> None:
    if extent.cells <= limits.cells:
        return
    raise StudyError(
        Problem(
            f"{what} has more cells than this source allows",
            file=file,
            found=f"{extent.cells} cells ({extent.rows} rows, {extent.columns} columns)",
            expected=f"at most {limits.cells} cells",
            hint=extent.hint,
            code="large_table",
        )
    )


def column_letters(number: int) -> str:
    """A column as spreadsheet programs name it: 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
