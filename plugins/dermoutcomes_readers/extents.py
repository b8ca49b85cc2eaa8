"""How far a table reaches, judged before it is built.

A table is held as a rectangle: one cell far away from all others would take the memory of a
machine.
"""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import Problem, StudyError

__all__ = ["Extent", "column_letters", "refuse_far_cells", "refuse_wide_row"]

# The columns of a spreadsheet program.
MOST_COLUMNS = 16_384
# So many cells are read whatever is in them; of more, at least this share has to be filled.
ALWAYS_READ, LEAST_FILLED = 10_000_000, 0.05


@frozen
class Extent:
    """The last row and the last column of a table, from 1, and how many of its cells are filled."""

    rows: int
    columns: int
    filled: int

    @property
    def is_far(self) -> bool:
        """Whether the table is large, or wider than any sheet can be, and nearly empty."""
        cells = self.rows * self.columns
        is_large = cells > ALWAYS_READ or self.columns > MOST_COLUMNS
        return is_large and self.filled < LEAST_FILLED * cells


def refuse_far_cells(extent: Extent, sheet: str, file: str) -> None:
    """StudyError for a sheet that reaches far beyond its table."""
    if not extent.is_far:
        return
    letters = column_letters(extent.columns)
    raise StudyError(
        Problem(
            f"the sheet {sheet!r} reaches to row {extent.rows} and to column {letters}, "
            f"and only {extent.filled} of its cells are filled",
            file=file,
            found=f"a cell in row {extent.rows}, one in column {letters}",
            expected="a table without cells far away from it",
            hint="delete all rows below and all columns beside the table, and save the workbook",
            code="far_cell",
        )
    )


def refuse_wide_row(extent: Extent, row: int, usual: int, file: str) -> None:
    """StudyError for a text of too many columns; `row` is the widest, `usual` the cells of most."""
    if extent.columns <= MOST_COLUMNS and not extent.is_far:
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
            else f"at most {MOST_COLUMNS} columns",
            hint="does the separator stand in a text, or is it another one? "
            'delimiter = ";" in the source states it',
            code="far_cell",
        )
    )


def column_letters(number: int) -> str:
    """A column as spreadsheet programs name it: 28 is AB."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
