"""The design of a model of arms."""

from __future__ import annotations

import polars as pl
import pytest

from dermoutcomes.stats import complete_cases, model_columns

FRAME = pl.DataFrame(
    {
        "arm": ["B", "A", "C", "A"],
        "age": [30, 41, 52, 37],
        "sex": ["m", "f", "x", "m"],
        "site": [1, 2, None, 1],
    }
)


def test_arms_against_the_reference_numbers_as_they_are_and_words_by_level():
    design = model_columns(FRAME, ("A", "B", "C"), "A", ("age", "sex"))

    assert design.names == ("arm: B", "arm: C", "age", "sex: m", "sex: x")
    assert design.parts == {"arm": (0, 1), "age": (2,), "sex": (3, 4)}
    assert design.x.tolist() == [
        [1, 0, 30, 1, 0],
        [0, 0, 41, 0, 0],
        [0, 1, 52, 0, 1],
        [0, 0, 37, 1, 0],
    ]


@pytest.mark.parametrize(
    ("pair", "weights"),
    [(("B", "A"), [1, 0, 0]), (("A", "C"), [0, -1, 0]), (("B", "C"), [1, -1, 0])],
)
def test_the_contrast_of_two_arms(pair, weights):
    design = model_columns(FRAME, ("A", "B", "C"), "A", ("age",))

    assert design.contrast(*pair).tolist() == weights


def test_complete_cases_have_every_covariate():
    assert complete_cases(FRAME, ("site",))["arm"].to_list() == ["B", "A", "A"]
    assert complete_cases(FRAME, ()).height == 4


def test_a_covariate_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="no_column: There is no covariate 'weight'"):
        complete_cases(FRAME, ("weight",))
