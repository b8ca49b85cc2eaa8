"""Power of the analysis of covariance: Borm's rule, simulation, and what cannot be assumed."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.stats import t

from dermoutcomes import PlannedTest
from dermoutcomes_ancova.power import AdjustedMeans, ancova_power

TWO = PlannedTest(0.05, groups=2)


def test_adjustment_saves_the_share_that_borm_says():
    plain, adjusted = (
        AdjustedMeans(1.0, 2.0, 0.0, covariates=0),
        AdjustedMeans(1.0, 2.0, 0.6, covariates=0),
    )

    assert ancova_power([64, 64], adjusted, TWO) == pytest.approx(
        ancova_power([100, 100], plain, TWO), abs=0.005
    )


def test_power_is_how_often_the_model_rejects():
    rng = np.random.default_rng(3)
    runs, n, r = 3000, 20, 0.6
    base = rng.normal(size=(runs, 2 * n))
    y = r * base + sqrt(1 - r * r) * rng.normal(size=base.shape)
    y[:, :n] += 0.7
    arm = np.repeat([1.0, 0.0], n)
    rejected = 0
    for x, outcome in zip(base, y, strict=True):
        design = np.column_stack([np.ones(2 * n), arm, x])
        inverse = np.linalg.inv(design.T @ design)
        beta = inverse @ design.T @ outcome
        residual = outcome - design @ beta
        error = sqrt(residual @ residual / (2 * n - 3) * inverse[1, 1])
        rejected += abs(beta[1] / error) >= t.isf(0.025, 2 * n - 3)

    assert ancova_power([n, n], AdjustedMeans(0.7, 1.0, r), TWO) == pytest.approx(
        rejected / runs, abs=0.03
    )


def test_too_few_have_no_power():
    assert ancova_power([2, 1], AdjustedMeans(1.0, 1.0, 0.5), TWO) == 0


@pytest.mark.parametrize(
    ("values", "words"), [((0.0, 1.0, 0.5), "effect = 0"), ((1.0, 0.0, 0.5), "sd must be above 0")]
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        AdjustedMeans(*values)
