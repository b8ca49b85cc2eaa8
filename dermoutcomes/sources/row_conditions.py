"""`where` of a source: which rows fulfil a condition, and what it asks for that no row has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.conditions import NOT_BLANK
from dermoutcomes.sources.cells.cell_numbers import number
from dermoutcomes.sources.columns import columns_named, fold
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["fulfils", "tell_conditions", "with_words_of_no_file"]

MOST_WORDS = 8
MEET = "a condition that rows meet, or one that is taken out of `where`"
# How grave it is that one file of several lacks a word: until all are read nobody knows.
OF_ONE_FILE: Severity = "note"


def fulfils(
    context: ReadingContext, cells: pl.Series, condition: Condition, *, any_case: bool = False
) -> pl.Series:
    """Whether each cell fulfils a condition.

    By its word, exactly or, where no cell has that word or in `any_case`, whatever its case; or by
    its number where the condition asks for one. A mark of missing values is blank.
    """
    if condition.operator == NOT_BLANK:
        return cells.is_not_null() & (cells != "") & ~cells.is_in(context.missing_marks)
    if words := _words(condition):
        taken = [cell for same in _cells_by_word(cells, words).values() for cell in same]
        if any_case:
            folded = {fold(word) for word in words}
            taken = [cell for cell in cells.drop_nulls().unique() if fold(cell) in folded]
        return cells.is_in(taken).fill_null(value=False)
    frame = pl.DataFrame({condition.column: cells})
    english = context.number_format.english(pl.col(condition.column))
    numbers = frame.with_columns(number(english))
    return numbers.select(condition.expr().fill_null(value=False)).to_series()


def _words(condition: Condition) -> tuple[str, ...]:
    """The words that a condition asks for; none where it asks for numbers."""
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if not any(isinstance(value, (str, bool)) for value in values):
        return ()
    return tuple(
        str(value).lower() if isinstance(value, bool) else str(value).strip() for value in values
    )


def _cells_by_word(cells: pl.Series, words: tuple[str, ...]) -> Mapping[str, list[str]]:
    """Word of the condition → the cells that it takes."""
    present = cells.drop_nulls().unique().sort().to_list()
    return {
        word: [word] if word in present else [cell for cell in present if fold(cell) == fold(word)]
        for word in words
    }


def tell_conditions(context: ReadingContext, rows: pl.DataFrame, taken: int) -> None:
    """Tell of what `where` asks for and no row has, with what is there instead.

    Raises StudyError where it takes no row of a file of readings: nothing could be read. Of
    several files of one entry each may lack a word: `with_words_of_no_file` tells of those that all
    lack.
    """
    if not rows.height:
        return
    readings = context.file.name not in FRAMEWORK
    unmet = [*_unmet(context, rows)]
    if taken and context.spec.files is not None:
        for asked, there in unmet:
            context.add_note(
                "where_takes_nothing",
                OF_ONE_FILE,
                row=context.header.line,
                message=asked,
                found=there,
                expected=MEET,
            )
        unmet = []
    if not taken and not unmet:
        unmet = [("no row meets all of its conditions", str(context.spec.where))]
    if not taken and readings:
        raise context.error(
            "`where` takes no row of the file",
            "where",
            line=context.header.line,
            found="; ".join(there for _, there in unmet),
            expected="; ".join(asked for asked, _ in unmet),
            code="empty_file",
        )
    for asked, there in unmet:
        context.add_note(
            "where_takes_nothing",
            "warning",
            row=context.header.line,
            message=f"`where` takes {taken} of {rows.height} rows: {asked}",
            found=there,
            expected=MEET,
        )
    _tell_other_case(context, rows)


def with_words_of_no_file(files: Iterable[SourceFile], findings: pl.DataFrame) -> pl.DataFrame:
    """The findings of all files, with what `where` asks for and no file of an entry has.

    A finding each, at the first of the files; what some of them have is none.
    """
    lacking = (pl.col("check") == "where_takes_nothing") & (pl.col("severity") == OF_ONE_FILE)
    entries = pl.DataFrame(
        [(file.number, f"{file.name}:{file.entry}") for file in files],
        schema={"source": findings.schema["source"], "entry": pl.String},
        orient="row",
    ).with_columns(n_files=pl.len().over("entry"))
    told = (
        findings.filter(lacking)
        .join(entries, on="source", maintain_order="left")
        .with_columns(n_lacking=pl.col("source").n_unique().over("entry", "message"))
        .filter(pl.col("n_lacking") == pl.col("n_files"))
        .unique(["entry", "message"], keep="first", maintain_order=True)
        .with_columns(
            severity=pl.lit("warning"),
            message=pl.when(pl.col("n_files") > 1)
            .then(pl.format("of the {} files of the source, {}", "n_files", "message"))
            .otherwise(pl.format("`where` takes rows, but {}", "message")),
        )
        .select(findings.columns)
    )
    return pl.concat([findings.filter(~lacking), told])


def _tell_other_case(context: ReadingContext, rows: pl.DataFrame) -> None:
    """A finding for each word that is written otherwise in the file, or there in two ways."""
    for condition, cells in _conditions(context, rows):
        words = _words(condition)
        present = cells.drop_nulls().unique().sort().to_list()
        for word, taken in _cells_by_word(cells, words).items():
            if taken and word not in taken:
                _tell_case(
                    context,
                    ", ".join(taken),
                    f"no row has {condition.column} = {word!r}; `where` takes those with "
                    f"{', '.join(map(repr, taken))} for it",
                    f"{condition.column} = {taken[0]!r} in `where`, as the file has it",
                )
            others = [
                cell
                for cell in present
                if fold(cell) == fold(word) and cell not in (*words, *taken)
            ]
            if others:
                _tell_case(
                    context,
                    ", ".join(others),
                    f"`where` takes the rows with {condition.column} = {word!r} and leaves out "
                    f"those with {', '.join(map(repr, others))}",
                    f"{condition.column} = [{', '.join(map(repr, (word, *others)))}] in `where`, "
                    "if they are the same",
                )


def _tell_case(context: ReadingContext, found: str, message: str, expected: str) -> None:
    context.add_note(
        "where_other_case",
        "warning",
        row=context.header.line,
        message=message,
        found=found,
        expected=expected,
    )


def _conditions(
    context: ReadingContext, rows: pl.DataFrame
) -> Iterator[tuple[Condition, pl.Series]]:
    for condition in context.spec.where:
        column = columns_named(context.header.columns, condition.column)[0]
        yield condition, rows[str(column.position)]


def _unmet(context: ReadingContext, rows: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """What no row has: the words for it, and what its column holds."""
    for condition, cells in _conditions(context, rows):
        if words := _words(condition):
            for word, taken in _cells_by_word(cells, words).items():
                if not taken:
                    yield f"none has {condition.column} = {word!r}", _present(condition, cells)
        elif not fulfils(context, cells, condition).any():
            yield f"none has {condition}", _present(condition, cells)


def _present(condition: Condition, cells: pl.Series) -> str:
    """What a column holds: its most frequent words."""
    counts = (
        pl.DataFrame({"word": cells})
        .drop_nulls()
        .group_by("word")
        .len()
        .sort("len", "word", descending=[True, False])
    )
    named = [f"{word!r} ({times})" for word, times in counts.head(MOST_WORDS).iter_rows()]
    more = counts.height - MOST_WORDS
    words = ", ".join(named) + (f" and {more} more" if more > 0 else "")
    return f"{condition.column}: {words or 'nothing but blanks'}"
