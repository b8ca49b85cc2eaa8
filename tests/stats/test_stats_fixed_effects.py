"""Fixed effects, against designs written out and NumPy's least squares."""

from __future__ import annotations

import numpy as np
import pytest

from dermoutcomes.stats import FixedEffects, formula_terms

ARM = ["a", "a", "b", "b", "b", "a"]
VISIT = ["1", "2", "1", "2", "2", "1"]
BASE = [3.0, 1.0, 2.0, 5.0, 4.0, 6.0]
LEVELS = {"arm": ["a", "b"], "visit": ["1", "2"]}


def effects(formula: str) -> FixedEffects:
    return FixedEffects({"arm": ARM, "visit": VISIT, "base": BASE}, LEVELS, formula_terms(formula))


def test_the_columns_are_products_of_indicators_and_numbers():
    fixed = effects("arm * visit + base")
    b = np.array([float(arm == "b") for arm in ARM])
    two = np.array([float(visit == "2") for visit in VISIT])

    assert fixed.names == ("(Intercept)", "armb", "visit2", "base", "armb:visit2")
    expected = np.column_stack([np.ones(6), b, two, BASE, b * two])
    assert fixed.full.tolist() == expected.tolist()
    assert fixed.matrix.shape == (6, 5)


def test_a_column_that_others_say_is_dropped():
    variables = {"arm": ARM, "again": ["x" if arm == "a" else "y" for arm in ARM]}
    fixed = FixedEffects(
        variables, {"arm": ["a", "b"], "again": ["x", "y"]}, formula_terms("arm + again")
    )

    assert fixed.kept.tolist() == [0, 1]
    assert fixed.estimable(fixed.row({"arm": "b", "again": "y"}))
    assert not fixed.estimable(fixed.row({"arm": "b", "again": "x"}))


def test_a_variable_that_a_point_does_not_name_is_averaged():
    fixed = effects("arm + visit + base")

    assert fixed.row({"arm": "b"}).tolist() == [1, 1, 0.5, pytest.approx(np.mean(BASE))]


def test_a_type_iii_hypothesis_is_that_marginal_means_are_equal():
    fixed = effects("arm * visit")
    (row,) = fixed.contrasts(("arm",))
    weights = fixed.row({"arm": "b"}) - fixed.row({"arm": "a"})

    assert row / row[1] == pytest.approx(weights / weights[1], rel=1e-12)


def test_a_marginal_mean_is_the_mean_of_cell_means():
    y = np.array([2.0, 4.0, 1.0, 7.0, 9.0, 3.0])
    fixed = effects("arm * visit")
    beta = np.linalg.lstsq(fixed.full, y, rcond=None)[0]

    # Cells: b at 1 has 1, at 2 has 7 and 9.
    assert fixed.row({"arm": "b"}) @ beta == pytest.approx((1 + 8) / 2, rel=1e-12)
