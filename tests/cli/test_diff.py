"""`dermoutcomes diff`: numbers, verdicts and findings that moved, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import dermoutcomes
from dermoutcomes.cli import main
from dermoutcomes.runs.pipeline import Options


def ran(study: Path, name: str) -> Path:
    return dermoutcomes.run(study, Options(out=study.parent / name)).folder


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["diff", *map(str, arguments)])
    return result.exit_code, result.output


def as_json(before: Path, after: Path) -> dict:
    code, output = told(before, after, "--json")
    content = json.loads(output)
    assert content["differs"] is (code == 1)
    return content


@pytest.fixture
def before(small_study: Path) -> Path:
    return ran(small_study, "before")


def test_two_runs_of_the_same_files_do_not_differ(small_study, before):
    assert told(before, ran(small_study, "after")) == (
        0,
        "nothing differs: inputs, verdicts, numbers and findings are the same\n",
    )


def test_a_cell_that_changed_moves_numbers_and_is_their_cause(small_study, before):
    data = small_study.parent / "corneometer.csv"
    lines = data.read_text(encoding="utf-8").splitlines()
    cells = lines[-1].split(",")
    cells[-2] = f"{float(cells[-2]) + 1.5:.1f}"
    edited(data, lines[-1], ",".join(cells))

    content = as_json(before, ran(small_study, "after"))

    assert [(cause["what"], cause["name"]) for cause in content["causes"]] == [
        ("file", "corneometer.csv")
    ]
    assert content["numbers"]
    assert all("the file corneometer.csv" in number["because"] for number in content["numbers"])
    assert content["numbers"][0]["deciding"]


def test_an_option_of_the_study_moves_only_what_it_is_of(small_study, before):
    edited(small_study, "design = ", "alpha = 0.1\ndesign = ")

    content = as_json(before, ran(small_study, "after"))

    assert ("study", "study.alpha", None, "0.1") in [
        (cause["what"], cause["name"], cause["before"], cause["after"])
        for cause in content["causes"]
    ]
    assert {number["name"].rpartition(", ")[2] for number in content["numbers"]} <= {
        "conf_low",
        "conf_high",
        "conf_level",
    }
    assert {tuple(number["because"]) for number in content["numbers"]} == {("the study file",)}


def test_words_name_the_cause_of_neighbours_once(small_study, before):
    edited(small_study, "design = ", "alpha = 0.1\ndesign = ")

    code, output = told(before, ran(small_study, "after"))

    assert code == 1
    assert "What is different: 1 difference" in output
    assert "  study study.alpha: none -> 0.1" in output
    numbers = output.partition("\nNumbers: ")[2].partition("\n\n")[0].splitlines()
    assert len(numbers) > 3
    assert [line for line in numbers if "because" in line] == ["    because of the study file"]


def test_what_is_no_run_or_of_another_study_cannot_be_compared(small_study, before, tmp_path):
    (tmp_path / "empty").mkdir()
    code, output = told(before, tmp_path / "empty")
    assert code == 2
    assert "is not a run folder" in output

    edited(small_study, 'id = "', 'id = "OTHER-')
    code, output = told(before, ran(small_study, "after"))
    assert code == 2
    assert "expected two runs of one study" in output
