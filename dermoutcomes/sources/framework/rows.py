"""Rows of a framework table as texts under our names, and their types by the table's schema."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError, nearest, one_of
from dermoutcomes.sources.cells.dates import PARTIAL, as_datetime
from dermoutcomes.sources.cells.numbers import PROBLEMS, number, problem
from dermoutcomes.sources.cells.recoding import YES_NO, lookup, recoded, recoding
from dermoutcomes.sources.columns import ambiguous, fold, header_shown, matching, missing_column
from dermoutcomes.sources.data_rows import number_format, open_sheet
from dermoutcomes.sources.findings import remarks
from dermoutcomes.sources.header import Column, Header, header_score
from dermoutcomes.sources.raw_table import Read, raw_table
from dermoutcomes.sources.value_layout import said_elsewhere
from dermoutcomes.study.source_names import FILLED_IN, FURTHER_COLUMNS
from dermoutcomes.tables import OPEN_TABLES, empty

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = ["Rows", "read_rows"]

NEEDED = {
    "subjects": ("subject",),
    "allocations": ("subject", "arm"),
    "milestones": ("subject", "milestone"),
    "exposures": ("subject",),
    "events": ("subject", "term"),
}


@frozen(eq=False)
class Rows:
    """A file of a framework table, typed: the table's columns that it has, row and source; and the findings about them."""

    frame: pl.DataFrame
    findings: tuple[pl.DataFrame, ...]
    read: Read


def read_rows(study: Study, registry: Registry, file: SourceFile) -> Rows:
    """The rows of the file. Raises StudyError for a file that is unreadable or whose columns do not fit the table."""
    import polars as pl

    schema = {name: kind for name, kind in empty(file.name).schema.items() if name not in FILLED_IN}
    schema |= {
        name: pl.String() for name in FURTHER_COLUMNS.get(file.name, ()) if name not in schema
    }
    wanted = {fold(name) for name in (*schema, *file.spec.columns.values())}

    def known(cell: str) -> bool:
        return fold(cell) in wanted or fold(cell).replace(" ", "_") in wanted

    read = raw_table(file, registry, lambda table: header_score(table, known))
    sheet = open_sheet(file, read.table, known)
    said = _said(study, file)
    columns = _columns(file, sheet.header, schema, said)
    texts = sheet.texts.select(
        "row", *(_text(file, name, column).alias(name) for name, column in columns.items())
    )
    texts = texts.with_columns(
        [pl.lit(value).alias(name) for name, value in said.items() if name not in columns]
    ).filter(pl.col("subject").is_not_null())
    if file.name == "subjects" and not texts.height:
        raise StudyError(
            Problem(
                "the table of subjects has no rows",
                file=file.relative,
                path=file.setting,
                expected="a row for each subject",
                code="empty_file",
            )
        )
    frame, findings = _typed(file, texts, schema)
    return Rows(
        frame.with_columns(pl.lit(file.number, dtype=pl.Int32).alias("source")),
        tuple(findings),
        read,
    )


def _said(study: Study, file: SourceFile) -> dict[str, str]:
    """What the file's name and the source's constants say of every row."""
    problems: list[Problem] = []
    named, _ = said_elsewhere(study, file, problems)
    if problems:
        raise StudyError(problems)
    return {**named, **{name: str(value) for name, value in file.spec.constants.items()}}


def _columns(
    file: SourceFile, header: Header, schema: dict[str, Any], said: Iterable[str]
) -> dict[str, Column]:
    """Our name → column: as the source maps them, by our own names, and for a table that is open all others by theirs."""
    problems: list[Problem] = []
    found: dict[str, Column] = {}
    for name, theirs in file.spec.columns.items():
        if name not in schema and file.name not in OPEN_TABLES:
            problems.append(_unknown(file, name, schema))
            continue
        columns = matching(header.columns, theirs)
        if len(columns) == 1:
            found[name] = columns[0]
        else:
            problems.append(
                ambiguous(file, header, name, columns)
                if columns
                else missing_column(file, header, name, theirs)
            )
    used = {column.position for column in found.values()}
    free = [column for column in header.columns if column.name and column.position not in used]
    found |= {
        name: column
        for name in schema
        if name not in file.spec.columns
        for column in free
        if fold(column.name).replace(" ", "_") == name
    }
    found |= _others(file, free, found)
    problems += _absent(file, header, {*found, *said})
    if problems:
        raise StudyError(problems)
    return found


def _others(
    file: SourceFile, free: Iterable[Column], found: dict[str, Column]
) -> dict[str, Column]:
    used = {column.position for column in found.values()}
    return (
        {
            column.name: column
            for column in free
            if column.position not in used and column.name not in (*found, *FILLED_IN)
        }
        if file.name in OPEN_TABLES
        else {}
    )


def _unknown(file: SourceFile, name: str, schema: Iterable[str]) -> Problem:
    near = nearest(name, schema)
    return Problem(
        f"the table {file.name!r} has no column {name!r}",
        path=f"{file.setting}.columns.{name}",
        expected=one_of(tuple(schema), 30),
        hint=f"did you mean {near!r}?" if near else None,
    )


def _absent(file: SourceFile, header: Header, found: Container[str]) -> Iterable[Problem]:
    names = [column.name for column in header.columns if column.name]
    for name in NEEDED[file.name]:
        if name not in found and name not in file.spec.columns:
            near = nearest(name, names)
            yield Problem(
                f"the file has no column for {name!r}",
                file=file.relative,
                line=header.rows[-1] if header.rows else None,
                path=f"{file.setting}.columns.{name}",
                found=header_shown(header),
                code="missing_column",
                expected=f'a column named {name!r}, or columns.{name} = "their word"',
                hint=f"the nearest is {near!r}" if near else None,
            )


def _text(file: SourceFile, name: str, column: Column) -> pl.Expr:
    import polars as pl

    cell = pl.col(str(column.position))
    words = recoding(
        file.spec, name
    )  # a mark of missing values that the source recodes means something here
    return recoded(
        pl.when(~cell.is_in([mark for mark in file.spec.missing if mark not in words])).then(cell),
        words,
    )


def _typed(
    file: SourceFile, texts: pl.DataFrame, schema: dict[str, Any]
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    import polars as pl

    frame, findings = texts.select("row"), list[pl.DataFrame]()
    for name in (name for name in texts.columns if name != "row"):
        kind = schema.get(name)
        reading = _reading(kind)
        typed = (
            texts.select(reading(file, pl.col(name)).alias(name))[name]
            if kind is not None
            else _open(file, texts[name])
        )
        frame = frame.with_columns(typed)
        lost = texts.filter(typed.is_null() & texts[name].is_not_null()).select(
            "subject", "row", pl.col(name).alias("found")
        )
        findings += _lost(file, lost, kind, name) if lost.height else []
    return frame, findings


def _reading(kind: Any) -> Callable[[SourceFile, pl.Expr], pl.Expr]:
    """How a text becomes a value of a type."""
    import polars as pl

    if kind == pl.Boolean:
        return lambda _, text: lookup(text, YES_NO) == "true"
    if kind == pl.Date:
        return lambda file, text: as_datetime(text, file.spec.date_format).cast(pl.Date)
    if kind == pl.Datetime:
        return lambda file, text: as_datetime(text, file.spec.date_format)
    if kind is not None and kind.is_numeric():
        return lambda file, text: number(number_format(file).english(text)).cast(kind, strict=False)
    return lambda _, text: text


def _open(file: SourceFile, text: pl.Series) -> pl.Series:
    """A further column: numbers if all its cells are, without codes such as 007; else text."""
    import polars as pl

    numbers = text.to_frame().select(number(number_format(file).english(pl.col(text.name))))[
        text.name
    ]
    coded = text.str.contains(r"^[+-]?0\d").any()
    return (
        numbers
        if text.is_not_null().any() and not coded and numbers.null_count() == text.null_count()
        else text
    )


def _lost(file: SourceFile, lost: pl.DataFrame, kind: Any, name: str) -> Iterable[pl.DataFrame]:
    """Findings for cells that are no value of their column's type."""
    import polars as pl

    if kind == pl.Boolean:
        yield remarks(
            lost,
            "not_yes_or_no",
            "error",
            file,
            message=f"{name} is neither yes nor no",
            expected=f"yes or no, or words under values.{name}",
        )
    elif kind in (pl.Date, pl.Datetime):
        partial = pl.col("found").str.contains(PARTIAL)
        yield remarks(
            lost.filter(partial),
            "partial_date",
            "note",
            file,
            message=f"{name} is not a whole date; it is left open",
            expected="a whole date",
        )
        yield remarks(
            lost.filter(~partial),
            "not_a_date",
            "warning",
            file,
            message=f"{name} cannot be read as a date",
            expected=f"a date as {file.spec.date_format}"
            if file.spec.date_format
            else "a date as 2021-03-01 or 01.03.2021",
        )
    else:
        named = lost.with_columns(problem(pl.col("found"), number_format(file)).alias("wrong"))
        for check, message in PROBLEMS.items():
            yield remarks(
                named.filter(pl.col("wrong") == check).drop("wrong"),
                check,
                "error",
                file,
                message=f"{name}: {message}",
                expected="a number",
            )
