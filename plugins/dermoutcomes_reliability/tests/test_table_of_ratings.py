"""`score weighted_kappa`: kappas of a table of two raters, or of their ratings."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dermoutcomes.cli import main
from dermoutcomes_reliability.kappa import kappa

# Equal on the diagonal: 17 of 24.
TABLE = [[6, 2, 0], [1, 5, 2], [0, 2, 6]]


def score(folder: Path, form: object, *arguments: str, name: str = "weighted_kappa") -> Result:
    file = folder / "table.json"
    file.write_text(json.dumps(form), encoding="utf-8")
    return CliRunner().invoke(main, ["score", name, str(file), *arguments])


def scored(folder: Path, form: object) -> dict:
    return json.loads(score(folder, form, "--json").output)


def test_a_table_has_its_three_kappas(tmp_path: Path) -> None:
    data = scored(tmp_path, {"table": TABLE})

    # Rows 8, 8, 8 and columns 7, 9, 8: by chance 192 of 576 on the diagonal, 264 one step beside it
    # and 120 two steps; observed 17, 7 and 0 of 24. Disagreements, observed over by chance:
    assert data["agreement"] == 17 / 24
    assert data["kappa_unweighted"] == 1 - 24 * 7 / 384 == 0.5625
    assert data["kappa_linear"] == float(1 - Fraction(24 * 7, 264 + 2 * 120)) == 2 / 3
    assert data["kappa_quadratic"] == float(1 - Fraction(24 * 7, 264 + 4 * 120)) == 24 / 31
    assert data["kappa_quadratic"] == pytest.approx(kappa(TABLE, "quadratic").estimate)
    assert (data["n"], data["n_missing"], data["error"]) == (24, 0, None)


def test_ratings_give_what_their_table_gives(tmp_path: Path) -> None:
    pairs = [(r, c) for r, row in enumerate(TABLE) for c, n in enumerate(row) for _ in range(n)]
    first, second = ([*column] for column in zip(*pairs, strict=True))
    form = {"first": [*first, 2, None], "second": [*second, None, None]}
    of_ratings, of_table = scored(tmp_path, form), scored(tmp_path, {"table": TABLE})

    assert of_ratings["n_missing"] == 2
    assert {**of_ratings, "n_missing": 0} == of_table


def test_a_grade_that_nobody_gave_is_a_step(tmp_path: Path) -> None:
    form = {"first": [0, 0, 3, 3, 1, 1], "second": [1, 0, 3, 3, 1, 1]}
    without = scored(tmp_path, form)["kappa_linear"]
    with_it = scored(tmp_path, {**form, "grades": [0, 1, 2, 3]})["kappa_linear"]

    # One pair of six a step apart: 6 x 1 of 30 by chance, and of 46 where 1 and 3 are two steps.
    assert (without, with_it) == (0.8, 20 / 23)


def test_one_grade_alone_has_no_kappa_and_says_so(tmp_path: Path) -> None:
    data = scored(tmp_path, {"table": [[7, 0], [0, 0]]})

    assert (data["agreement"], data["kappa_linear"]) == (1, None)
    assert data["not_had"] == "all ratings of a rater are at one level"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"table": [[1, 2], [3]]}, "table is no square of counts"),
        ({"table": [[1, 2, 3], [3]]}, "the rows of table differ in length"),
        ({"table": [[1, -2], [3, 4]]}, "table is no square of counts"),
        ({"table": [[5]]}, "table is no square of counts"),
        ({"first": [1, 2], "second": [1]}, "lists of the same length"),
        ({"first": [1, "mild"], "second": [1, 2]}, "a rating is a number"),
        (
            {"first": [1, 4], "second": [1, 2], "grades": [1, 2, 3]},
            "the rating 4 is none of grades",
        ),
        ({"ratings": [1, 2]}, "a form has table, or first and second"),
        ({"items": {"table": TABLE}, "params": {"weights": "linear"}}, "no option 'weights'"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_write(
    tmp_path: Path, form: dict, words: str
) -> None:
    result = score(tmp_path, form)

    assert result.exit_code != 0
    assert words in result.output


def test_it_is_found_by_its_name_and_is_no_source_of_a_study(tmp_path: Path) -> None:
    from dermoutcomes import load_registry

    assert "Kappa of two raters" in score(tmp_path, {"table": TABLE}, name="Weighted-Kappa").output
    assert "did you mean 'weighted_kappa'?" in score(tmp_path, {}, name="weighted_kapa").output
    assert "weighted_kappa" not in load_registry().scales
