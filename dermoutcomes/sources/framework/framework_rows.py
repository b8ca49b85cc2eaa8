"""Rows of a file of the framework: the steps from its sheet to typed columns under our names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.accounts.cell_accounts import count_unused_columns
from dermoutcomes.sources.cell_findings import tell_missing_words
from dermoutcomes.sources.cells.dates import latest_day
from dermoutcomes.sources.cells.recoding import recoded
from dermoutcomes.sources.cells.spreadsheet_cells import tell_unfinished_formulas
from dermoutcomes.sources.columns import cell_text
from dermoutcomes.sources.data_rows import data_rows
from dermoutcomes.sources.framework.doubtful_rows import tell_blank_flags, tell_doubtful_rows
from dermoutcomes.sources.framework.durations import checked_durations
from dermoutcomes.sources.framework.framework_columns import (
    column_types,
    framework_columns,
    header_words,
)
from dermoutcomes.sources.framework.known_subjects import tell_rows_without_subject
from dermoutcomes.sources.framework.medications import with_kinds, with_open_dates
from dermoutcomes.sources.framework.typed_cells import typed_cells
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.hidden_cells import tell_hidden_cells
from dermoutcomes.sources.raw_table import read_sheet
from dermoutcomes.sources.subjects.subjects_by_row import (
    subject_of_row,
    tell_subjects_by_row,
)
from dermoutcomes.sources.subjects.summary_rows import without_summary_rows
from dermoutcomes.sources.value_layout import fields_of_file_name
from dermoutcomes.sources.wide.framework_cells import WideCells, wide_cells, with_wide_cells

if TYPE_CHECKING:
    from dermoutcomes.sources.header import Column
    from dermoutcomes.sources.raw_table import Sheet
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["framework_rows"]

# How many rows a message names, each; of more it gives three examples.
MOST_ROWS = 20
# What a row of these tables is, in a message.
HOLDS = {
    "deviations": "a deviation",
    "durations": "a duration",
    "events": "an event",
    "exposures": "a treatment",
    "medications": "a medication",
    "milestones": "a milestone",
}


def framework_rows(context: ReadingContext) -> tuple[pl.DataFrame, Sheet]:
    """The rows of a file, typed: the table's columns that it has, row and source; and its sheet.

    Raises StudyError for a file that is unreadable or whose columns do not fit the table.
    """
    # The table: which sheet, which row is the header, and which column is what.
    is_known = header_words(context)
    sheet = read_sheet(context, is_known)
    context.header = find_header(context, sheet.table, is_known)
    constants = _constants(context)
    wide = wide_cells(context)
    by_row: set[str] = {"subject"} if context.spec.subjects_by == "row" else set()
    columns = framework_columns(context, {*constants, *wide.names, *by_row})

    # The rows that count.
    context.rows = data_rows(context, sheet.table, columns)
    _tell_of_columns(context, sheet, columns, wide)
    texts = _texts(context, columns, constants)
    if by_row:
        if "subject" in columns:
            raise context.error(
                "rows are subjects by their order, and the file says who they are",
                "subjects_by",
                line=context.header.line,
                found=columns["subject"].name,
                expected="ids, wherever there are some: leave subjects_by out",
            )
        texts = texts.with_columns(subject=subject_of_row(context))
        tell_subjects_by_row(context)
    texts = _with_subject(context, texts, columns)
    if context.file.name == "exposures":
        texts = _dated(context, texts, columns)
    texts = without_summary_rows(context, texts)
    _refuse_without_subjects(context, texts)

    # Their cells, as the table has them.
    rows = typed_cells(context, texts, columns)
    if wide.columns:
        rows = with_wide_cells(context, rows, wide)
    rows = rows.with_columns(source=pl.lit(context.file.number, dtype=pl.Int32))
    if context.file.name == "events":
        rows = _with_grades(context, _with_what_is_recorded(rows, texts))
        tell_blank_flags(context, texts)
    if context.file.name == "durations":
        rows = checked_durations(context, rows, columns)
    if context.file.name == "medications":
        rows = with_kinds(context, with_open_dates(rows, texts))
    _tell_missing_words(context, rows, columns)
    tell_doubtful_rows(context, rows)
    return rows, sheet


def _constants(context: ReadingContext) -> dict[str, str]:
    """What the file's name and the source say of every row."""
    of_file_name = fields_of_file_name(context)
    context.raise_problems()
    return of_file_name | {name: str(value) for name, value in context.spec.constants.items()}


def _tell_of_columns(
    context: ReadingContext, sheet: Sheet, columns: Mapping[str, Column], wide: WideCells
) -> None:
    positions = [*(column.position for column in columns.values()), *wide.positions]
    count_unused_columns(context, positions)
    tell_hidden_cells(context, sheet, positions)
    tell_unfinished_formulas(context, positions)


def _texts(
    context: ReadingContext, columns: Mapping[str, Column], constants: Mapping[str, str]
) -> pl.DataFrame:
    """The rows with a text of each of our names, null where it is missing, recoded as stated."""
    cells = {
        name: recoded(cell_text(column, context.missing_in(name)), context.recoding(name))
        for name, column in columns.items()
    }
    for name in _numbers_with_labels(context, columns):
        cells[name] = pl.coalesce(_code(context, name, columns[name]), cells[name])
    of_all = {name: pl.lit(value) for name, value in constants.items() if name not in columns}
    return context.rows.texts.select("row", **cells).with_columns(**of_all)


def _numbers_with_labels(context: ReadingContext, columns: Mapping[str, Column]) -> list[str]:
    """Our names of columns of numbers whose values have labels in the file."""
    labelled = context.traits_named("labelled")["column"].to_list()
    types = column_types(context.file.name)
    return [
        name
        for name, column in columns.items()
        if column.position in labelled and name in types and types[name].is_numeric()
    ]


def _code(context: ReadingContext, name: str, column: Column) -> pl.Expr:
    """The code of each cell, as text: 2 for "moderate". Null where a word is missing or recoded."""
    code = pl.lit(context.rows.stored_number(column).cast(pl.String).str.strip_suffix(".0"))
    words = [*context.missing_in(name), *context.recoding(name)]
    return pl.when(~pl.col(str(column.position)).is_in(words)).then(code)


def _refuse_without_subjects(context: ReadingContext, texts: pl.DataFrame) -> None:
    if context.file.name == "subjects" and not texts.height:
        raise context.error(
            "the table of subjects has no rows",
            expected="a row for each subject",
            code="empty_file",
        )


def _with_what_is_recorded(typed: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Events with the columns that their file has, and the last day on which each can have begun.

    That day is of a date that is not whole, which is left open otherwise.
    """
    names = sorted(name for name in texts.columns if name != "row")
    latest = latest_day(pl.col("start_date"))
    days = texts.select(start_latest=latest) if "start_date" in names else pl.DataFrame()
    return typed.with_columns(
        days.to_series() if days.width else pl.lit(None, pl.Date).alias("start_latest"),
        pl.concat_list([pl.lit(name) for name in names]).alias("file_columns"),
    )


def _with_grades(context: ReadingContext, events: pl.DataFrame) -> pl.DataFrame:
    """Events whose grades are 1 to 5; each other one is a finding."""
    if "grade" not in events.columns:
        return events
    is_grade = pl.col("grade").is_between(1, 5)
    context.add_finding(
        events.filter(~is_grade).select("subject", "row", found=pl.col("grade").cast(pl.String)),
        "unknown_grade",
        "error",
        message="the grade is none from 1 to 5; it counts as unknown",
        expected='a grade from 1 to 5, or values.grade = { "their word" = 3 } in the source',
    )
    return events.with_columns(pl.when(is_grade).then("grade"))


def _tell_missing_words(
    context: ReadingContext, typed: pl.DataFrame, columns: Mapping[str, Column]
) -> None:
    texts = context.rows.texts.join(typed.select("row"), on="row", how="semi")
    of_words = {
        name: texts.select("row", text=str(column.position))
        for name, column in columns.items()
        if typed.schema.get(name) == pl.String and name != "subject"
    }
    tell_missing_words(context, of_words)


def _with_subject(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The rows that say whose they are; each other one that is filled is a finding.

    An event of nobody stays, without a subject: no claim that there was none can hold beside it.
    """
    if "subject" not in columns:
        return texts
    without = pl.col("subject").is_null()
    filled = pl.any_horizontal(pl.col(name).is_not_null() for name in columns)
    cell = cell_text(columns["subject"]).alias("found")
    rows = texts.filter(without & filled).select("row")
    rows = rows.join(context.rows.texts.select("row", cell), on="row", maintain_order="left")
    tell_rows_without_subject(context, rows, HOLDS.get(context.file.name, "values"))
    return texts.filter(~without | filled if context.file.name == "events" else ~without)


def _dated(
    context: ReadingContext, texts: pl.DataFrame, columns: Mapping[str, Column]
) -> pl.DataFrame:
    """The exposures with a date or a day, where the file has a column of it.

    A row that leaves it blank is no treatment: a list of all subjects, dated where one was given.
    That is doubtful where a date was forgotten, so it is one finding a file.
    """
    names = [name for name in ("date", "taken_at", "day") if name in texts.columns]
    if not names:
        return texts
    blank = pl.all_horizontal(pl.col(name).is_null() for name in names)
    undated = texts.filter(blank, pl.col("subject").is_not_null())
    if undated.height:
        shown = undated.height if undated.height <= MOST_ROWS else 3
        rows = undated.select("subject", "row").head(shown).iter_rows()
        named = ", ".join(f"{subject} (row {row})" for subject, row in rows)
        more = f" and {undated.height - shown} more" if undated.height > shown else ""
        column = columns[names[0]].name if names[0] in columns else names[0]
        context.add_note(
            "undated_exposure",
            "warning",
            row=int(undated["row"].sort()[0]),
            message=f"{undated.height} of {texts.height} rows have no date and count as no "
            f"treatment: {named}{more}",
            expected="the date of a treatment that was given, or "
            f'where = {{ "{column}" = "not blank" }} in the source, if none was',
        )
    return texts.filter(~blank)
