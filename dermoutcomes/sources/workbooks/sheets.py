"""Sheets or blocks that are read each as a file: `sheet_name` and `blocks` of a source.

A workbook with a sheet a visit, or a sheet with a block a visit, is as many files in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve

from dermoutcomes.errors import Problem, StudyError, lone_nearest, one_of
from dermoutcomes.number_text import count_words
from dermoutcomes.sources.cells.recoding import SIDES, lookup
from dermoutcomes.sources.columns import fold
from dermoutcomes.sources.files import SourceFile, source_files
from dermoutcomes.sources.raw_table import read_tables
from dermoutcomes.sources.reading_context import ReadingContext
from dermoutcomes.sources.workbooks.name_patterns import name_fields, name_pattern
from dermoutcomes.tables.findings import gathered

if TYPE_CHECKING:
    from dermoutcomes.declare import RawTable
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["files_and_sheets"]

# A header is looked for among so many rows when sheets are compared.
FIRST_ROWS = 10
# How many sheets a message names.
MOST_SHEETS = 6


def files_and_sheets(
    study: Study, registry: Registry
) -> tuple[tuple[SourceFile, ...], pl.DataFrame]:
    """Every file of the study, one a sheet or block where the source asks for it; and findings.

    Files are numbered from 1 by path, and sheets of one in their order. The findings are about
    sheets and blocks that are not read. Raises StudyError, with the problems of all files, for one of which no
    sheet or two sheets of the same visit or subject fit.
    """
    problems: list[Problem] = []
    files, findings = list[SourceFile](), list[pl.DataFrame]()
    for file in source_files(study):
        if name_pattern(file.spec) is None:
            files.append(file)
            continue
        context = ReadingContext(study, registry, file)
        try:
            files += [evolve(file, sheet=name) for name in _sheets(context)]
        except StudyError as error:
            problems += error.problems
        findings += context.findings
    if problems:
        raise StudyError(problems)
    numbered = tuple(evolve(file, number=number) for number, file in enumerate(files, 1))
    # Of a file that is several, findings about its sheets belong to none of them.
    told = gathered(findings).with_columns(source=pl.lit(None, dtype=pl.Int32))
    return numbered, told


def _sheets(context: ReadingContext) -> list[str]:
    """The sheets that are read: those whose names fit and that have rows below a header."""
    tables = read_tables(context)
    key, noun = _key(context), _noun(context)
    fields = {name: name_fields(context, name) for name in tables}
    fitting = [name for name, found in fields.items() if found is not None]
    if not fitting:
        raise context.error(
            f"no {noun} has a name as {key} says",
            key,
            found=", ".join(map(repr, tables)),
            expected=_expected(context),
            hint=_hint(context, tables),
            code=f"missing_{noun}",
        )
    with_rows = [name for name in fitting if tables[name].cells.height > 1]
    if context.spec.hidden_rows == "leave_out":
        with_rows = [name for name in with_rows if not _is_hidden(tables[name])]
    if not with_rows:
        raise context.error(
            f"no {noun} that {key} names has rows that are read",
            key,
            found=", ".join(map(repr, fitting)),
            expected=f"a {noun} with a header and rows",
            code="empty_file",
        )
    _refuse_same(context, {name: fields[name] or {} for name in with_rows})
    _tell_others(context, tables, with_rows, [name for name in tables if name not in fitting])
    _tell_without_rows(context, [name for name in fitting if tables[name].cells.height <= 1])
    return with_rows


def _key(context: ReadingContext) -> str:
    """The key of the source that says which sheets or blocks are read."""
    stated = name_pattern(context.spec)
    assert stated is not None
    return stated[0]


def _pattern(context: ReadingContext) -> str:
    stated = name_pattern(context.spec)
    assert stated is not None
    return stated[1]


def _noun(context: ReadingContext) -> str:
    return "block" if _key(context) == "blocks" else "sheet"


def _is_hidden(table: RawTable) -> bool:
    if table.traits is None:
        return False
    of_sheet = pl.col("row").is_null() & pl.col("column").is_null() & (pl.col("trait") == "hidden")
    return bool(table.traits.filter(of_sheet).height)


def _refuse_same(context: ReadingContext, fields: Mapping[str, Mapping[str, str]]) -> None:
    """StudyError where two sheets are of the same visit, subject and so on."""
    meanings: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for name, found in fields.items():
        meaning = tuple(sorted((key, _meaning(context, key, word)) for key, word in found.items()))
        meanings.setdefault(meaning, []).append(name)
    for meaning, names in meanings.items():
        if len(names) > 1:
            words = ", ".join(f"{key} {word}" for key, word in meaning)
            context.add_problem(
                f"{len(names)} {_noun(context)}s are of the same: {words}",
                _key(context),
                found=", ".join(map(repr, names)),
                expected=f"one {_noun(context)} each, or what else tells them apart in braces",
                code=f"ambiguous_{_noun(context)}",
            )
    context.raise_problems()


def _meaning(context: ReadingContext, field: str, word: str) -> str:
    """What a word of a sheet's name stands for, as the rows of the sheet will have it."""
    words = context.visit_words if field == "visit" else {**SIDES, **context.recoding(field)}
    meaning = pl.select(lookup(pl.lit(word), words)).item() if words else None
    return str(meaning) if meaning is not None else fold(word)


def _tell_others(
    context: ReadingContext,
    tables: Mapping[str, RawTable],
    read: Iterable[str],
    others: Iterable[str],
) -> None:
    """A warning for each sheet that looks like those that are read, a note for all others."""
    noun = _noun(context)
    common = set.intersection(*(_header_words(tables[name]) for name in read))
    different = []
    for name in others:
        if not common or not common <= _header_words(tables[name]):
            different.append(name)
            continue
        near = lone_nearest(name, _names(context))
        context.add_note(
            "sheet_not_read",
            "warning",
            found=name,
            message=f"the {noun} {name!r} has the columns of those that are read, and its name does "
            f"not fit {_key(context)} = {_pattern(context)!r}; it is not read"
            + (f"; the nearest name is {near!r}" if near else ""),
            expected=_expected(context, name),
        )
    if different:
        more = len(different) - MOST_SHEETS
        named = ", ".join(map(repr, different[:MOST_SHEETS])) + (
            f" and {more} more" if more > 0 else ""
        )
        several = len(different) > 1
        context.add_note(
            "sheet_not_read",
            "note",
            found=", ".join(different[:MOST_SHEETS]),
            message=f"{f'{noun}s' if several else f'a {noun}'} of other columns "
            f"{'are' if several else 'is'} not read: {named}",
            expected="no readings there",
        )


def _tell_without_rows(context: ReadingContext, names: list[str]) -> None:
    noun = _noun(context)
    if names:
        context.add_note(
            "sheet_not_read",
            "note",
            found=", ".join(names[:MOST_SHEETS]),
            message=f"{count_words(len(names), f'{noun} has', f'{noun}s have')} a header at most, "
            "and no rows: " + ", ".join(map(repr, names[:MOST_SHEETS])),
            expected="rows, where readings were taken",
        )


def _header_words(table: RawTable) -> set[str]:
    """The words of a sheet's header: of the first rows the one with the most words."""
    rows = (table.header,) if table.header is not None else table.cells.head(FIRST_ROWS).rows()
    words = ({fold(str(cell)) for cell in row if cell is not None} for row in rows)
    named = [{word for word in row if any(sign.isalpha() for sign in word)} for row in words]
    return max(named, key=len, default=set())


def _names(context: ReadingContext) -> tuple[str, ...]:
    """What a sheet could be called where the pattern is a visit alone."""
    pattern = _pattern(context)
    return tuple(pattern.replace("{visit}", word) for word in context.visit_words)


def _expected(context: ReadingContext, name: str | None = None) -> str:
    """Names that fit, and for the sheet that is called `name` the key that makes it one of them."""
    pattern = _pattern(context)
    if "{visit}" not in pattern:
        return f"names as {pattern!r}"
    words = f"names as {pattern!r}, the visit {one_of(tuple(context.visit_words), 8)}"
    alias = f'aliases = ["{name}"]' if name and pattern == "{visit}" else "aliases"
    return f"{words}; or {alias} of the visit that it is"


def _hint(context: ReadingContext, names: Iterable[str]) -> str | None:
    """The first sheet that is nearly called as a visit, and which."""
    pairs: Iterator[tuple[str, str | None]] = (
        (name, lone_nearest(name, _names(context))) for name in names
    )
    return next((f"is {name!r} meant as {near!r}?" for name, near in pairs if near), None)
