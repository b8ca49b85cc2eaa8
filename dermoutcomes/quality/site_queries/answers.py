"""What the site answered: `queries-answered.csv` or `.xlsx`, or several such files in a folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import Problem, StudyError, lone_nearest
from dermoutcomes.options.toml_document import broken_link, no_file
from dermoutcomes.quality.site_queries.finding_keys import QUESTION, question_keys
from dermoutcomes.quality.site_queries.queries import ASKED, QUERY_COLUMNS
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.header import find_header
from dermoutcomes.sources.raw_table import read_sheet
from dermoutcomes.sources.reading_context import ReadingContext
from dermoutcomes.study import Source
from dermoutcomes.study.paths import LOCK_FILES, matching_paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["Answers", "answer_files", "answers_of", "with_answers"]

NAME, FOLDER, SUFFIXES = "queries-answered", "queries-answered", (".csv", ".xlsx")
ANSWERS = tuple(f"{NAME}{suffix}" for suffix in SUFFIXES)
# What a file of answers could end in whose name or format is not one of ours.
WORKBOOKS = (".xls", ".xlsm", ".ods", ".numbers")
OTHER_SUFFIXES = (*SUFFIXES, *WORKBOOKS, ".tsv", ".txt", ".htm", ".html")
NAMES_LIKE_OURS = ("queriesanswered", "answeredqueries", "queryanswers")
EXPECTED_NAME = f"{ANSWERS[0]} or {ANSWERS[1]} beside the study file, or files in {FOLDER}/"
NEEDED = ("query", "answer")
# Of a question that is closed they are shown again as they were given back.
CARRIED = tuple(name for name in QUERY_COLUMNS if name not in NEEDED)
NO_ROWS = pl.DataFrame(schema=dict.fromkeys((*NEEDED, *CARRIED), pl.String))


@frozen(eq=False)
class Answers:
    """The files of answers: name = SHA-256 of each, and their rows as text with blanks as null.

    `query` holds keys of questions with blanks between. Of rows about one query the answered ones
    come first.
    """

    digests: Mapping[str, str]
    rows: pl.DataFrame


def answers_of(study: Study, registry: Registry) -> Answers | None:
    """What stands in the files of answers beside the study file, if there are some.

    That is `queries-answered.csv` or `.xlsx`, or all such files in the folder `queries-answered`.
    Raises StudyError for files of nearly that name, where there are both, for a file that cannot be
    read or that lacks the columns of `queries.csv`, for answers about another study, for an answer
    without its query, for what is no query of a run, and for one query with two answers.
    """
    paths = _files(study, registry)
    digests, tables = {}, []
    problems: list[Problem] = []
    for path in paths:
        name = path.relative_to(study.folder).as_posix()
        before = file_digest(path)
        try:
            rows = _rows(study, registry, path, name)
        except StudyError as error:
            problems += error.problems
            continue
        if file_digest(path) != before:
            problems.append(
                Problem(
                    "the file changed while it was read",
                    file=name,
                    code="changed_file",
                    hint="run again when nothing writes it any more",
                )
            )
        digests[name] = before
        tables.append(rows)
    problems += _problems(tables, study)
    if problems:
        raise StudyError(problems)
    if not tables:
        return None
    asked = pl.concat(tables).filter(pl.col("query").is_not_null()).select(NEEDED + CARRIED)
    return Answers(digests, asked.sort(pl.col("answer").is_null(), maintain_order=True))


def _files(study: Study, registry: Registry) -> list[Path]:
    """The files of answers, sorted by name."""
    folder = study.folder
    present = [folder / name for name in ANSWERS if _is_there(folder / name)]
    rounds = folder / FOLDER
    in_rounds = (
        sorted(path for path in rounds.iterdir() if not path.name.startswith((".", *LOCK_FILES)))
        if rounds.is_dir()
        else []
    )
    problems = [
        *_misnamed(study, registry),
        *(_no_answers(path) for path in in_rounds if not _is_ours(path)),
    ]
    if len(present) > 1:
        problems.append(
            Problem(
                "answers to queries stand in two files",
                file=present[1].name,
                found=" and ".join(path.name for path in present),
                expected="one of them, with all answers",
                hint=f"or put both into the folder {FOLDER}",
                code="answers",
            )
        )
    if problems:
        raise StudyError(problems)
    return [*present, *in_rounds]


def answer_files(folder: Path) -> list[Path]:
    """What a run would read as answers, by its name alone; see `answers_of`."""
    in_rounds = (path for path in (folder / FOLDER).glob("[!.]*") if path.suffix in SUFFIXES)
    return [*(folder / name for name in ANSWERS if (folder / name).is_file()), *sorted(in_rounds)]


def _is_there(path: Path) -> bool:
    """Whether something of that name is there; a link to no file is a problem, and not absent."""
    if reason := broken_link(path):
        raise StudyError(
            Problem(
                f"the file {reason}",
                file=path.name,
                found=f"a link to {path.readlink()}",
                expected="a file, or a link to one",
                code="answers",
            )
        )
    if other := no_file(path):
        raise StudyError(
            Problem(
                "the answers to queries are no file",
                file=path.name,
                found=other,
                expected="a file with the answers, in .csv or .xlsx",
                hint="move it elsewhere",
                code="answers",
            )
        )
    return path.is_file()


def _is_ours(path: Path) -> bool:
    return path.suffix.casefold() in SUFFIXES and _is_there(path)


def _no_answers(path: Path) -> Problem:
    return Problem(
        f"the folder {FOLDER} holds what is no file of answers",
        file=f"{FOLDER}/{path.name}",
        found=path.name,
        expected="files as queries.csv of a run, with answers, that end in .csv or .xlsx",
        hint="save it so, or move it elsewhere",
        code="answers",
    )


def _misnamed(study: Study, registry: Registry) -> Iterator[Problem]:
    """Files beside the study file that are named nearly as the file of answers."""
    of_sources = {
        path
        for specs in study.sources.values()
        for spec in specs
        for path in (
            [study.folder / spec.file]
            if spec.file
            else matching_paths(study.folder, spec.files)
            if spec.files
            else []
        )
    }
    for path in sorted(study.folder.iterdir()):
        suffix = path.suffix.casefold()
        if (
            path.name in ANSWERS
            or path in of_sources
            or suffix not in OTHER_SUFFIXES
            or path.name.startswith((".", *LOCK_FILES))
            or not path.is_file()
            or not _is_nearly_ours(study, registry, path)
        ):
            continue
        kept = suffix if suffix in SUFFIXES else ".xlsx" if suffix in WORKBOOKS else ".csv"
        taken = any((study.folder / name).exists() for name in ANSWERS)
        yield Problem(
            "answers to queries are not read under this name",
            file=path.name,
            found=path.name,
            expected=EXPECTED_NAME,
            hint=f"put it into the folder {FOLDER}, with all other files of answers, or move it "
            "elsewhere"
            if taken
            else f"save it as {NAME}{kept}"
            if suffix != kept
            else f"rename it to {NAME}{kept}",
            code="answers",
        )


def _is_nearly_ours(study: Study, registry: Registry, path: Path) -> bool:
    """Whether a file's name says answers to queries, or it is the list of a run with answers."""
    words = re.sub("[^a-z]", "", path.name.partition(".")[0].casefold())
    if words != "queries":
        return lone_nearest(words, NAMES_LIKE_OURS, 0.8) is not None
    try:
        rows = _rows(study, registry, path, path.name)
    except StudyError:
        return False
    return not rows.drop_nulls(["query", "answer"]).is_empty()


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


def _rows(study: Study, registry: Registry, path: Path, name: str) -> pl.DataFrame:
    """The cells under the names of their columns, with the file and the line of each row."""
    file = SourceFile(0, "answers", Source(file=name), path, name)
    context = ReadingContext(study, registry, file)
    try:
        sheet = read_sheet(context, _is_known)
        header = find_header(context, sheet.table, _is_known)
    except StudyError as error:
        # They name a source of the study file, which this file is not.
        raise StudyError([evolve(problem, path=None) for problem in error.problems]) from error
    places = {column.name.casefold(): column.position for column in reversed(header.columns)}
    missing = [name for name in NEEDED if name not in places]
    if missing:
        raise StudyError(
            Problem(
                f"the answers have no column {' and no column '.join(map(repr, missing))}",
                file=name,
                line=header.line,
                found=", ".join(column.name for column in header.columns if column.name)[:200],
                expected="the columns of queries.csv of the run, with the answers filled in",
                code="answers",
            )
        )
    present = [column for column in (*NEEDED, *CARRIED) if column in places]
    cells = sheet.table.cells.select(
        pl.nth(places[column] - 1).cast(pl.String).str.strip_chars().alias(column)
        for column in present
    )
    cells = cells.with_columns(pl.when(pl.all() != "").then(pl.all()))
    absent = [
        pl.lit(None, dtype=pl.String).alias(column) for column in CARRIED if column not in places
    ]
    lines = pl.Series("line", list(sheet.table.lines), dtype=pl.Int64)
    rows = cells.with_columns(lines, *absent, of=pl.lit(name)).select(
        NEEDED + CARRIED + ("line", "of")
    )
    return rows.filter(pl.col("line") >= header.data_from)


def _is_known(name: str) -> bool:
    return name.strip().casefold() in (*NEEDED, *CARRIED)


def _problems(tables: Iterable[pl.DataFrame], study: Study) -> Iterator[Problem]:
    """All that is wrong with the rows, one problem a row."""
    answers: dict[str, tuple[str, str, int]] = {}
    for row in (row for table in tables for row in table.iter_rows(named=True)):
        query, answer, name, line = row["query"], row["answer"], row["of"], row["line"]

        def problem(
            message: str, found: str, expected: str, name: str = name, line: int = line
        ) -> Problem:
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
        elif answer is not None:
            others = [answers[key] for key in query.split() if key in answers]
            other = next((other for other in others if other[0] != answer), None)
            if other is not None:
                where = f"row {other[2]}" if other[1] == name else f"{other[1]}, row {other[2]}"
                yield problem(
                    f"a query that is answered otherwise in {where}", answer, "one answer a query"
                )
            for key in query.split():
                answers.setdefault(key, (answer, name, line))
