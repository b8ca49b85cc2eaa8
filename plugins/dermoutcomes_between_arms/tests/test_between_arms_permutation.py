"""The permutation test of two arms.

Through the battery, against every relabelling, and in what must hold of any data.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import AnalysisContract, random_examples
from dermoutcomes_between_arms import register_analyses, relabelled
from dermoutcomes_between_arms.relabelled import (
    drawn,
    exact,
    exact_interval,
    interval_of_drawn,
    standardised,
)

quick = settings(deadline=None, max_examples=random_examples(30))
TIED = st.lists(st.integers(-8, 8).map(lambda i: i / 4), min_size=2, max_size=5)
ANALYSES = {analysis.name: analysis for analysis in register_analyses()}


class TestPermutationTwoSample(AnalysisContract):
    analysis = ANALYSES["permutation_two_sample"]


class TestPermutationTwoSampleDrawn(AnalysisContract):
    analysis = ANALYSES["permutation_two_sample"]
    options = {"method": "monte_carlo", "resamples": 199}


def sums(x, y):
    return np.array([sum(chosen) for chosen in combinations([*x, *y], len(x))])


@quick
@given(TIED, TIED)
def test_exact_is_all_relabellings_counted(x, y):
    assume(len({*x, *y}) > 1)
    every, seen = sums(x, y), sum(x)
    centre = len(x) * (sum(x) + sum(y)) / (len(x) + len(y))
    found = exact(x, y)

    assert found.greater == pytest.approx((every >= seen - 1e-9).mean())
    assert found.less == pytest.approx((every <= seen + 1e-9).mean())
    assert found.both == pytest.approx((abs(every - centre) >= abs(seen - centre) - 1e-9).mean())


@quick
@given(TIED, TIED)
def test_convolution_counts_the_same(x, y):
    assume(len({*x, *y}) > 1)
    pooled = np.sort([*x, *y])

    found = relabelled._convolved(pooled - pooled[0], len(x), sum(x) - len(x) * pooled[0])

    assert found == pytest.approx(exact(x, y))


@quick
@given(TIED, TIED, st.sampled_from([0.5, 0.8]))
def test_the_interval_holds_the_shifts_that_are_not_rejected(x, y, confidence):
    interval, alpha = exact_interval(x, y, confidence), 1 - confidence
    assume(interval.level >= confidence - 1e-12)

    for inside, shift in (
        (False, interval.conf_low - 1e-6),
        (True, interval.conf_low + 1e-6),
        (True, interval.conf_high - 1e-6),
        (False, interval.conf_high + 1e-6),
    ):
        if interval.conf_high - interval.conf_low > 1e-5:
            found = exact([value - shift for value in x], y)
            assert (min(found.greater, found.less) > alpha / 2 + 1e-12) == inside


def test_drawn_labels_come_near_all_of_them():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.6, 1, 11), rng.normal(0, 1, 12)

    all_of_them, some = exact(x, y), drawn(x, y, 20_000, np.random.default_rng(2))
    limits, near = exact_interval(x, y), interval_of_drawn(x, y, 20_000, np.random.default_rng(2))

    assert some.both == pytest.approx(all_of_them.both, abs=4 * some.std_error("two-sided"))
    assert [near.conf_low, near.conf_high] == pytest.approx(
        [limits.conf_low, limits.conf_high], abs=0.05
    )


@quick
@given(TIED, TIED)
def test_turned_arms_turn_tails(x, y):
    assume(len({*x, *y}) > 1)
    one, other = exact(x, y), exact(y, x)

    assert (one.greater, one.less, one.both) == pytest.approx(
        (other.less, other.greater, other.both)
    )
    assert standardised(x, y) == pytest.approx(-standardised(y, x))


def test_too_few_relabellings_say_their_level():
    assert exact_interval([1.0, 2.0], [3.0, 5.0]).level == pytest.approx(1 - 2 / comb(4, 2))


def test_equal_values_have_no_statistic():
    with pytest.raises(ValueError, match="equal"):
        standardised([1.0, 1.0], [1.0])
