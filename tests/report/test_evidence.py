"""The evidence of results as data: from a number to the text of the cell in its file."""

from __future__ import annotations

import csv
import json
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dermoutcomes_html.rendering import render

import dermoutcomes
from dermoutcomes.report import Drawings, Evidence, Material, Page, document_of
from dermoutcomes.report.evidence import evidence as module
from dermoutcomes.report.evidence.evidence import runs
from dermoutcomes.report.evidence.row_positions import Positions, RecordRows
from dermoutcomes.testing import write_study

EVENTS = """\
[study]
id = "LED"
title = "Two people and their events"
design = "parallel"

[arms]
active = {}
vehicle = {}

[visits]
W0 = { at = "0 w" }

[[sources.subjects]]
file = "subjects.csv"

[[sources.allocations]]
file = "allocations.csv"

[[sources.events]]
file = "events.csv"

[analyses.safety]
use = "adverse_events"
"""
FILES = {
    "subjects.csv": "subject,age\nS1,40\nS2,50\n",
    "allocations.csv": "subject,arm\nS1,active\nS2,vehicle\n",
    "events.csv": "subject,term,body_system\nS1,</script> <b>itch,Skin\nS2,rash,Skin\n",
}


@pytest.fixture(scope="module")
def run(
    tmp_path_factory: pytest.TempPathFactory, write_small: Callable[[Path], Path]
) -> dermoutcomes.Run:
    return dermoutcomes.run(write_small(tmp_path_factory.mktemp("evidence")))


def evidence_of(run: dermoutcomes.Run, results: list[str] | None = None) -> dict[str, Any]:
    material = Material(run.study, run.registry, run.table, run.manifest)
    return Evidence(material).of(results or run.table("results")["id"])


def places(lengths: list[int]) -> list[int]:
    found, at = [], 0
    for skip, take in zip(lengths[::2], lengths[1::2], strict=True):
        found += range(at + skip, at + skip + take)
        at += skip + take
    return found


def difference(run: dermoutcomes.Run) -> dict[str, Any]:
    return run.table("results").row(
        by_predicate=(pl.col("analysis") == "paired_t")
        & (pl.col("term") == "mean_difference")
        & (pl.col("stat") == "estimate"),
        named=True,
    )


def test_an_estimate_leads_to_records_readings_and_the_cells_of_the_file(
    run: dermoutcomes.Run,
) -> None:
    result = difference(run)
    data = json.loads(json.dumps(evidence_of(run, [result["id"]])))
    words = data["words"]
    (quantity,) = data["quantities"]
    ((kind, n_rows, row_runs, n_records, record_runs),) = data["behind"][quantity[3]]
    records = [data["records"][place] for place in places(record_runs)]

    assert [words[place] for place in data["stats"][quantity[5]]] == ["Estimate"]
    assert result["id"].startswith(quantity[4])
    assert (words[kind], n_records) == ("readings", len(records))
    assert sum(float(words[record[4]]) for record in records) / len(records) == pytest.approx(
        result["value"], rel=1e-5
    )

    cells = set()
    for record in records:
        for place in places(record[5]):
            file, row, subject, _, value, (column, text) = data["rows"][place][:6]
            name, columns = data["files"][file]
            with (run.study.folder / words[name]).open(newline="") as stream:
                lines = list(csv.reader(stream))
            assert (words[text], words[columns[column - 1]]) == (
                lines[row - 1][column - 1],
                lines[0][column - 1],
            )
            assert (value, subject) == (0, record[0])
            cells.add(place)
    assert sorted(cells) == places(row_runs)
    assert len(cells) == n_rows


def test_every_result_of_a_run_has_its_evidence(run: dermoutcomes.Run) -> None:
    data = evidence_of(run)
    told = [name for quantity in data["quantities"] for name in quantity[4].split()]

    assert {name[: data["id_length"]] for name in run.table("results")["id"]} == set(told)
    assert data["limit"] is None
    assert all(parts for parts in data["behind"])


def test_an_id_that_the_run_does_not_have_is_left_out(run: dermoutcomes.Run) -> None:
    assert evidence_of(run, ["0" * 16])["quantities"] == []


def test_a_large_study_shows_the_first_of_them_and_how_many_there_are(
    run: dermoutcomes.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evidence_of(run)
    monkeypatch.setattr(module, "MOST_ROWS", 20)
    monkeypatch.setattr(module, "LIMITS", (5, 2, 1))
    data = evidence_of(run)

    assert data["limit"] in (5, 2, 1)
    assert len(data["rows"]) <= len(whole["rows"])
    assert all(len(places(part[4])) <= data["limit"] for parts in data["behind"] for part in parts)
    assert max(part[3] for parts in data["behind"] for part in parts) > data["limit"]

    material = Material(run.study, run.registry, run.table, run.manifest)
    page = Page(Drawings(), "S", "0" * 64, "dermoutcomes", evidence=Evidence(material))
    said = render(document_of(material), page)
    assert "of each number the first" in said
    assert "of each number the first" not in page_of(run)


def test_a_file_that_was_changed_since_shows_values_and_no_cells(
    tmp_path: Path, write_small: Callable[[Path], Path]
) -> None:
    run = dermoutcomes.run(write_small(tmp_path))
    export = run.study.folder / "corneometer.csv"
    export.write_text(export.read_text() + "\n")

    data = evidence_of(run, [difference(run)["id"]])

    assert all(row[5][1] == 0 and row[4] for row in data["rows"])


def test_events_are_shown_with_all_their_cells(tmp_path: Path) -> None:
    run = dermoutcomes.run(write_study(tmp_path, EVENTS, FILES))
    result = run.table("results").filter(
        term="events", level="any", stat="n_events", group="active"
    )
    data = evidence_of(run, result["id"].to_list())
    ((_, n_rows, row_runs, n_records, _),) = data["behind"][0]
    (row,) = [data["rows"][place] for place in places(row_runs)]

    assert (n_rows, n_records, row[1]) == (1, 0, 2)
    assert [data["words"][text] for text in row[5][1:]] == ["S1", "</script> <b>itch", "Skin"]

    page = (run.folder / "report" / "annex.html").read_text(encoding="utf-8")
    assert page.count("</script>") == page.count("<script") == 2
    stored = re.search(r'<script type="application/json">(.*?)</script>', page)
    assert stored is not None
    assert "</script> <b>itch" in json.loads(stored[1])["words"]


def test_a_study_may_send_a_page_without_evidence(tmp_path: Path) -> None:
    without = f"{EVENTS}\n[outputs.options.documents]\nevidence = false\n"
    run = dermoutcomes.run(write_study(tmp_path, without, FILES))
    page = (run.folder / "report" / "annex.html").read_text(encoding="utf-8")

    assert "<script" not in page
    assert "script-src" not in page
    assert "itch" not in page.partition('id="safety"')[0]


def test_places_as_runs() -> None:
    assert runs([2, 3, 4, 7]) == [2, 3, 2, 1]
    assert places(runs([0, 5, 6, 9])) == [0, 5, 6, 9]
    assert runs([]) == []


def page_of(run: dermoutcomes.Run) -> str:
    return (run.folder / "report" / "annex.html").read_text(encoding="utf-8")


def test_only_the_script_with_the_hash_of_the_policy_may_run(run: dermoutcomes.Run) -> None:
    page = page_of(run)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)

    assert policy is not None
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy[1]
    assert policy[1].startswith("default-src 'none'")
    assert re.findall(r'<[^>]*\son[a-z]+="', page.replace(script, "")) == []


def test_without_scripts_a_reader_is_told_what_does_not_work(run: dermoutcomes.Run) -> None:
    told = re.search(r"<noscript>(.*?)</noscript>", page_of(run), re.DOTALL)

    assert told is not None
    assert "dermoutcomes explain ID" in told[1]


LISTED = re.compile(r"<li>row (\d+): ([^,<]*)[^<]*<samp>([^<]*)</samp>")


def static_cells(page: str) -> list[str]:
    """Of each hypothesis the list of the cells behind it, which needs no script."""
    section = re.search(r'<noscript>\s*<section id="cells">(.*?)</noscript>', page, re.DOTALL)
    return re.findall(r"<details>(.*?)</details>", section[1], re.DOTALL) if section else []


def test_without_scripts_the_cells_behind_what_decides_stand_in_the_page(
    run: dermoutcomes.Run,
) -> None:
    lists = static_cells(page_of(run))
    hypotheses = run.table("hypotheses")
    data = evidence_of(run, [difference(run)["id"]])
    ((_, n_rows, _, _, _),) = data["behind"][data["quantities"][0][3]]

    assert len(lists) == hypotheses.height
    for text in lists:
        shown = 0
        for file, column, rows in re.findall(
            r"<h3><code>(\S+), column (\d+)[^<]*</code></h3>(.*?)</ul>", text, re.DOTALL
        ):
            with (run.study.folder / file).open(newline="") as stream:
                lines = list(csv.reader(stream))
            for row, subject, cell in LISTED.findall(rows):
                assert cell == lines[int(row) - 1][int(column) - 1]
                assert subject in lines[int(row) - 1]
                shown += 1
        (counted,) = re.findall(r"<summary>.*: (\d+) rows</summary>", text)
        assert shown == int(counted) > 0
    assert f": {n_rows} rows</summary>" in "".join(lists)


def test_a_long_list_of_cells_says_how_many_it_leaves_out(
    run: dermoutcomes.Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dermoutcomes_html.static_cells.MOST_ROWS", 5)
    material = Material(run.study, run.registry, run.table, run.manifest)
    page = Page(Drawings(), "SMALL", "0" * 64, "p 1", evidence=Evidence(material))
    (first, *_) = static_cells(render(document_of(material), page))

    assert first.count("<li>") == 5
    assert re.search(r"The first 5 of \d+ rows; the tables of the run folder have all\.", first)


def test_a_page_of_which_nothing_decides_lists_no_cells(tmp_path: Path) -> None:
    page = page_of(dermoutcomes.run(write_study(tmp_path, EVENTS, FILES)))

    assert "Scripts are off here" in page
    assert 'id="cells"' not in page
    assert 'href="#cells"' not in page


def test_rows_behind_records_are_those_that_they_list_in_the_order_of_the_files() -> None:
    endpoints = pl.DataFrame(
        {"position": [0, 1, 2, 3], "observations": [[7, 5], None, [], [5, 9, 404]]},
        schema={"position": pl.UInt32, "observations": pl.List(pl.Int64)},
    )
    readings = pl.DataFrame(
        {"id": [5, 6, 7, 9], "source": [2, 1, 1, 1], "row": [1, 1, 9, 3], "position": [0, 1, 2, 3]}
    )
    rows = RecordRows.of(endpoints, readings)

    assert list(rows.behind(pl.Series([0, 1], dtype=pl.UInt32))) == [2, 0]
    assert list(rows.behind(pl.Series([3, 0], dtype=pl.UInt32))) == [3, 2, 0]
    assert list(rows.behind(pl.Series([1, 2], dtype=pl.UInt32))) == []
    assert sorted(rows.of_each([0, 1, 3]).tolist()) == [0, 0, 2, 3]
    assert [sorted(rows.of_each([record]).tolist()) for record in (0, 1, 3)] == [[0, 2], [], [0, 3]]


def test_positions_are_told_apart_by_what_they_are() -> None:
    some = Positions([3, 1, 2])

    assert (len(some), list(some), some[1], list(some[:2])) == (3, [3, 1, 2], 1, [3, 1])
    assert {some, Positions(pl.Series([3, 1, 2])), some[:2]} == {some, Positions([3, 1])}
    assert Positions() == some[:0] != some
