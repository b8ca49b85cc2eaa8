"""Ratings of a group through `score gais`: three codings, missing ratings, what settles nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dermoutcomes.cli import main
from dermoutcomes_gais.group import score

VECTORS = "DERMOUTCOMES_SCALE_VECTORS"
STOPPED = 1


def scored(folder: Path, content: Any, *arguments: str) -> Result:
    file = folder / "ratings.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return CliRunner().invoke(main, ["score", "GAIS", str(file), *arguments])


@pytest.mark.parametrize(
    ("coding", "ratings"),
    [
        ("one_best", [1, 1, 2, 3, 4, 4, 5]),
        ("1_to_5", [1, 1, 2, 3, 4, 4, 5]),
        ("signed", [3, 3, 2, 1, 0, 0, -1]),
        ("plus3_to_minus1", [3, 3, 2, 1, 0, 0, -1]),
        ("seven", [3, 3, 2, 1, 0, 0, -1]),
        ("auto", [3, 3, 2, 1, 0, 0, -1]),
    ],
)
def test_each_coding_has_the_same_grades_and_responders(coding: str, ratings: list[int]) -> None:
    data = score({"ratings": ratings}, {"coding": coding})

    assert data["recoded"] == [1, 1, 2, 3, 4, 4, 5]
    assert (data["n"], data["responders"], data["n_missing"]) == (7, 4, 0)
    assert data["rate"] == 4 / 7
    assert data["grades"] == {"1": 2, "2": 1, "3": 1, "4": 2, "5": 1}


@pytest.mark.parametrize(
    ("missing", "n", "rate"), [("observed", 3, 2 / 3), ("non_responder", 5, 0.4)]
)
def test_a_missing_rating_is_left_out_or_not_improved(missing: str, n: int, rate: float) -> None:
    data = score({"ratings": [2, None, -3, 1, ""]}, {"missing": missing})

    assert (data["coding"], data["n"], data["responders"]) == ("seven", n, 2)
    assert (data["rate"], data["n_missing"], data["missing_as"]) == (rate, 2, missing)


def test_without_any_rating_there_is_no_share() -> None:
    data = score({"ratings": [None, None]}, {})

    assert (data["n"], data["responders"], data["rate"], data["n_missing"]) == (0, 0, None, 2)


def test_a_number_outside_its_coding_is_an_error_and_nothing_is_counted(tmp_path: Path) -> None:
    form = {"items": {"ratings": [1, 2, 6]}, "params": {"coding": "one_best"}}
    result = scored(tmp_path, form, "--json")
    data = json.loads(result.output)

    assert result.exit_code == STOPPED
    assert (data["error"], data["outside"]) == ("outside_coding", ["6"])
    assert (data["n"], data["responders"], data["rate"]) == (None, None, None)


def test_the_command_tells_all_in_words(tmp_path: Path) -> None:
    result = scored(tmp_path, {"ratings": [0, -1, 3]})

    assert result.exit_code == 0
    assert "form 1: Global Aesthetic Improvement Scale" in result.output
    assert "  responders: 1\n" in result.output
    assert "  recoded: 4, 5, 1\n" in result.output


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"ratings": [1, 2, 3]}, 'Write coding in params = one of "one_best"'),
        ({"ratings": [0, 4]}, "fit no coding"),
        ({"ratings": [1, "best"]}, "'best' is no rating"),
        ({"ratings": [1, True]}, "True is no rating"),
        ({"ratings": []}, "the list of ratings is empty"),
        ({"grades": [1]}, "a form has one key: ratings"),
        ({"items": {"ratings": [1]}, "params": {"coding": "best"}}, "Write one of"),
        ({"items": {"rating": 0}, "params": {"codng": "seven"}}, "no option 'codng'"),
    ],
)
def test_what_is_no_form_says_what_to_write(tmp_path: Path, content: Any, words: str) -> None:
    result = scored(tmp_path, content)

    assert result.exit_code == STOPPED
    assert words in result.output


def test_every_vector_at_hand_holds(tmp_path: Path) -> None:
    """The worked groups of a file of vectors, which is read in its place."""
    if not os.environ.get(VECTORS):
        pytest.skip(f"${VECTORS} does not name a file of worked scores")
    vectors = json.loads(Path(os.environ[VECTORS]).read_text(encoding="utf-8"))["vectors"]
    own = [vector for vector in vectors if vector["scale"] == "GAIS"]
    for vector in own:
        data = json.loads(scored(tmp_path, vector, "--json").output)
        assert {name: data[name] for name in vector["expected"]} == vector["expected"]

    assert own
