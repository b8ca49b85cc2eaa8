"""Rows of a framework table as texts under our names, and their types by the table's schema."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.errors import did_you_mean, nearest, one_of
from dermoutcomes.sources.accounts.cells import count_unused_columns
from dermoutcomes.sources.cell_findings import tell_missing_words
from dermoutcomes.sources.cells.date_findings import tell_unreadable_dates, tell_zones
from dermoutcomes.sources.cells.dates import PARTIAL, as_datetime, latest_day
from dermoutcomes.sources.cells.numbers import (
    PROBLEMS,
    from_single_precision,
    number,
    problem,
    remedy,
)
from dermoutcomes.sources.cells.recoding import YES_NO, lookup, recoded
from dermoutcomes.sources.cells.spreadsheet_cells import tell_unfinished_formulas
from dermoutcomes.sources.columns import cell_text, fold, header_text, mapped_column, mapped_names
from dermoutcomes.sources.data_rows import data_rows
from dermoutcomes.sources.framework.durations import checked_durations
from dermoutcomes.sources.framework.known_subjects import tell_rows_without_subject
from dermoutcomes.sources.header import Column, find_header
from dermoutcomes.sources.hidden_cells import tell_hidden_cells
from dermoutcomes.sources.raw_table import Sheet, read_sheet
from dermoutcomes.sources.subjects.summary_rows import without_summary_rows
from dermoutcomes.sources.value_layout import fields_of_file_name
from dermoutcomes.study.source_names import PROVENANCE_COLUMNS, TIME_COLUMNS
from dermoutcomes.tables import OPEN_TABLES, empty

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["framework_rows"]

# How many rows a message names, each; of more it gives three examples.
MOST_ROWS = 20
NEEDED = {
    "subjects": ("subject",),
    "allocations": ("subject", "arm"),
    "milestones": ("subject", "milestone"),
    "exposures": ("subject",),
    "events": ("subject", "term"),
    "durations": ("subject", "duration", "status"),
}
# What a row of these tables is, in a message.
HOLDS = {
    "durations": "a duration",
    "events": "an event",
    "exposures": "a treatment",
    "milestones": "a milestone",
}


def framework_rows(context: ReadingContext) -> tuple[pl.DataFrame, Sheet]:
    """The rows of a file, typed: the table's columns that it has, row and source; and its sheet.

    Raises StudyError for a file that is unreadable or whose columns do not fit the table.
    """
    table = context.file.name
    schema = {
        name: kind for name, kind in empty(table).schema.items() if name not in PROVENANCE_COLUMNS
    }
    schema |= {name: pl.String() for name in TIME_COLUMNS.get(table, ()) if name not in schema}
    names = {fold(name) for name in (*schema, *mapped_names(context.spec.columns))}

    def is_known(cell: str) -> bool:
        return fold(cell) in names or fold(cell).replace(" ", "_") in names

    sheet = read_sheet(context, is_known)
    context.header = find_header(context, sheet.table, is_known)
    constants = fields_of_file_name(context)
    context.raise_problems()
    constants |= {name: str(value) for name, value in context.spec.constants.items()}
    columns = _columns(context, schema, constants)
    context.rows = data_rows(context, sheet.table, columns)
    positions = [column.position for column in columns.values()]
    count_unused_columns(context, positions)
    tell_hidden_cells(context, sheet, positions)
    tell_unfinished_formulas(context, positions)

    texts = context.rows.texts.select(
        "row", *(_text(context, name, column).alias(name) for name, column in columns.items())
    ).with_columns(
        pl.lit(value).alias(name) for name, value in constants.items() if name not in columns
    )
    texts = _with_subject(context, texts, columns)
    if table == "exposures":
        texts = _dated(context, texts, columns)
    texts = without_summary_rows(context, texts)
    if table == "subjects" and not texts.height:
        raise context.error(
            "the table of subjects has no rows",
            expected="a row for each subject",
            code="empty_file",
        )
    source = pl.lit(context.file.number, dtype=pl.Int32).alias("source")
    typed = _typed(context, texts, schema).with_columns(source)
    if table == "events":
        typed = _with_grades(context, _with_what_is_recorded(typed, texts))
    if table == "durations":
        typed = checked_durations(context, typed, columns)
    _tell_missing_words(context, typed, columns)
    return typed, sheet


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
    for name, column in columns.items():
        if typed.schema[name] == pl.String and name != "subject":
            cells = texts.select("row", text=str(column.position))
            tell_missing_words(context, name, cells)


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


def _columns(
    context: ReadingContext, schema: dict[str, Any], constants: Iterable[str]
) -> dict[str, Column]:
    """Our name → column: as the source maps them, then by our own names.

    A table that is open takes all others too, by theirs.
    """
    table, mapped = context.file.name, context.spec.columns
    columns: dict[str, Column] = {}
    for name, theirs in mapped.items():
        if name not in schema and table not in OPEN_TABLES:
            context.add_problem(
                f"the table {table!r} has no column {name!r}",
                f"columns.{name}",
                in_file=False,
                expected=one_of(tuple(schema), 30),
                hint=did_you_mean(name, schema),
            )
        elif column := mapped_column(context, name, theirs):
            columns[name] = column
    # The parts of an id stay free: a site is a column of its own, too.
    taken = {column.position for column in columns.values() if not column.parts}
    free = [
        column for column in context.header.columns if column.name and column.position not in taken
    ]
    columns |= {
        name: column
        for name in schema
        if name not in mapped
        for column in free
        if fold(column.name).replace(" ", "_") == name
    }
    if table in OPEN_TABLES:
        taken = {column.position for column in columns.values() if not column.parts}
        columns |= {
            column.name: column
            for column in free
            if column.position not in taken and column.name not in (*columns, *PROVENANCE_COLUMNS)
        }
    _refuse_missing_columns(context, {*columns, *constants})
    return columns


def _refuse_missing_columns(context: ReadingContext, names: Container[str]) -> None:
    header, table = context.header, context.file.name
    for name in NEEDED[table]:
        if name not in names and name not in context.spec.columns:
            near = nearest(name, [column.name for column in header.columns if column.name])
            context.add_problem(
                f"the file has no column for {name!r}",
                f"columns.{name}",
                line=header.line,
                found=header_text(header),
                code="missing_column",
                expected=f'a column named {name!r}, or columns.{name} = "their word"',
                hint=f"the nearest is {near!r}" if near else None,
            )
    context.raise_problems()


def _text(context: ReadingContext, name: str, column: Column) -> pl.Expr:
    return recoded(cell_text(column, context.missing_in(name)), context.recoding(name))


def _typed(context: ReadingContext, texts: pl.DataFrame, schema: dict[str, Any]) -> pl.DataFrame:
    """The texts with the types of the schema; each cell that is lost by it is a finding."""
    frame = texts.select("row")
    for name in (name for name in texts.columns if name != "row"):
        kind = schema.get(name)
        values = (
            _further_values(context, texts[name])
            if kind is None
            else texts.select(_as_kind(context, pl.col(name), kind).alias(name))[name]
        )
        frame = frame.with_columns(values)
        if kind in (pl.Date, pl.Datetime):
            tell_zones(context, texts.select("subject", "row", found=name), name)
        lost = texts.filter(values.is_null() & texts[name].is_not_null()).select(
            "subject", "row", pl.col(name).alias("found")
        )
        if lost.height:
            _tell_lost_cells(context, lost, kind, name)
    return frame


def _as_kind(context: ReadingContext, text: pl.Expr, kind: Any) -> pl.Expr:
    """A text as a value of a type, null where it is none."""
    if kind == pl.Boolean:
        return lookup(text, YES_NO) == "true"
    if kind == pl.Date:
        return as_datetime(text, context.spec.date_format).cast(pl.Date)
    if kind == pl.Datetime:
        return as_datetime(text, context.spec.date_format)
    if kind.is_numeric():
        value = number(from_single_precision(context.number_format.english(text)))
        # A cast to a whole number would make 2.5 a 2.
        whole = value if kind.is_float() else pl.when(value == value.round()).then(value)
        return whole.cast(kind, strict=False)
    return text


def _further_values(context: ReadingContext, text: pl.Series) -> pl.Series:
    """A column of an open table: numbers if all its cells are and none is a code such as 007."""
    name = text.name
    english = from_single_precision(context.number_format.english(pl.col(name)))
    numbers = text.to_frame().select(number(english))[name]
    coded = text.str.contains(r"^[+-]?0\d").any()
    all_numbers = text.is_not_null().any() and numbers.null_count() == text.null_count()
    return numbers if all_numbers and not coded else text


def _tell_lost_cells(context: ReadingContext, lost: pl.DataFrame, kind: Any, name: str) -> None:
    """Findings for cells that are no value of their column's type."""
    if kind == pl.Boolean:
        context.add_finding(
            lost,
            "not_yes_or_no",
            "error",
            message=f"{name} is neither yes nor no",
            expected=f"yes or no, or words under values.{name}",
        )
    elif kind in (pl.Date, pl.Datetime):
        partial = pl.col("found").str.contains(PARTIAL)
        context.add_finding(
            lost.filter(partial),
            "partial_date",
            "note",
            message=f"{name} is not a whole date; it is left open",
            expected="a whole date",
        )
        tell_unreadable_dates(context, lost.filter(~partial), name)
    else:
        found, number_format = pl.col("found"), context.number_format
        if kind.is_integer():
            is_number = number(number_format.english(found)).is_not_null()
            context.add_finding(
                lost.filter(is_number),
                "not_a_whole_number",
                "error",
                message=f"{name} is not a whole number; it counts as unknown",
                expected="a whole number",
            )
            lost = lost.filter(~is_number)
        wrong = problem(found, number_format)
        settled = pl.lit(", or ") + remedy(found, number_format) + " in the source"
        for check, message in PROBLEMS.items():
            context.add_finding(
                lost.filter(wrong == check),
                check,
                "error",
                message=f"{name}: {message}",
                expected=pl.lit("a number") + settled.fill_null(""),
            )
