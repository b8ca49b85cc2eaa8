"""Answers of the site that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from dermoutcomes.cli import main

from .case import Case, Spoil, in_readings

RUN = ("run", "study.toml")
WARM = ("cheek,left,1,41.7,21", "cheek,left,1,41.7,25")
HEADER = "query,study,subject,answer,answered by"


def _rows(key: str) -> list[str]:
    return [HEADER, f"{key},SMALL,S1,so measured,Dr B"]


def _answered(*names: str, spoil: Callable[[list[str]], list[str]] = lambda rows: rows) -> Spoil:
    """Run the study with a warm room, and put the answer to what is asked into these files."""

    def put(folder: Path) -> None:
        in_readings(*WARM)(folder)
        result = CliRunner().invoke(main, ["run", str(folder / "study.toml"), "--quiet"])
        assert result.exit_code == 0, result.output
        asked = (folder / "results" / "SMALL" / "queries.csv").read_text(encoding="utf-8-sig")
        key = asked.splitlines()[1].partition(",")[0]
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("\n".join(spoil(_rows(key))), encoding="utf-8")

    return put


def _in_the_answer(old: str, new: str) -> Spoil:
    return _answered(
        "queries-answered.csv",
        spoil=lambda rows: [rows[0], *(row.replace(old, new) for row in rows[1:])],
    )


def _link_to_itself(folder: Path) -> None:
    (folder / "queries-answered.csv").symlink_to("queries-answered.csv")


CASES = {
    "answers under another name": Case(_answered("queries_answered.csv"), RUN),
    "answers that were downloaded twice": Case(
        _answered("queries-answered.csv", "queries-answered (1).csv"), RUN
    ),
    "answers in the list of a run, under its name": Case(_answered("queries.csv"), RUN),
    "answers in two files": Case(_answered("queries-answered.csv", "queries-answered.xlsx"), RUN),
    "answers as a document": Case(
        _answered("queries-answered/May.csv", "queries-answered/June.docx"), RUN
    ),
    "answers that are a link to itself": Case(_link_to_itself, RUN),
    "answers without the column of answers": Case(
        _answered(
            "queries-answered.csv",
            spoil=lambda rows: [rows[0].replace("answer,", "reply,"), *rows[1:]],
        ),
        RUN,
    ),
    "an answer without its query": Case(
        _answered("queries-answered.csv", spoil=lambda rows: [rows[0], ",SMALL,S1,yes,Dr B"]), RUN
    ),
    "a query that a spreadsheet took for a number": Case(
        _answered(
            "queries-answered.csv", spoil=lambda rows: [rows[0], "1.23E+11,SMALL,S1,yes,Dr B"]
        ),
        RUN,
    ),
    "an answer about another study": Case(_in_the_answer("SMALL", "LARGE"), RUN),
    "a query with two answers": Case(
        _answered(
            "queries-answered.csv",
            spoil=lambda rows: [*rows, rows[1].replace("so measured", "41.2 it was")],
        ),
        RUN,
    ),
}
