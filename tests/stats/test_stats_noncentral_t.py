"""Standardised mean differences, against SciPy's noncentral t and the gamma function."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.special import poch
from scipy.stats import nct

from dermoutcomes.stats import hedges_factor, noncentrality, noncentrality_limits


@pytest.mark.parametrize(("t", "df"), [(0.0, 5), (2.1, 9), (-3.4, 20), (12.0, 4)])
def test_a_noncentral_t_at_its_limits_lies_beyond_the_one_seen_as_rarely_as_is_not_covered(t, df):
    low, high = noncentrality_limits(t, df, 0.9)

    assert nct.sf(t, df, low) == pytest.approx(0.05, rel=1e-8)
    assert nct.cdf(t, df, high) == pytest.approx(0.05, rel=1e-8)


def test_of_a_t_without_end_the_spread_alone_decides():
    rng = np.random.default_rng(7)
    spread = sqrt(1 / 6) * np.sqrt(rng.chisquare(6, 400_000))

    for probability in (0.1, 0.9):
        ratio = noncentrality(1e7, 6, probability) / 1e7
        assert (spread > ratio).mean() == pytest.approx(probability, abs=0.003)


@pytest.mark.parametrize("df", [2, 5, 99, 100, 101, 5000])
def test_the_factor_is_a_ratio_of_gamma_functions(df):
    assert hedges_factor(df) == pytest.approx(sqrt(2 / df) * poch((df - 1) / 2, 0.5), rel=1e-12)


def test_the_factor_as_it_is_approximated_and_at_its_edge():
    # Hedges 1981: 1 - 3 / (4 df - 1); at one degree of freedom the bias has no bound.
    assert hedges_factor(1) == 0
    assert hedges_factor(10_000) == pytest.approx(1 - 3 / (4 * 10_000 - 1), rel=1e-8)
