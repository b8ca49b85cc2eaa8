"""What the site answered: `queries-answered.csv` or `.xlsx` beside the study file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.quality.keys import QUESTION, question_keys
from dermoutcomes.quality.queries import ASKED, QUERY_COLUMNS
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.raw_table import read_sheet
from dermoutcomes.sources.reading_context import ReadingContext
from dermoutcomes.study import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["Answers", "answers_of", "with_answers"]

ANSWERS = ("queries-answered.csv", "queries-answered.xlsx")
NEEDED = ("query", "answer")
# Of a question that is closed they are shown again as they were given back.
CARRIED = tuple(name for name in QUERY_COLUMNS if name not in NEEDED)
NO_ROWS = pl.DataFrame(schema=dict.fromkeys((*NEEDED, *CARRIED), pl.String))


@frozen(eq=False)
class Answers:
    """The file of answers: its name, its SHA-256, and its rows as text with blanks as null.

    `query` holds keys of questions with blanks between.
    """

    name: str
    sha256: str
    rows: pl.DataFrame


def answers_of(study: Study, registry: Registry) -> Answers | None:
    """What stands in the file of answers beside the study file, if there is one.

    Raises StudyError where there are two, for a file that cannot be read or that lacks the columns
    of `queries.csv`, for answers about another study, for an answer without its query, for what is
    no query of a run, and for one query with two answers.
    """
    path = _file(study)
    if path is None:
        return None
    before = file_digest(path)
    rows = _rows(study, registry, path)
    if problems := list(_problems(rows, study, path.name)):
        raise StudyError(problems)
    if file_digest(path) != before:
        raise StudyError(
            Problem(
                "the file changed while it was read",
                file=path.name,
                code="changed_file",
                hint="run again when nothing writes it any more",
            )
        )
    asked = rows.filter(pl.col("query").is_not_null()).select(NEEDED + CARRIED)
    return Answers(path.name, before, asked.unique("query", keep="first", maintain_order=True))


def _file(study: Study) -> Path | None:
    present = [name for name in ANSWERS if (study.folder / name).is_file()]
    if len(present) > 1:
        raise StudyError(
            Problem(
                "answers to queries stand in two files",
                file=present[1],
                found=" and ".join(present),
                expected="one of them, with all answers",
                code="answers",
            )
        )
    return study.folder / present[0] if present else None


def with_answers(findings: pl.DataFrame, answers: Answers | None) -> pl.DataFrame:
    """The findings with `status` and `answer`; nothing else of them changes.

    A finding that the site is asked about is answered where the file has an answer to it as it
    stands now. What was said of a cell that has changed since answers nothing.
    """
    rows = NO_ROWS if answers is None else answers.rows
    given = (
        rows.filter(pl.col("answer").is_not_null())
        .select(pl.col("query").str.split(" "), given="answer")
        .explode("query")
        .unique("query", keep="first", maintain_order=True)
    )
    rows = findings.with_columns(query=question_keys(findings))
    rows = rows.join(given, on="query", how="left", maintain_order="left")
    answered = pl.col("given").is_not_null()
    return rows.with_columns(
        status=pl.when(ASKED).then(
            pl.when(answered).then(pl.lit("answered")).otherwise(pl.lit("open"))
        ),
        answer=pl.when(ASKED).then("given"),
    ).drop("query", "given")


def _rows(study: Study, registry: Registry, path: Path) -> pl.DataFrame:
    """The cells under the names of their columns, and the line of each row."""
    file = SourceFile(0, "answers", Source(file=path.name), path, path.name)
    context = ReadingContext(study, registry, file)
    try:
        sheet = read_sheet(context, _is_ours)
        header = find_header(context, sheet.table, _is_ours)
    except StudyError as error:
        # They name a source of the study file, which this file is not.
        raise StudyError([evolve(problem, path=None) for problem in error.problems]) from error
    places = {column.name.casefold(): column.position for column in reversed(header.columns)}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise StudyError(
            Problem(
                f"the answers have no column {' and no column '.join(map(repr, missing))}",
                file=path.name,
                line=header.line,
                found=", ".join(column.name for column in header.columns if column.name)[:200],
                expected="the columns of queries.csv of the run, with the answers filled in",
                code="answers",
            )
        )
    names = [name for name in (*NEEDED, *CARRIED) if name in places]
    cells = sheet.table.cells.select(
        pl.nth(places[name] - 1).cast(pl.String).str.strip_chars().alias(name) for name in names
    )
    cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in CARRIED if name not in places]
    lines = pl.Series("line", list(sheet.table.lines), dtype=pl.Int64)
    return cells.with_columns(lines, *absent).filter(pl.col("line") >= header.data_from)


def _is_ours(name: str) -> bool:
    return name.strip().casefold() in (*NEEDED, *CARRIED)


def _problems(rows: pl.DataFrame, study: Study, name: str) -> Iterator[Problem]:
    """All that is wrong with the rows, one problem a row."""
    answers: dict[str, tuple[int, str | None]] = {}
    for row in rows.iter_rows(named=True):
        query, answer, line = row["query"], row["answer"], row["line"]

        def problem(message: str, found: str, expected: str, line: int = line) -> Problem:
            return Problem(
                message, file=name, line=line, found=found, expected=expected, code="answers"
            )

        if query is None:
            if answer is not None:
                yield problem(
                    "an answer without its query",
                    answer,
                    "the cell `query` as queries.csv of the run has it",
                )
        elif not re.fullmatch(f"{QUESTION}( {QUESTION})*", query):
            yield problem(
                "this is no query of a run",
                query,
                "the cell `query` as queries.csv of the run has it",
            )
        elif row["study"] is not None and row["study"] != study.id:
            yield problem("an answer about another study", row["study"], study.id)
        elif query in answers and answers[query][1] != answer:
            yield problem(
                f"a query that is answered otherwise in row {answers[query][0]}",
                answer or "a blank",
                "one row a query",
            )
        else:
            answers.setdefault(query, (line, answer))
