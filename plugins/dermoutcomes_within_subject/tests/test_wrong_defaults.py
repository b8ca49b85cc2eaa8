"""The simulations behind the refusals, in short.

Each default goes wrong in the direction that is claimed, and what is offered does not.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from dermoutcomes_within_subject.least_squares import line, mean

ROOT = Path(__file__).parents[3]
RUNS = 1500
# Three standard errors of a type I error of 0.05 in so many runs.
SURE = 3 * (0.05 * 0.95 / RUNS) ** 0.5


def _script():
    place = ROOT / "benchmarks" / "simulations" / "wrong_defaults.py"
    if not place.exists():
        pytest.skip("the simulations stand in a checkout of the project", allow_module_level=True)
    spec = importlib.util.spec_from_file_location("wrong_defaults", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def rows_of(name, runs=RUNS):
    number = [simulate.__name__ for simulate in SCRIPT.SIMULATIONS].index(name)
    return list(SCRIPT.SIMULATIONS[number](np.random.default_rng([1, number]), runs))


@pytest.mark.parametrize(
    ("name", "worst"),
    [("baseline_covariate", 0.09), ("sides_as_subjects", 0.13), ("centred_side_difference", 0.12)],
)
def test_a_true_null_hypothesis_is_rejected_too_often(name, worst):
    found = rows_of(name)

    assert max(row.wrong for row in found) > worst
    assert all(row.right < 0.05 + SURE for row in found)
    assert all(row.wrong > row.right - SURE for row in found)


def test_the_more_alike_cheeks_are_the_worse_it_is_to_count_them():
    errors = [row.wrong for row in rows_of("sides_as_subjects", 6000)]

    assert errors == sorted(errors)


def test_those_enrolled_by_the_outcome_improve_by_themselves():
    by_measured = {}
    for row in rows_of("enrolment_by_outcome"):
        by_measured.setdefault(row.measured, []).append(row)
    changes, firmer = by_measured["mean change, mm"], by_measured['P("firmer", p < 0.05)']

    assert all(row.wrong < -0.006 and abs(row.right) < 0.002 for row in changes)
    assert max(row.wrong for row in firmer) > 0.6
    assert all(row.right < 0.08 for row in firmer)


def test_averaging_sides_first_lets_their_difference_into_the_change():
    (row,) = rows_of("sides_averaged_first")

    assert row.wrong == pytest.approx(-0.005, abs=0.0015)
    assert abs(row.right) < 0.0015


def test_replicates_of_one_sitting_hide_what_days_do():
    limit, beyond = rows_of("change_from_replicates", 500)

    assert limit.right > 3 * limit.wrong
    assert beyond.wrong > 0.5
    assert beyond.right < 0.1


def test_choosing_the_test_by_the_data_is_worst_where_it_is_meant_to_help():
    chosen, better, chosen_skewed, better_skewed = rows_of("test_by_shapiro", 3000)

    assert abs(chosen.wrong - chosen.right) < 0.02
    assert better.wrong >= better.right
    assert chosen_skewed.wrong > chosen_skewed.right + 0.02
    assert better_skewed.wrong > better_skewed.right + 0.02


def test_the_page_has_the_table_of_the_script():
    page = (ROOT / "docs" / "methods" / "within_subject.md").read_text(encoding="utf-8")
    labels = [
        f"| {row.what} | {row.setting} | {row.measured} |"
        for number, simulate in enumerate(SCRIPT.SIMULATIONS)
        for row in simulate(np.random.default_rng(number), 20)
    ]

    assert [label for label in labels if label not in page] == []


def test_what_is_offered_keeps_its_level():
    rng = np.random.default_rng(11)
    before, after = SCRIPT.correlated(rng, RUNS, 30, 0.7)
    adjusted = [
        line(x, y)[0].p_value() < 0.05 for x, y in zip(before.tolist(), after.tolist(), strict=True)
    ]
    changes = [
        mean([b - a for a, b in zip(x, y, strict=True)]).p_value() < 0.05
        for x, y in zip(before.tolist(), after.tolist(), strict=True)
    ]

    assert abs(np.mean(adjusted) - 0.05) < SURE
    assert abs(np.mean(changes) - 0.05) < SURE
