"""What a spreadsheet does to cells: errors, formulas, percentages, lines through, dates.

Error words are those of spreadsheets in English, German, French, Spanish and Italian: a workbook
stores English ones, and a text that was saved from it has those of its language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.sources.cells.distinct_texts import distinct_texts
from dermoutcomes.tables.findings import counted

if TYPE_CHECKING:
    from dermoutcomes.sources.cell_values import CellValues
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.reading_context import MeasurementContext, ReadingContext

__all__ = [
    "tell_spreadsheet_cells",
    "tell_unfinished_formulas",
    "with_shown_percentages",
    "with_spreadsheet_cells",
    "without_error_cells",
    "without_struck_cells",
]

# #DIV/0!, #N/A, #NAME?, and ##### for a column that was too narrow when it was saved as a text.
ERROR_CELL = r"^#(?:N/[AD]|NV|[¡¿]?[\p{Lu}/0]+[!?]|#+)$"
DAY, MONTH = r"\d{1,2}", r"\p{L}{3,9}\.?"
DATE_CELL = (
    rf"^(?:\d{{4}}-\d\d-\d\d(?:T.*)?|\d\d:\d\d:\d\d|{DAY}[. /-]+{MONTH}(?:[. /-]+\d{{2,4}})?"
    rf"|{MONTH}[. /-]+\d{{2,4}}|{DAY}[./]{DAY}[./](?:\d\d|\d{{4}}))$"
)
# Days of a spreadsheet (day 0 is 1899-12-30) that a reading can have become: 2000 to 2049.
FIRST_DAY, LAST_DAY = 36526, 54788
# What is told in the place of cells beyond this number.
MOST_CELLS, EXAMPLES = 20, 3
PERCENT = "%"
STRUCK_KEY = 'struck_cells = "leave_out" in the source, or struck_cells = "read"'


def without_error_cells(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The texts without the error cells of columns that say whose, when and where a value is.

    They are one finding a column: no error is the name of a subject or a site.
    """
    for ours, column in columns.items():
        cell = pl.col(str(column.position))
        words = distinct_texts(texts, str(column.position))
        if not words.select(cell.str.contains(ERROR_CELL).any()).item():
            continue
        failed = texts.filter(cell.str.contains(ERROR_CELL) & ~cell.is_in(context.missing_marks))
        if failed.height:
            for one, of_file in context.each_file(failed):
                one.add_note(
                    "error_cell",
                    "error",
                    row=of_file["row"][0],
                    column=column.position,
                    found=of_file[str(column.position)][0],
                    message=f"{ours}: {_cells(of_file.height)} an error of the spreadsheet",
                    expected="the value that was meant",
                )
            texts = texts.with_columns(pl.when(~cell.str.contains(ERROR_CELL)).then(cell))
    return texts


def without_struck_cells(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The texts without what is struck through where columns say whose, when and where.

    Unless the source says what such a cell is, it counts, and is one finding a column.
    """
    struck = context.traits_named("struck")
    if context.spec.struck_cells == "read" or not struck.height:
        return texts
    for ours, column in columns.items():
        name = str(column.position)
        rows = struck.filter(pl.col("column") == column.position)["row"].implode()
        is_struck = pl.col("row").is_in(rows) & pl.col(name).is_not_null() & (pl.col(name) != "")
        if context.spec.struck_cells == "leave_out":
            texts = texts.with_columns(pl.when(~is_struck).then(pl.col(name)))
            continue
        cells = texts.filter(is_struck)
        if cells.height:
            context.add_note(
                "struck_cell",
                "error",
                row=cells["row"][0],
                column=column.position,
                found=cells[name][0],
                message=f"{ours}: {'a cell is' if cells.height == 1 else f'{cells.height} cells are'}"
                " struck through and read all the same",
                expected=STRUCK_KEY,
            )
    return texts


def _cells(n: int) -> str:
    return "a cell holds" if n == 1 else f"{n} cells hold"


def tell_unfinished_formulas(context: ReadingContext, positions: Iterable[int]) -> None:
    """One finding for each column that is read and has formulas without a stored result."""
    unfinished = context.traits_named("no_result").filter(
        pl.col("row").is_in(context.rows.texts["row"].implode())
    )
    names = {column.position: column.name for column in context.header.columns}
    for position in sorted({*positions} & {*unfinished["column"]}):
        rows = unfinished.filter(pl.col("column") == position)["row"].sort()
        several = rows.len() > 1
        context.add_note(
            "formula_without_result",
            "error",
            row=rows[0],
            column=position,
            found=f"{names[position]}: {rows.len()} formula{'s' if several else ''}",
            message=f"{_cells(rows.len())} a formula whose result the workbook does not store; "
            f"{'they count' if several else 'it counts'} as blank",
            expected="the workbook opened in a spreadsheet program, calculated and saved",
        )


def with_shown_percentages(context: MeasurementContext, cells: CellValues) -> CellValues:
    """The cells with 62 for a stored 0.62 that the sheet shows as 62 %, where the measure is in %.

    That it was read so is one note a column. A measure without a unit is the stored share; of one
    in another unit, each column is a warning. A unit that the study states is the stored number's.
    """
    percent = context.traits_named("percent").select("row", "column", shown=pl.lit(value=True))
    if not percent.height:
        return cells
    frame = cells.frame.join(percent, on=["row", "column"], how="left", maintain_order="left")
    units = {code: parameter.unit for code, parameter in context.parameters.items()}
    unit = pl.col("code").replace_strict(units, default=None, return_dtype=pl.String)
    shown = pl.col("shown").fill_null(value=False) & pl.col("number").is_not_null()
    shown &= pl.col("unit").is_null()
    _tell_percentages(context, frame.filter(shown & (unit == PERCENT)), in_percent=True)
    _tell_percentages(context, frame.filter(shown & (unit != PERCENT)), in_percent=False)
    # By the decimals of the stored number: 0.29 * 100 is 28.999999999999996.
    whole = (pl.col("number").cast(pl.String) + "e2").cast(pl.Float64, strict=False)
    hundredfold = shown & (unit == PERCENT)
    return evolve(
        cells,
        frame=frame.with_columns(
            pl.when(hundredfold).then(whole).otherwise("number").alias("number")
        ).drop("shown"),
    )


def _tell_percentages(
    context: MeasurementContext, cells: pl.DataFrame, *, in_percent: bool
) -> None:
    n, stored = pl.col("n"), pl.col("text")
    columns = cells.group_by("column", "code").agg(pl.len().alias("n"), pl.all().first())
    columns = columns.sort("column", "code").select(
        "row", "column", "n", "text", measure=pl.format(f"{context.owner.name}.{{}}", "code")
    )
    if in_percent:
        context.add_finding(
            columns,
            "percent_cells",
            "note",
            message=pl.format(
                "{} shown in percent, and read as shown: a stored {} in %",
                counted(n, "cell is", "cells are"),
                stored,
            ),
            found=stored,
            expected='numbers as shown, or units with the unit of the stored number, as "1"',
        )
    else:
        context.add_finding(
            columns,
            "percent_cells",
            "warning",
            message=pl.format(
                "{} shown in percent, and the measure is not in %: read as stored",
                counted(n, "cell is", "cells are"),
            ),
            found=stored,
            expected="numbers in the unit of the measure",
        )


def with_spreadsheet_cells(context: MeasurementContext, values: pl.DataFrame) -> pl.DataFrame:
    """Typed values, `wrong` where a spreadsheet made something else of the cell than a reading.

    error_cell, date_for_number, and struck_cell unless the source reads such cells.
    """
    struck = context.traits_named("struck").select("row", "column", struck=pl.lit(value=True))
    if struck.height:
        values = values.join(struck, on=["row", "column"], how="left", maintain_order="left")
    else:
        values = values.with_columns(struck=pl.lit(None, dtype=pl.Boolean))
    maxima = {
        code: float(parameter.maximum)
        for code, parameter in context.parameters.items()
        if parameter.maximum is not None
    }
    maximum = pl.col("code").replace_strict(maxima, default=None, return_dtype=pl.Float64)
    found, value = pl.col("found"), pl.col("value")
    is_day = value.is_between(FIRST_DAY, LAST_DAY) & (value == value.floor()) & (value > maximum)
    is_date = (pl.col("wrong") == "not_a_number") & found.str.contains(DATE_CELL)
    fault = (
        pl.when(found.str.contains(ERROR_CELL))
        .then(pl.lit("error_cell"))
        .when(is_date | is_day)
        .then(pl.lit("date_for_number"))
    )
    if context.spec.struck_cells != "read":
        fault = fault.when(pl.col("struck")).then(pl.lit("struck_cell"))
    values = values.with_columns(fault.alias("fault")).with_columns(
        pl.coalesce("fault", "wrong").alias("wrong"),
        pl.when(pl.col("fault").is_null()).then(value).alias("value"),
        pl.when(pl.col("fault").is_null()).then(pl.col("text")).alias("text"),
    )
    return values.drop("struck", "fault")


def tell_spreadsheet_cells(context: ReadingContext, wrong: pl.DataFrame) -> None:
    """Findings for what `with_spreadsheet_cells` took for no reading; of many of a kind, three."""
    cells, more = _examples(wrong, "error_cell")
    context.add_finding(
        cells,
        "error_cell",
        "warning",
        message=f"an error of the spreadsheet stands in the place of a reading{more}",
        found=pl.col("found"),
        expected="a number",
    )
    cells, more = _examples(wrong, "date_for_number")
    context.add_finding(
        cells,
        "date_for_number",
        "error",
        message="a date, or the number of a day, stands where a number belongs: a spreadsheet "
        f"takes 4.5 for the 4th of May{more}",
        found=pl.col("found"),
        expected="the number as the device gave it",
    )
    if context.spec.struck_cells is None:
        cells, more = _examples(wrong, "struck_cell")
        context.add_finding(
            cells,
            "struck_cell",
            "warning",
            message=f"the cell is struck through; it is left out{more}",
            found=pl.col("found"),
            expected=STRUCK_KEY,
        )


def _examples(wrong: pl.DataFrame, fault: str) -> tuple[pl.DataFrame, str]:
    """The cells that have a fault; of many the first, and the words that say how many there are."""
    cells = wrong.filter(pl.col("wrong") == fault)
    if cells.height <= MOST_CELLS:
        return cells, ""
    return cells.head(EXAMPLES), f" (one of {cells.height} such cells)"
