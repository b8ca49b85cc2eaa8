"""Sign flips and the bootstrap.

Against every sign and every resample, and in what must hold of any data.
"""

from __future__ import annotations

from itertools import combinations, product
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtri

from dermoutcomes.stats import decimal_units
from dermoutcomes.testing import random_examples
from dermoutcomes_paired import sign_flips
from dermoutcomes_paired.flip_interval import exact_interval, interval_of_drawn
from dermoutcomes_paired.resampled import (
    beyond_replicates,
    bootstrapped,
    influence,
    intervals,
    of_sample,
    order_statistic,
    p_value,
)
from dermoutcomes_paired.sign_flips import drawn, exact, subset_sums

quick = settings(deadline=None, max_examples=random_examples(30))
TIED = st.lists(st.integers(-8, 8).map(lambda i: i / 4), min_size=2, max_size=9)
FREE = st.lists(st.integers(-4000, 4000).map(lambda i: i / 64), min_size=4, max_size=14)


def all_sums(d):
    return np.array(
        [
            sum(sign * value for sign, value in zip(signs, d, strict=True))
            for signs in product((-1, 1), repeat=len(d))
        ]
    )


@quick
@given(TIED)
def test_exact_is_all_signs_counted(d):
    sums, seen = all_sums(d), sum(d)
    found = exact(d)

    assert found.greater == pytest.approx((sums >= seen - 1e-9).mean())
    assert found.less == pytest.approx((sums <= seen + 1e-9).mean())
    assert found.both == pytest.approx((abs(sums) >= abs(seen) - 1e-9).mean())


@quick
@given(TIED)
def test_convolution_counts_the_same(d):
    values = np.sort([value for value in d if value])
    assume(len(values))

    assert sign_flips._convolved(decimal_units(values))[:3] == pytest.approx(
        exact(d)[:3], rel=1e-12
    )


@quick
@given(TIED, st.sampled_from([0.5, 0.8, 0.95]))
def test_limits_are_means_of_subsets(d, confidence):
    means = sorted(
        np.mean(chosen) for size in range(1, len(d) + 1) for chosen in combinations(d, size)
    )
    k = max(1, int(2 ** len(d) * (1 - confidence) / 2 + 1e-9))
    found = exact_interval(d, confidence)

    assert [found.conf_low, found.conf_high] == pytest.approx([means[k - 1], means[-k]], abs=1e-12)


@quick
@given(FREE)
def test_the_interval_holds_the_shifts_that_are_not_rejected(d):
    found = exact_interval(d, 0.8)
    assume(found.conf_high - found.conf_low > 1e-5)

    for inside, shift in (
        (False, found.conf_low - 1e-7),
        (True, found.conf_low + 1e-7),
        (True, found.conf_high - 1e-7),
        (False, found.conf_high + 1e-7),
    ):
        moved = exact([value - shift for value in d])
        assert (2 * min(moved.greater, moved.less) > 0.2 + 1e-12) == inside


@quick
@given(FREE, st.integers(0, 2**32))
def test_the_drawn_interval_inverts_the_drawn_test(d, seed):
    found = interval_of_drawn(d, 399, np.random.default_rng(seed), 0.8)
    assume(found.conf_high - found.conf_low > 1e-5)

    for inside, shift in ((False, found.conf_low - 1e-7), (True, found.conf_low + 1e-7)):
        if shift > min(d):
            assert (
                drawn([value - shift for value in d], 399, np.random.default_rng(seed)).greater
                > 0.1
            ) == inside


def test_drawn_signs_come_near_all_of_them():
    d = np.random.default_rng(3).normal(0.4, 1, 22)
    every, some = exact(d), drawn(d, 20_000, np.random.default_rng(4))
    limits, near = exact_interval(d), interval_of_drawn(d, 20_000, np.random.default_rng(4))

    assert some.both == pytest.approx(every.both, abs=4 * some.std_error("two-sided"))
    assert [near.conf_low, near.conf_high] == pytest.approx(
        [limits.conf_low, limits.conf_high], abs=0.03
    )


def test_a_drawn_p_value_is_never_zero():
    assert drawn([5.0] * 60, 999, np.random.default_rng(1)).both == pytest.approx(1 / 1000)


def test_large_samples_in_whole_units_are_counted_too():
    d = np.round(np.random.default_rng(5).normal(0.1, 1, 80), 2)
    found = exact(d)

    assert found.both == pytest.approx(drawn(d, 50_000, np.random.default_rng(6)).both, abs=0.01)
    assert exact(np.random.default_rng(7).normal(size=80)) is None


@quick
@given(FREE)
def test_turned_signs_turn_tails(d):
    one, other = exact(d), exact([-value for value in d])

    assert (one.greater, one.less, one.both) == pytest.approx(
        (other.less, other.greater, other.both), rel=1e-9
    )


@quick
@given(FREE, st.sampled_from([0.125, 1024.0, 0.001]))
def test_units_change_no_p_value(d, factor):
    assume(any(d))
    assert exact([value * factor for value in d])[:3] == pytest.approx(exact(d)[:3], rel=1e-9)
    assert exact_interval([value * factor for value in d]).conf_low == pytest.approx(
        exact_interval(d).conf_low * factor, rel=1e-9, abs=1e-12
    )


def test_noise_does_not_break_a_tie():
    assert exact([0.1, 0.2, -0.3, 0.1]).both == exact([1.0, 2.0, -3.0, 1.0]).both


def test_sums_of_subsets_are_sorted():
    assert subset_sums(np.array([1.0, -2.0])).tolist() == [-2, -1, 0, 1]


def test_units_are_the_largest_that_fit():
    assert decimal_units(np.array([0.25, 0.5])).tolist() == [1, 2]
    assert decimal_units(np.array([1 / 3, 0.5])) is None


def test_bootstrap_means_are_those_of_all_resamples():
    d = [0.0, 1.0, 5.0]
    every = np.array([np.mean(chosen) for chosen in product(d, repeat=3)])
    found = bootstrapped(d, "mean", 60_000, np.random.default_rng(8))

    assert found.std_error == pytest.approx(every.std(), rel=0.02)
    assert np.mean(found.replicates < 2 - 1e-9) == pytest.approx(
        np.mean(every < 2 - 1e-9), abs=0.01
    )


@pytest.mark.parametrize("n", [4, 5])
def test_bootstrap_medians_are_those_of_all_resamples(n):
    d = [0.0, 1.0, 5.0, 7.0, 20.0, 21.0][:n]
    every = np.median(list(product(d, repeat=n)), axis=1)
    found = bootstrapped(d, "median", 40_000, np.random.default_rng(9))

    assert [np.mean(found.replicates <= at) for at in d] == pytest.approx(
        [np.mean(every <= at) for at in d], abs=0.01
    )


def test_a_quantile_between_replicates_is_found_by_normal_quantiles():
    ordered = np.array([1.0, 2.0, 4.0, 8.0])
    at = (ndtri(0.3) - ndtri(0.2)) / (ndtri(0.4) - ndtri(0.2))

    assert order_statistic(ordered, 0.4) == 2
    assert order_statistic(ordered, 0.3) == pytest.approx(1 + at)
    assert (order_statistic(ordered, 0.001), order_statistic(ordered, 0.999)) == (1, 8)


@quick
@given(FREE)
def test_influence_sums_to_nothing_for_means(d):
    assert sum(influence(d, "mean")) == pytest.approx(0, abs=1e-9 * max(1, *map(abs, d)))


@quick
@given(FREE, st.sampled_from(["percentile", "bca"]), st.sampled_from([0.7, 0.9, 0.95]))
@example([0.0, *[1 / 64] * 4], "bca", 0.9)
@example([1 / 64, *[2 / 64] * 3], "bca", 0.9)
def test_an_interval_leaves_zero_out_where_its_p_value_is_small(d, method, confidence):
    assume(max(d) > min(d))
    boot = bootstrapped(d, "mean", 999, np.random.default_rng(10))
    tails, limits = p_value(boot, method), intervals(boot, confidence)[method]
    assume(tails and limits)
    assume(
        not beyond_replicates(boot, method, confidence)
    )  # p is no smaller than the resamples can show
    low, high = limits
    assume(min(abs(low), abs(high)) > 0.02 * (high - low))  # between two replicates both are right

    assert (2 * min(tails) < 1 - confidence) == (not low <= 0 <= high)


@quick
@given(FREE)
def test_intervals_move_and_scale_with_the_data(d):
    assume(max(d) > min(d))
    plain, moved = (
        intervals(bootstrapped(values, "mean", 999, np.random.default_rng(11)))
        for values in (d, [8 * value + 1 for value in d])
    )

    for name, limits in plain.items():
        if limits and moved[name]:
            assert moved[name] == pytest.approx(
                [8 * limit + 1 for limit in limits], rel=1e-6, abs=1e-6
            )


@quick
@given(
    TIED.filter(lambda d: len(d) > 2), st.integers(0, 2**32), st.sampled_from(["mean", "median"])
)
@example([0.0, 0.25, 0.25, 0.25, 0.25], 0, "mean")
def test_turned_signs_turn_the_intervals(d, seed, statistic):
    """Which arm is subtracted from which must not matter.

    It would, if ties counted as below, or as above.
    """
    assume(max(d) > min(d))
    drawn_values = np.random.default_rng(seed).choice(d, (499, len(d)))
    replicates = getattr(np, statistic)(drawn_values, axis=1)
    one, other = (
        of_sample([sign * value for value in d], statistic, sign * replicates) for sign in (1, -1)
    )
    limits, turned = intervals(one), intervals(other)

    for name, pair in limits.items():
        assert (pair is None) == (turned[name] is None)
        assert pair is None or pair == pytest.approx((-turned[name][1], -turned[name][0]), abs=1e-9)


@quick
@given(
    TIED.filter(lambda d: len(d) > 2), st.integers(0, 2**32), st.sampled_from(["mean", "median"])
)
@example([0.0, 0.25, 0.25, 0.25, 0.25], 0, "mean")
def test_the_correction_of_ties_is_that_of_scipy(d, seed, statistic):
    """Half of them count as below the estimate.

    As in `scipy.stats.bootstrap`, which takes this mean of percentiles.
    """
    assume(max(d) > min(d))
    replicates = getattr(np, statistic)(
        np.random.default_rng(seed).choice(d, (999, len(d))), axis=1
    )
    boot = of_sample(d, statistic, replicates)
    assume(boot.z0 is not None and boot.acceleration is not None)
    # SciPy compares without a tolerance: on the grid that the data are on, equal means are equal
    # bits.
    units = len(d) * 8
    whole, estimate = np.round(replicates * units), round(boot.estimate * units)

    assert boot.z0 == pytest.approx(
        ndtri(stats.percentileofscore(whole, estimate, "mean") / 100), abs=1e-12
    )


def test_the_limits_are_those_of_scipy():
    """Counts, whose sums tie.

    SciPy's own resampling and BCa against ours, both drawn 20,000 times.
    """
    d = [0.0, 0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 1.0, 0.0]
    found = intervals(bootstrapped(d, "mean", 20_000, np.random.default_rng(21)), 0.9)["bca"]
    theirs = stats.bootstrap(
        (d,),
        lambda x, axis: x.sum(axis=axis),
        n_resamples=20_000,
        confidence_level=0.9,
        method="BCa",
        rng=np.random.default_rng(22),
    ).confidence_interval

    assert found == pytest.approx((theirs.low / 12, theirs.high / 12), abs=1.01 / 12)


def test_one_sided_replicates_have_no_correction():
    boot = of_sample([1.0, 2.0, 3.0], "mean", [2.25, 2.5, 3.0])

    assert boot.z0 is None
    assert intervals(boot)["bca"] is None
    assert p_value(boot, "bca") is None


def test_the_standard_error_of_a_drawn_p_value_is_binomial():
    found = drawn([1.0, -0.5, 2.0, 0.25], 99, np.random.default_rng(1))

    assert found.std_error("less") == pytest.approx(sqrt(found.less * (1 - found.less) / 99))
    assert exact([1.0, 2.0]).std_error("less") is None


def test_no_p_value_is_smaller_than_resamples_can_show():
    boot = bootstrapped([5.0, 6.0, 7.5, 5.5, 9.0], "mean", 999, np.random.default_rng(12))

    assert min(p_value(boot, "bca")) == min(p_value(boot, "percentile")) == pytest.approx(1 / 1000)
