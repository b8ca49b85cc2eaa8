"""Power of the paired tests.

Against simulation, enumeration and limits, and what cannot be assumed.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, ttest_1samp

from dermoutcomes import PlannedTest
from dermoutcomes.stats import sign_test_p
from dermoutcomes.testing import random_examples
from dermoutcomes_paired.power import (
    PairedMean,
    ShiftedPairs,
    Signs,
    paired_t_power,
    sign_test_power,
    signed_rank_power,
)

quick = settings(deadline=None, max_examples=random_examples(20))
TWO, ONE = PlannedTest(0.05), PlannedTest(0.05, 1)


def test_power_is_how_often_the_test_rejects():
    draws = np.random.default_rng(7).normal(0.6, 1.0, size=(4000, 20))
    rejected = (ttest_1samp(draws, 0.0, axis=1).pvalue <= 0.05).mean()

    assert paired_t_power([20], PairedMean(0.6, 1.0), TWO) == pytest.approx(
        rejected, abs=3 * sqrt(0.25 / 4000)
    )


def test_without_an_effect_power_would_be_alpha():
    assert paired_t_power([12], PairedMean(1e-9, 1.0), TWO) == pytest.approx(0.05, abs=1e-6)
    assert paired_t_power([12], PairedMean(1e-9, 1.0), ONE) == pytest.approx(0.05, abs=1e-6)


def test_the_spread_of_differences_follows_from_the_correlation():
    stated, derived = PairedMean(0.5, 0.8), PairedMean(0.5, sd=1.0, correlation=1 - 0.8**2 / 2)

    assert derived.spread == pytest.approx(stated.spread)


@quick
@given(st.floats(0.05, 3), st.floats(0.1, 5), st.integers(3, 300), st.floats(0.001, 1000))
def test_units_and_direction_change_nothing(effect, sd, n, unit):
    power = paired_t_power([n], PairedMean(effect, sd), TWO)

    assert 0 <= power <= 1
    assert paired_t_power([n], PairedMean(-effect * unit, sd * unit), TWO) == pytest.approx(
        power, abs=1e-9
    )
    assert paired_t_power([n + 1], PairedMean(effect, sd), TWO) >= power - 1e-9


def test_ranks_lose_little_where_differences_are_normal_and_gain_where_tails_are_heavy():
    t = paired_t_power([40], PairedMean(0.5, 1.0), TWO)

    assert (
        t - 0.03
        < signed_rank_power([40], ShiftedPairs(0.5, 1.0), TWO)
        < t
        < signed_rank_power([40], ShiftedPairs(0.5, 1.0, shape="laplace"), TWO)
    )


@quick
@given(st.integers(1, 25), st.floats(0.05, 0.95), st.sampled_from([1, 2]))
def test_sign_tests_are_counted(n, improved, sided):
    if improved == 0.5:
        return
    tail = "greater" if sided == 1 else "two-sided"
    expected = sum(
        binom.pmf(k, n, improved) for k in range(n + 1) if sign_test_p(k, n - k, tail) <= 0.05
    )

    assert sign_test_power([n], Signs(improved), PlannedTest(0.05, sided)) == pytest.approx(
        expected, abs=1e-9
    )


def test_those_who_do_not_change_do_not_count():
    mixed = sum(binom.pmf(m, 30, 0.7) * sign_test_power([m], Signs(0.8), TWO) for m in range(1, 31))

    assert sign_test_power([30], Signs(0.8, 0.3), TWO) == pytest.approx(mixed, abs=1e-12)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"effect": 0.0, "sd_change": 1.0}, "effect = 0"),
        ({"effect": 1.0}, "stated once"),
        ({"effect": 1.0, "sd_change": 1.0, "sd": 1.0}, "stated once"),
        ({"effect": 1.0, "sd": 1.0}, "go together"),
        ({"effect": 1.0, "sd_change": 1.0, "correlation": 0.5}, "go together"),
        ({"effect": 1.0, "sd_change": 0.0}, "sd_change must be above 0"),
        ({"effect": 1.0, "sd": -1.0, "correlation": 0.5}, "sd must be above 0"),
    ],
)
def test_what_cannot_be_is_refused(values, words):
    with pytest.raises(ValueError, match=words):
        PairedMean(**values)
