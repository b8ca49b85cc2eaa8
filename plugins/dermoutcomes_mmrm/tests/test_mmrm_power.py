"""Power of the mixed model.

The published example, its limits, simulation of the estimator's variance, and what cannot be
assumed.
"""

from __future__ import annotations

import numpy as np
import pytest

from dermoutcomes import PlannedTest
from dermoutcomes_mmrm.power import MMRM_POWER, Visits, mmrm_power, variance_at_last

TWO = PlannedTest(0.05, groups=2)
EXAMPLE = Visits(0.5, (1.0,), (1.0, 0.9, 0.8, 0.7), 0.25, "cs")


def test_the_published_example_needs_174():
    # Correlation 0.25 between four visits, 70 % left at the last one, an effect of half a standard
    # deviation: 174 in all for 80 %.
    assert mmrm_power([87, 87], EXAMPLE, TWO) >= 0.8 > mmrm_power([86, 86], EXAMPLE, TWO)


def test_without_losses_it_is_the_z_test_of_the_last_visit():
    assert variance_at_last(EXAMPLE.covariance(), (1.0, 1.0, 1.0, 1.0)) == pytest.approx(1.0)


def test_independent_visits_lose_all_of_those_who_leave():
    assert variance_at_last(np.eye(3), (1.0, 0.8, 0.5)) == pytest.approx(2.0)


def test_visits_that_tell_all_lose_nothing():
    nearly = Visits(0.5, (1.0,), (1.0, 0.7), 0.999, "cs").covariance()

    assert variance_at_last(nearly, (1.0, 0.7)) == pytest.approx(1.0, abs=0.002)


def test_the_variance_is_that_of_the_likelihood_estimate():
    covariance = Visits(0.5, (1.0, 1.5, 2.0), (1.0, 0.8, 0.6), 0.6).covariance()
    patterns = {3: 60, 2: 20, 1: 20}
    rng = np.random.default_rng(1)
    root, means = np.linalg.cholesky(covariance), []
    for _ in range(1500):
        left, right = np.zeros((3, 3)), np.zeros(3)
        for kept, number in patterns.items():
            inverse = np.linalg.inv(covariance[:kept, :kept])
            left[:kept, :kept] += number * inverse
            right[:kept] += inverse @ (rng.normal(size=(number, 3)) @ root.T)[:, :kept].sum(axis=0)
        means.append(np.linalg.solve(left, right)[-1])

    assert 100 * np.var(means) == pytest.approx(
        variance_at_last(covariance, (1.0, 0.8, 0.6)), rel=0.12
    )


def test_one_group_has_one_variance():
    assert mmrm_power([40], EXAMPLE, PlannedTest(0.05)) > mmrm_power([40, 40], EXAMPLE, TWO)


def test_a_matrix_says_what_a_number_does():
    matrix = Visits(0.5, (1.0, 2.0), (1.0, 0.8), ((1.0, 0.4), (0.4, 1.0)), "unstructured")

    assert mmrm_power([50, 50], matrix, TWO) == pytest.approx(
        mmrm_power([50, 50], Visits(0.5, (1.0, 2.0), (1.0, 0.8), 0.4), TWO)
    )


def test_visits_are_those_of_the_study():
    assert MMRM_POWER.refuse(EXAMPLE, PlannedTest(0.05, visits=("W4", "W8")))[0].endswith(
        "are W4, W8"
    )
    assert not MMRM_POWER.refuse(EXAMPLE, PlannedTest(0.05, visits=("W4", "W8", "W12", "W16")))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((0.0, (1.0,), (1.0,), 0.5), "effect = 0"),
        ((1.0, (0.0,), (1.0, 0.9), 0.5), "above 0"),
        ((1.0, (1.0, 1.0, 1.0), (1.0, 0.9), 0.5), "2 of them"),
        ((1.0, (1.0,), (0.8, 0.9), 0.5), "does not come back"),
        ((1.0, (1.0,), (1.0, 0.9), 0.5, "unstructured"), "a matrix for"),
        ((1.0, (1.0,), (1.0, 0.9), ((1.0, 0.5), (0.4, 1.0)), "unstructured"), "symmetric"),
        ((1.0, (1.0,), (1.0, 0.9, 0.8), -0.9, "cs"), "not positive definite"),
        ((1.0, (1.0,), (1.0, 0.9), 0.5, "ar1", (1.0,)), "retention_second"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        Visits(*values)
