"""GAIS: three codings of one scale, and none taken for another."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes import StudyError, run
from dermoutcomes.testing import ScaleContract, random_examples
from dermoutcomes_gais import GAIS, LABELS, OUTSIDE_CODING
from dermoutcomes_gais.coding import CODINGS, GaisOptions, prepare


class TestGais(ScaleContract):
    scale = GAIS
    plausible = {"rating": 3.0, "recorded": 3.0}


def prepared(ratings: list[float | None], coding: str = "auto") -> pl.DataFrame:
    return prepare(
        pl.DataFrame({"rating": pl.Series(ratings, dtype=pl.Float64)}), GaisOptions(coding)
    )


@pytest.mark.parametrize(
    ("recorded", "coding", "grades"),
    [
        ([1, 2, 3, 4, 5, 3, 2, 4, 1, 2], "one_best", [1, 2, 3, 4, 5, 3, 2, 4, 1, 2]),
        ([3, 2, 1, 0, -1, 1, 2, 0, 3, 2], "signed", [1, 2, 3, 4, 5, 3, 2, 4, 1, 2]),
        ([3, 2, 1, 0, -1, -2, -3, None], "seven", [1, 2, 3, 4, 5, 6, 7, None]),
    ],
)
@pytest.mark.parametrize("stated", [True, False], ids=["stated", "settled by the data"])
def test_each_coding_gives_the_same_grades(
    recorded: list[float], coding: str, grades: list[float], *, stated: bool
) -> None:
    result = prepared(recorded, coding if stated else "auto")

    assert result["rating"].to_list() == grades
    assert result["recorded"].to_list() == recorded


@pytest.mark.parametrize("ratings", [[1, 2, 3], [1], [3, 3]])
def test_numbers_that_two_codings_share_are_refused(ratings: list[float]) -> None:
    with pytest.raises(
        ValueError, match=r'fit more than one coding. Write options.coding = one of "one_best"'
    ):
        prepared(ratings)


def test_a_number_that_means_one_grade_in_every_coding_needs_none() -> None:
    assert prepared([2, 2])["rating"].to_list() == [2, 2]


@pytest.mark.parametrize("ratings", [[0, 4], [-1, 5], [8], [1.5, 4]])
def test_numbers_that_no_coding_has_are_refused(ratings: list[float]) -> None:
    with pytest.raises(ValueError, match="fit no coding"):
        prepared(ratings)


def test_no_ratings_need_no_coding() -> None:
    assert prepared([None, None])["rating"].to_list() == [None, None]
    assert prepare(pl.DataFrame({"measurement": [1]}), GaisOptions()).columns == ["measurement"]


def test_a_number_outside_the_stated_coding_has_no_grade_and_is_a_finding() -> None:
    result = prepared([1, 2, -1, 0, 7, None], "one_best")

    assert result["rating"].to_list() == [1, 2, None, None, None, None]
    assert result.select(OUTSIDE_CODING.problem).to_series().to_list() == [
        False,
        False,
        True,
        True,
        True,
        False,
    ]


@settings(deadline=None, max_examples=random_examples(60))
@given(coding=st.sampled_from(sorted(CODINGS)), data=st.data())
def test_what_auto_accepts_means_the_same_in_every_coding_that_fits(
    coding: str, data: st.DataObject
) -> None:
    ratings = data.draw(st.lists(st.sampled_from(sorted(CODINGS[coding])), min_size=1, max_size=12))
    stated = prepared(ratings, coding)["rating"].to_list()

    try:
        settled = prepared(ratings)["rating"].to_list()
    except ValueError:
        assert set(ratings) <= {1.0, 2.0, 3.0}
        return
    assert settled == stated


@pytest.mark.parametrize(
    ("coding", "best_first"),
    [
        ("one_best", [1, 2, 3, 4, 5]),
        ("signed", [3, 2, 1, 0, -1]),
        ("seven", [3, 2, 1, 0, -1, -2, -3]),
    ],
)
def test_every_coding_counts_its_numbers_from_very_much_improved(
    coding: str, best_first: list[float]
) -> None:
    assert CODINGS[coding] == {number: grade for grade, number in enumerate(best_first, 1)}


def test_improved_is_below_no_change() -> None:
    rating = GAIS.parameter("rating")

    assert rating is not None
    assert (rating.neutral, rating.improves, GAIS.relative) == (4, "down", True)
    assert {number: LABELS[number] for number in (1, 4, 7)} == {
        1: "very much improved",
        4: "no change",
        7: "very much worse",
    }


STUDY = """\
[study]
id = "G"
title = "Improvement of four people"
design = "single-arm"
data_origin = "simulated"

[visits]
W4 = { at = "4 w" }

[[sources.gais]]
file = "ratings.csv"
columns = { subject = "Person", visit = "Visit", rating = "Grade" }
constants = { rater_role = "investigator" }

[endpoints.improvement]
role = "primary"
measure = "gais.rating"
rater = { role = "investigator" }
handling = ["observed"]
"""


def test_a_rating_of_no_coding_is_named_with_its_cell(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "ratings.csv").write_text(
        "Person,Visit,Grade\nP1,W4,1\nP2,W4,1\nP3,W4,9\nP4,W4,1\n", encoding="utf-8"
    )

    with pytest.raises(StudyError, match="the ratings 1, 9 fit no coding") as refused:
        run(tmp_path / "study.toml")

    [problem] = refused.value.problems
    assert (problem.file, problem.found) == (
        "ratings.csv",
        "9 (1 time, in row 4, column 3, of P3); 1 (3 times, first in row 2, column 3, of P1)",
    )
