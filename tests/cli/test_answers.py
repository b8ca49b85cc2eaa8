"""Answers of the site, from the questions of one run to the next: told, and without a say in numbers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook

from dermoutcomes.cli import main

WARM = "S1,W0,2024-03-04,cheek,left,1,41.7,25"
FAILED = "S2,W4,2024-04-01,cheek,left,1,Er,21"
Rows = list[dict[str, str]]


@pytest.fixture
def asked(small_study: Path) -> Path:
    """The folder of a study that was run, with a warm room and a failed reading."""
    export = small_study.parent / "corneometer.csv"
    text = export.read_text()
    for line in (WARM, FAILED):
        before = next(row for row in text.splitlines() if row.startswith(line[:30]))
        text = text.replace(before, line)
    export.write_text(text)
    assert run(small_study.parent).exit_code == 0
    return small_study.parent


def run(folder: Path) -> Result:
    return CliRunner().invoke(main, ["run", str(folder / "study.toml"), "--quiet"])


def queries(folder: Path) -> Rows:
    content = (folder / "results" / "SMALL" / "queries.csv").read_text(encoding="utf-8-sig")
    return list(csv.DictReader(StringIO(content)))


def about(rows: Rows, subject: str) -> Rows:
    return [row for row in rows if row["subject"] == subject]


def as_csv(folder: Path, rows: Rows) -> None:
    """As an Excel that writes semicolons, in the encoding of Windows."""
    with (folder / "queries-answered.csv").open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


def as_workbook(folder: Path, rows: Rows) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(rows[0]))
    for row in rows:
        sheet.append([text or None for text in row.values()])
    book.save(folder / "queries-answered.xlsx")


def answered(folder: Path, subject: str, answer: str = "Gerät geprüft, so gemessen") -> Rows:
    rows = queries(folder)
    for row in about(rows, subject):
        row.update({"answer": answer, "answered by": "Dr B", "date": "2024-05-02"})
    return rows


@pytest.mark.parametrize(
    ("write", "name"), [(as_csv, "queries-answered.csv"), (as_workbook, "queries-answered.xlsx")]
)
def test_an_answer_is_told_everywhere_and_changes_no_number(
    asked: Path, write: Callable[[Path, Rows], None], name: str
) -> None:
    tables = asked / "results" / "SMALL" / "tables"
    before = {path.name: path.read_bytes() for path in tables.glob("*.parquet")}
    write(asked, answered(asked, "S1"))
    assert run(asked).exit_code == 0
    manifest = json.loads((asked / "results" / "SMALL" / "manifest.json").read_text())
    report = (asked / "results" / "SMALL" / "report" / "annex.html").read_text(encoding="utf-8")
    rows = pl.read_parquet(tables / "findings.parquet")
    changed = [
        path.name for path in tables.glob("*.parquet") if path.read_bytes() != before[path.name]
    ]
    (query,) = about(queries(asked), "S1")

    assert (query["status"], query["answer"], query["answered by"], query["date"]) == (
        "answered",
        "Gerät geprüft, so gemessen",
        "Dr B",
        "2024-05-02",
    )
    assert {row["status"] for row in about(queries(asked), "S2")} == {"open"}
    assert changed == ["findings.parquet"]
    assert rows.filter(pl.col("status") == "answered")["answer"].to_list() == [query["answer"]]
    assert "Gerät geprüft, so gemessen" in report
    assert name in manifest["inputs"]


def test_a_query_closes_by_itself_when_its_cell_is_corrected(asked: Path) -> None:
    as_csv(asked, answered(asked, "S2", "It was 46.5"))
    export = asked / "corneometer.csv"
    export.write_text(export.read_text().replace(FAILED, FAILED.replace("Er", "46.5")))
    assert run(asked).exit_code == 0

    closed = about(queries(asked), "S2")
    assert {(row["status"], row["answer"]) for row in closed} == {("closed", "It was 46.5")}
    assert about(queries(asked), "S1")[0]["status"] == "open"


def test_a_cell_that_changed_and_is_asked_about_again_is_not_answered(asked: Path) -> None:
    as_csv(asked, answered(asked, "S1"))
    export = asked / "corneometer.csv"
    export.write_text(export.read_text().replace(WARM, WARM.replace("25", "27")))
    assert run(asked).exit_code == 0

    assert [(row["status"], row["found"][-2:]) for row in about(queries(asked), "S1")] == [
        ("open", "27"),
        ("closed", "25"),
    ]


def test_the_same_answers_outlive_any_number_of_runs(asked: Path) -> None:
    as_csv(asked, answered(asked, "S1"))
    assert run(asked).exit_code == 0
    first = queries(asked)
    assert run(asked).exit_code == 0

    assert queries(asked) == first
    as_csv(asked, first)
    assert run(asked).exit_code == 0
    assert queries(asked) == first


def test_answers_inside_the_run_folder_are_never_replaced(asked: Path) -> None:
    path = asked / "results" / "SMALL" / "queries.csv"
    path.write_bytes(path.read_bytes().replace(b",,,\r\n", b",yes,Dr B,\r\n", 1))
    edited = path.read_bytes()
    refused = run(asked)

    assert refused.exit_code == 1
    assert "queries-answered.csv (or .xlsx)" in refused.output
    assert path.read_bytes() == edited
    path.replace(asked / "queries-answered.csv")
    assert run(asked).exit_code == 0
    assert "answered" in {row["status"] for row in queries(asked)}


def _without(column: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{n: t for n, t in row.items() if n != column} for row in rows]


def _with(**cells: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{**rows[0], "answer": "yes", **cells}, *rows[1:]]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_without("query"), "the answers have no column 'query'"),
        (_without("answer"), "the answers have no column 'answer'"),
        (_with(query=""), "an answer without its query"),
        (_with(query="1.23E+11"), "this is no query of a run"),
        (_with(study="OTHER"), "an answer about another study"),
        (
            lambda rows: [{**rows[0], "answer": "yes"}, {**rows[0], "answer": "no"}],
            "a query that is answered otherwise in row 2",
        ),
    ],
)
def test_answers_that_cannot_be_understood_stop_the_run(
    asked: Path, spoil: Callable[[Rows], Rows], words: str
) -> None:
    as_csv(asked, spoil(queries(asked)))
    refused = run(asked)

    assert refused.exit_code == 1
    assert words in refused.output
    assert "queries-answered.csv" in refused.output
    assert "sources." not in refused.output


def test_the_terminal_counts_the_queries(asked: Path) -> None:
    as_csv(asked, answered(asked, "S1"))
    export = asked / "corneometer.csv"
    export.write_text(export.read_text().replace(FAILED, FAILED.replace("Er", "46.5")))
    said = CliRunner().invoke(main, ["run", str(asked / "study.toml")]).output
    summary = CliRunner().invoke(main, ["run", str(asked / "study.toml"), "--json"]).output

    assert "queries to the site: 0 open, 1 answered, 1 closed (see queries.csv)" in said
    assert json.loads(summary)["queries"] == {"open": 0, "answered": 1, "closed": 1}


def test_what_was_asked_is_remembered_over_rounds_of_answers(asked: Path) -> None:
    """A second file does not stand in for the first, and a question without an answer closes too."""
    rounds = asked / "queries-answered"
    rounds.mkdir()
    sent = queries(asked)
    as_csv(asked, answered(asked, "S1"))
    (asked / "queries-answered.csv").replace(rounds / "May.csv")
    as_workbook(asked, [row for row in sent if row["subject"] == "S2"])
    (asked / "queries-answered.xlsx").replace(rounds / "as sent.XLSX")
    export = asked / "corneometer.csv"
    export.write_text(
        export.read_text()
        .replace(FAILED, FAILED.replace("Er", "46.5"))
        .replace(WARM, WARM.replace("25", "21"))
    )
    assert run(asked).exit_code == 0
    manifest = json.loads((asked / "results" / "SMALL" / "manifest.json").read_text())

    assert sorted((row["subject"], row["status"], row["answer"]) for row in queries(asked)) == [
        ("S1", "closed", "Gerät geprüft, so gemessen"),
        ("S2", "closed", ""),
    ]
    assert {"queries-answered/May.csv", "queries-answered/as sent.XLSX"} < set(manifest["inputs"])


def test_a_query_of_two_checks_of_which_one_closed_is_remembered_by_both(asked: Path) -> None:
    sent = queries(asked)
    first, second = sent[0], sent[1]
    both = {**first, "query": f"{first['query']} {second['query']}", "answer": "As written"}
    as_csv(asked, [both])
    export = asked / "corneometer.csv"
    export.write_text(export.read_text().replace(WARM, WARM.replace("25", "21")))
    assert run(asked).exit_code == 0

    assert {row["query"]: row["status"] for row in queries(asked)} == {
        first["query"]: "closed",
        second["query"]: "answered",
    }


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("queries_answered.csv", "rename it to queries-answered.csv"),
        ("Queries Answered.csv", "rename it to queries-answered.csv"),
        ("queries-answered (1).csv", "rename it to queries-answered.csv"),
        ("queries-answered.CSV", "rename it to queries-answered.csv"),
        ("queries-answerd.csv", "rename it to queries-answered.csv"),
        ("answered-queries.csv", "rename it to queries-answered.csv"),
        ("queries-answered.csv.txt", "save it as queries-answered.csv"),
        ("queries-answered.ods", "save it as queries-answered.xlsx"),
        ("queries.csv", "rename it to queries-answered.csv"),
        ("queries (2).csv", "rename it to queries-answered.csv"),
    ],
)
def test_answers_under_another_name_are_not_passed_over(asked: Path, name: str, meant: str) -> None:
    as_csv(asked, answered(asked, "S1"))
    (asked / "queries-answered.csv").replace(asked / name)
    refused = run(asked)

    assert refused.exit_code == 1
    assert name in refused.output
    assert meant in refused.output


@pytest.mark.parametrize("name", ["queries.csv", "queries-sent.csv", "questionnaire.csv"])
def test_a_list_without_answers_and_other_files_are_no_answers(asked: Path, name: str) -> None:
    as_csv(asked, queries(asked))
    (asked / "queries-answered.csv").replace(asked / name)

    assert run(asked).exit_code == 0


def test_a_file_that_a_source_reads_is_no_file_of_answers(asked: Path) -> None:
    (asked / "corneometer.csv").replace(asked / "answered_queries.csv")
    study = asked / "study.toml"
    study.write_text(study.read_text().replace('"corneometer.csv"', '"answered_queries.csv"'))

    assert run(asked).exit_code == 0


def test_two_answers_to_a_query_in_two_files_stop_the_run(asked: Path) -> None:
    rounds = asked / "queries-answered"
    rounds.mkdir()
    for name, answer in (("a.csv", "yes"), ("b.csv", "no")):
        as_csv(asked, answered(asked, "S1", answer))
        (asked / "queries-answered.csv").replace(rounds / name)
    refused = run(asked)

    assert refused.exit_code == 1
    assert "queries-answered/b.csv:2" in refused.output
    assert "answered otherwise in queries-answered/a.csv, row 2" in refused.output


def test_two_files_of_answers_stop_the_run(asked: Path) -> None:
    as_csv(asked, answered(asked, "S1"))
    as_workbook(asked, answered(asked, "S1"))
    refused = run(asked)

    assert refused.exit_code == 1
    assert "queries-answered.csv and queries-answered.xlsx" in refused.output
