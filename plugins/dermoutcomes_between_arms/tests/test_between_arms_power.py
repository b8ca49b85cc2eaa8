"""Power of comparisons of arms.

Against simulation, integrals and published numbers, and what cannot be assumed.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t, ttest_ind

from dermoutcomes import PlannedTest
from dermoutcomes.testing import random_examples
from dermoutcomes_between_arms.power import (
    EQUIVALENCE_POWER,
    NONINFERIORITY_POWER,
    Ranks,
    TwoMeansAssumed,
    UnequalMeans,
    WithinMargin,
    equivalence_power,
    mann_whitney_power,
    noninferiority_power,
    pooled_t_power,
    welch_t_power,
)

quick = settings(deadline=None, max_examples=random_examples(20))
TWO = PlannedTest(0.05, groups=2)


def test_welch_power_is_how_often_the_test_rejects():
    rng = np.random.default_rng(11)
    rejected = (
        ttest_ind(
            rng.normal(1.0, 1.0, (4000, 15)),
            rng.normal(0.0, 2.0, (4000, 30)),
            axis=1,
            equal_var=False,
        ).pvalue
        <= 0.05
    ).mean()

    assert welch_t_power([15, 30], UnequalMeans(1.0, 1.0, 2.0), TWO) == pytest.approx(
        rejected, abs=3 * sqrt(0.25 / 4000)
    )


@quick
@given(
    st.floats(0.1, 3),
    st.floats(0.2, 4),
    st.integers(3, 200),
    st.integers(3, 200),
    st.floats(0.001, 1000),
)
def test_units_directions_and_arms_change_nothing(effect, sd, n1, n2, unit):
    power = pooled_t_power([n1, n2], TwoMeansAssumed(effect, sd), TWO)

    assert 0 <= power <= 1
    assert pooled_t_power(
        [n2, n1], TwoMeansAssumed(-effect * unit, sd * unit), TWO
    ) == pytest.approx(power, abs=1e-9)


def test_equal_spread_and_numbers_make_welch_student():
    assert welch_t_power([20, 20], UnequalMeans(1.0, 1.5), TWO) == pytest.approx(
        pooled_t_power([20, 20], TwoMeansAssumed(1.0, 1.5), TWO)
    )


def test_noethers_formula():
    # N = (z + z_b)² / (12 c (1 - c) (P - 1/2)²) = 87.6 for P = 0.7, equal arms and a power of 90 %.
    n = (norm.isf(0.025) + norm.isf(0.1)) ** 2 / (12 * 0.25 * 0.2**2)

    assert ceil(n) == 88
    assert mann_whitney_power([n / 2, n / 2], Ranks(superiority=0.7), TWO) == pytest.approx(0.9)
    assert Ranks(effect=1.0, sd=1.0).above == pytest.approx(norm.cdf(1 / sqrt(2)))


def test_noninferiority_of_equal_arms_is_superiority_by_the_margin():
    one_sided = PlannedTest(0.025, 1, groups=2)

    assert noninferiority_power(
        [50, 50], WithinMargin(1.0), PlannedTest(0.05, margin=0.6, groups=2)
    ) == pytest.approx(pooled_t_power([50, 50], TwoMeansAssumed(0.6, 1.0), one_sided))


def test_equivalence_is_how_often_both_tests_reject():
    rng = np.random.default_rng(5)
    a, b = rng.normal(0.1, 1.0, (4000, 40)), rng.normal(0.0, 1.0, (4000, 40))
    error = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / 2 * (2 / 40))
    away, reach = a.mean(axis=1) - b.mean(axis=1), t.isf(0.05, 78) * error
    rejected = ((away - reach > -0.6) & (away + reach < 0.6)).mean()

    assert equivalence_power(
        [40, 40], WithinMargin(1.0, 0.1), PlannedTest(0.05, margin=0.6, groups=2)
    ) == pytest.approx(rejected, abs=3 * sqrt(0.25 / 4000))


def test_within_subjects_one_number_counts_pairs():
    margin = PlannedTest(0.05, margin=0.5)

    assert equivalence_power([40], WithinMargin(1.0), margin) > equivalence_power(
        [20], WithinMargin(1.0), margin
    )
    assert noninferiority_power([30], WithinMargin(1.0), margin) == pytest.approx(0.75, abs=0.03)


@pytest.mark.parametrize(
    ("power", "effect", "margin", "words"),
    [
        (NONINFERIORITY_POWER, 0.0, None, "no margin"),
        (NONINFERIORITY_POWER, -0.5, 0.5, "beyond the margin"),
        (EQUIVALENCE_POWER, 0.5, 0.5, "beyond the margin"),
        (EQUIVALENCE_POWER, 0.0, None, "no margin"),
    ],
)
def test_what_no_number_shows_is_refused(power, effect, margin, words):
    assert words in power.refuse(WithinMargin(1.0, effect), PlannedTest(0.05, margin=margin))[0]


@pytest.mark.parametrize(
    ("cls", "values", "words"),
    [
        (TwoMeansAssumed, {"effect": 0.0, "sd": 1.0}, "effect = 0"),
        (TwoMeansAssumed, {"effect": 1.0, "sd": 0.0}, "sd must be above 0"),
        (UnequalMeans, {"effect": 1.0, "sd": 1.0, "sd_second": -1.0}, "sd_second must be above 0"),
        (Ranks, {}, "stated once"),
        (Ranks, {"superiority": 0.7, "effect": 1.0, "sd": 1.0}, "stated once"),
        (Ranks, {"effect": 1.0}, "stated once"),
        (Ranks, {"superiority": 0.5}, "0.5 is"),
        (WithinMargin, {"sd": 0.0}, "sd must be above 0"),
    ],
)
def test_what_cannot_be_is_refused(cls, values, words):
    with pytest.raises(ValueError, match=words):
        cls(**values)
