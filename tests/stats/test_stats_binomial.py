"""Clopper and Pearson's interval, against SciPy and tail sums."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from dermoutcomes.stats import clopper_pearson, improvement, rounding_edge, sign_test_p
from dermoutcomes.testing import random_examples


@pytest.mark.parametrize(("events", "n"), [(0, 7), (1, 7), (4, 9), (30, 200), (7, 7)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_limits_are_those_of_scipy(events, n, confidence):
    limits = binomtest(events, n).proportion_ci(confidence, method="exact")

    assert clopper_pearson(events, n, confidence) == pytest.approx(
        (limits.low, limits.high), rel=1e-8
    )


def test_each_tail_at_its_limit_is_half_of_what_is_not_covered():
    low, high = clopper_pearson(4, 11)

    assert binom.sf(3, 11, low) == pytest.approx(0.025, rel=1e-10)
    assert binom.cdf(4, 11, high) == pytest.approx(0.025, rel=1e-10)


def test_nothing_seen_has_the_limit_of_a_power():
    # 1 - 0.025^(1/n): Hanley JA, Lippman-Hand A. JAMA 1983;249:1743-1745.
    assert clopper_pearson(0, 21) == (0.0, pytest.approx(1 - 0.025 ** (1 / 21), rel=1e-12))
    assert clopper_pearson(21, 21) == (pytest.approx(0.025 ** (1 / 21), rel=1e-12), 1.0)


def test_an_effective_number_of_units_need_not_be_whole():
    between = clopper_pearson(4.5, 11.25)
    fewer, more = clopper_pearson(4, 10), clopper_pearson(4.8, 12)

    assert fewer[0] < between[0] < more[0]
    assert more[1] < between[1] < fewer[1]


def test_of_nothing_nothing_is_known():
    assert clopper_pearson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("events", [-1, 8])
def test_more_events_than_units_are_refused(events):
    with pytest.raises(ValueError, match="among 7 are no proportion"):
        clopper_pearson(events, 7)


@pytest.mark.parametrize(
    ("positive", "negative"), [(0, 0), (0, 6), (5, 5), (9, 1), (3, 40), (600, 500)]
)
@pytest.mark.parametrize("tail", ["two-sided", "greater", "less"])
def test_signs_are_tosses_of_a_coin(positive, negative, tail):
    n = positive + negative
    expected = binomtest(positive, n, alternative=tail).pvalue if n else 1.0

    assert sign_test_p(positive, negative, tail) == pytest.approx(expected, rel=1e-10)


def test_the_mid_p_value_counts_half_of_what_was_observed():
    for tail, share in (("greater", binom.sf(8, 12, 0.5)), ("less", binom.cdf(9, 12, 0.5))):
        expected = share - binom.pmf(9, 12, 0.5) / 2
        assert sign_test_p(9, 3, tail, mid=True) == pytest.approx(expected, rel=1e-12)
    both = 2 * (binom.sf(8, 12, 0.5) - binom.pmf(9, 12, 0.5) / 2)
    assert sign_test_p(9, 3, mid=True) == pytest.approx(both, rel=1e-12)


def test_a_negative_number_of_signs_is_refused():
    with pytest.raises(ValueError, match="there are no -1 signs"):
        sign_test_p(-1, 3)


@settings(deadline=None, max_examples=random_examples(100))
@given(st.integers(-(10**6), 10**6), st.integers(0, 10), st.integers(-3, 3))
def test_an_edge_tells_apart_what_is_rounded_to_a_bound_and_what_is_not(digits, decimals, step):
    bound = round(digits * 10.0**-decimals, decimals)
    edge = rounding_edge(bound, decimals)
    beside = edge
    for _ in range(abs(step)):
        beside = math.nextafter(beside, math.copysign(math.inf, step))

    assert (round(beside, decimals) >= bound) == (beside >= edge)
    assert round(edge, decimals) >= bound > round(math.nextafter(edge, -math.inf), decimals)


@settings(deadline=None, max_examples=random_examples(50))
@given(
    st.lists(st.floats(-1e3, 1e3) | st.sampled_from([4e-11, 5e-11, 6e-11, -6e-11, 0.3 - 0.1 - 0.2]))
)
def test_who_improved_is_counted_as_one_by_one(changes):
    rounded = [round(change, 10) for change in changes]
    up, down = improvement(changes, "up"), improvement(changes, "down")

    assert (up.improved, up.worse) == (sum(x > 0 for x in rounded), sum(x < 0 for x in rounded))
    assert (down.improved, down.worse) == (up.worse, up.improved)
