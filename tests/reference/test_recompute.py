"""The program that evaluates the cases in R: what it writes, and how it reads answers. R itself is needed for the last test only."""

from __future__ import annotations

import shutil

import pytest

from .cases import HERE, of
from .recompute import answers, differing, literal, program, recomputed


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "1.5"),
        ("a", '"a"'),
        ("NA", "NA"),
        (None, "NA"),
        ("Inf", "Inf"),
        (True, "TRUE"),
        ([1, "NA"], "c(1, NA)"),
        ([[1, 2], [3, 4]], "matrix(c(1, 2, 3, 4), nrow = 2, byrow = TRUE)"),
        ([[1], [2, 3]], "list(c(1), c(2, 3))"),
        ({"a": [1]}, "list(`a` = c(1))"),
    ],
)
def test_a_value_is_written_as_r_writes_it(value, code):
    assert literal(value) == code


def test_answers_are_read_case_by_case():
    text = "CASE\ta\nFIELD\tx\t1 2\nCASE\tb\nERROR\tno such package\n"

    assert list(answers(text)) == [("a", {"x": [1.0, 2.0]}, None), ("b", {}, "no such package")]


def test_a_difference_is_named():
    assert differing({"x": {"y": 1.0, "z": 2.0}}, {"x.y": [1.0], "x.z": [2.1]}) == ["x.z"]


def test_a_case_carries_its_inputs_and_its_call():
    code = program(
        [{"id": "m/1", "inputs": {"x": [1, 2]}, "call": "{ list(n = length(x)) }", "dataset": None}]
    )

    assert "`x` <- c(1, 2)" in code
    assert 'case("m/1"' in code


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_gives_what_is_stored():
    line, same = recomputed(HERE / "paired_t.json")

    assert same, line


def scipy_says(case):
    """What SciPy makes of the case today; infinite limits as the files write them."""
    from scipy.stats.contingency import odds_ratio

    events, n = (case.inputs["x1"], case.inputs["x2"]), (case.inputs["n1"], case.inputs["n2"])
    table = [events, [size - x for x, size in zip(events, n, strict=True)]]
    result = odds_ratio(table, kind="conditional")
    return [
        result.statistic,
        *result.confidence_interval(0.95),
        *result.confidence_interval(0.9),
    ]


@pytest.mark.parametrize("case", of("conditional_odds_ratio"), ids=lambda case: case.id)
def test_scipy_says_today_what_is_stored(case):
    stored = [case.result["estimate"], *case.result["ci95"], *case.result["ci90"]]

    assert scipy_says(case) == pytest.approx(
        [float(value) for value in stored], rel=1e-10, nan_ok=True
    )
