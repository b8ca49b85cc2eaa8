"""What a study may say of its workbook."""

from __future__ import annotations

from attrs import frozen

from dermoutcomes import option

__all__ = ["WorkbookOptions"]

EXCEL_ROWS = 1_048_576  # with the header


@frozen
class WorkbookOptions:
    """Which tables become sheets of data, and where a long one is cut."""

    tables: tuple[str, ...] = option(
        (),
        "Tables of data to write; all that the run has but raw curves and single readings unless "
        "stated.",
    )
    rows_a_sheet: int = option(
        EXCEL_ROWS - 1,
        "Most rows of data in one sheet; longer tables go on in the next.",
        at_least=1,
        at_most=EXCEL_ROWS - 1,
    )
