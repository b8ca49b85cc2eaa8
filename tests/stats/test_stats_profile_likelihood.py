"""Limits of a profile likelihood, where they have a closed form."""

from __future__ import annotations

from math import exp, log

import pytest
from scipy.optimize import brentq
from scipy.stats import chi2, norm

from dermoutcomes.stats import profile_limits


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_of_a_normal_likelihood_they_are_walds(confidence):
    z = norm.isf((1 - confidence) / 2)
    limits = profile_limits(lambda value: (value - 3) ** 2 / (2 * 0.5**2), 3, 0.5, confidence)

    assert limits == pytest.approx((3 - 0.5 * z, 3 + 0.5 * z), rel=1e-9)


def test_of_a_poisson_rate():
    # Log likelihood of the log rate of 7 events: 7 value - exp(value).
    def likelihood(value: float) -> float:
        return 7 * value - exp(value)

    def above(value: float) -> float:
        return 2 * (likelihood(log(7)) - likelihood(value)) - chi2.ppf(0.95, 1)

    low, high = profile_limits(
        lambda value: likelihood(log(7)) - likelihood(value), log(7), 7**-0.5
    )
    assert low == pytest.approx(brentq(above, -5, log(7)), rel=1e-9)
    assert high == pytest.approx(brentq(above, log(7), 6), rel=1e-9)


def test_a_side_on_which_the_likelihood_never_falls_far_enough_has_no_limit():
    def fall(value: float) -> float:
        return value**2 / 2 if value < 0 else min(value, 0.5)

    low, high = profile_limits(fall, 0.0, 1.0)

    assert low == pytest.approx(-norm.isf(0.025), rel=1e-9)
    assert high is None


def test_how_far_limits_are_looked_for():
    def fall(value: float) -> float:
        return abs(value) / 5

    assert profile_limits(fall, 0.0, 1.0, reaches=(1.0, 2.0)) == (None, None)
    far = 5 * chi2.ppf(0.95, 1) / 2
    assert profile_limits(fall, 0.0, 1.0) == pytest.approx((-far, far), rel=1e-9)
