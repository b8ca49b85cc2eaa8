"""The arithmetic of pairs: against brute force, and in what must hold of any data."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermoutcomes.stats import clopper_pearson, hedges_factor, sign_test_p
from dermoutcomes.testing import random_examples
from dermoutcomes_paired.effect_sizes import d_z, hedges_g, rank_biserial
from dermoutcomes_paired.hodges_lehmann import by_order, by_root
from dermoutcomes_paired.mean_difference import mean_difference
from dermoutcomes_paired.signed_ranks import exact_p, normal_p, quantile, rounded, signed_ranks
from dermoutcomes_paired.signs import median_difference, signs

quick = settings(deadline=None, max_examples=random_examples(50))
# Few different values, so that ties and zeros are common; all are exact in binary.
TIED = st.lists(st.integers(-4, 4).map(lambda i: i / 4), min_size=2, max_size=9)
FREE = st.lists(st.integers(-4000, 4000).map(lambda i: i / 64), min_size=3, max_size=25)


def all_signs(ranks):
    """The positive rank sum, doubled, under every assignment of signs."""
    doubled = ranks.doubled.tolist()
    return [
        sum(rank for rank, plus in zip(doubled, flips, strict=True) if plus)
        for flips in product((False, True), repeat=len(doubled))
    ]


@quick
@given(TIED, st.sampled_from(["wilcox", "pratt"]))
def test_exact_is_all_sign_assignments_counted(d, zeros):
    ranks = signed_ranks(d, zeros)
    assume(ranks.n)
    sums, at = all_signs(ranks), 2 * ranks.w_plus
    greater, less = sum(s >= at for s in sums) / len(sums), sum(s <= at for s in sums) / len(sums)

    assert exact_p(ranks, "greater") == pytest.approx(greater, rel=1e-12)
    assert exact_p(ranks, "less") == pytest.approx(less, rel=1e-12)
    assert exact_p(ranks) == pytest.approx(min(1, 2 * min(greater, less)), rel=1e-12)


@quick
@given(TIED, st.sampled_from(["wilcox", "pratt"]))
def test_mean_and_variance_are_those_of_all_sign_assignments(d, zeros):
    ranks = signed_ranks(d, zeros)
    assume(ranks.n)
    sums = [value / 2 for value in all_signs(ranks)]
    mean = sum(sums) / len(sums)

    assert ranks.mean == pytest.approx(mean, rel=1e-12)
    assert ranks.variance == pytest.approx(
        sum((value - mean) ** 2 for value in sums) / len(sums), rel=1e-12
    )


@quick
@given(FREE)
def test_the_order_of_subjects_does_not_matter(d):
    assume(len(set(d) - {0.0}) > 1)

    for function in (
        mean_difference,
        by_order,
        by_root,
        median_difference,
        signs,
        d_z,
        rank_biserial,
    ):
        assert function(d[::-1]) == function(d)


@quick
@given(FREE, st.sampled_from([0.125, 8.0, 1024.0]))
def test_another_unit_scales_estimates_and_leaves_p_values(d, factor):
    assume(len(set(d)) > 1 and any(d))
    scaled = [value * factor for value in d]
    plain, other = mean_difference(d), mean_difference(scaled)

    assert (other.estimate, other.conf_low) == pytest.approx(
        (plain.estimate * factor, plain.conf_low * factor), rel=1e-12
    )
    assert other.p_value == pytest.approx(plain.p_value, rel=1e-12)
    assert exact_p(signed_ranks(scaled)) == exact_p(signed_ranks(d))
    assert by_order(scaled)[:3] == pytest.approx([value * factor for value in by_order(d)[:3]])
    assert d_z(scaled) == pytest.approx(d_z(d))


@quick
@given(FREE)
def test_turning_all_signs_turns_estimates_and_tails(d):
    assume(len(set(d)) > 1 and any(d))
    turned = [-value for value in d]

    assert mean_difference(turned).estimate == -mean_difference(d).estimate
    assert exact_p(signed_ranks(turned), "less") == pytest.approx(
        exact_p(signed_ranks(d), "greater"), rel=1e-12
    )
    assert by_order(turned).conf_low == -by_order(d).conf_high
    assert rank_biserial(turned).estimate == -rank_biserial(d).estimate
    assert median_difference(turned).estimate == -median_difference(d).estimate


@quick
@given(FREE, st.sampled_from([0.8, 0.95]))
def test_an_interval_holds_its_estimate(d, confidence):
    assume(len(set(d)) > 1 and any(d))
    intervals = [
        mean_difference(d, confidence),
        by_order(d, confidence),
        d_z(d, confidence),
        median_difference(d, confidence),
    ]
    intervals += [hedges_g(d, confidence), rank_biserial(d, confidence)]

    assert all(
        i.conf_low is None
        or (i.conf_low <= i.estimate + 1e-12 and i.estimate - 1e-12 <= i.conf_high)
        for i in intervals
    )


@quick
@given(FREE)
def test_p_values_lie_between_zero_and_one(d):
    ranks = signed_ranks(d)
    assume(ranks.n)

    assert all(
        0 <= p <= 1
        for tail in ("two-sided", "greater", "less")
        for p in (exact_p(ranks, tail), normal_p(ranks, tail)[1])
    )


@quick
@given(st.integers(0, 5), st.integers(0, 5))
def test_the_sign_test_counts_tosses(positive, negative):
    assume(positive + negative)
    tosses = [sum(flips) for flips in product((0, 1), repeat=positive + negative)]

    assert sign_test_p(positive, negative, "greater") == pytest.approx(
        sum(t >= positive for t in tosses) / len(tosses)
    )
    assert sign_test_p(positive, negative) == sign_test_p(negative, positive)


def test_the_interval_of_a_share_is_that_of_its_test():
    low, high = clopper_pearson(9, 10)

    assert (low > 0.5) == (sign_test_p(9, 1) < 0.05)
    assert clopper_pearson(0, 21) == (0.0, pytest.approx(0.1611, abs=5e-5))
    assert high < 1


def test_noise_does_not_break_a_tie():
    assert signed_ranks([0.3 - 0.1, 0.2, -0.2]).doubled.tolist() == [4, 4, 4]


def test_differences_in_a_small_unit_are_not_zero():
    assert signs([2e-12, -1e-12, 3e-12]) == (2, 1, 0)
    assert rounded([0.0, 0.0]).tolist() == [0.0, 0.0]


def test_pratt_ranks_zeros_and_wilcoxon_does_not():
    assert signed_ranks([0, 1, -2], "pratt").doubled.tolist() == [4, 6]
    assert signed_ranks([0, 1, -2], "wilcox").doubled.tolist() == [2, 4]


def test_large_samples_have_a_quantile_too():
    assert quantile(0.025, 501) == pytest.approx(quantile(0.025, 500) * (501 / 500) ** 2, rel=1e-3)


def test_a_level_that_few_pairs_cannot_reach_is_said():
    assert by_order([1.0, 2.0, 4.0]).level == 0.75
    assert by_root([1.0, 2.0, 4.0]).level < 0.95


def test_too_few_for_an_interval_of_a_median():
    assert median_difference([1, 2, 3, 4, 5]).conf_low is None
    assert median_difference([1, 2, 3, 4, 5, 6]).conf_low == 1


def test_equal_differences_have_no_t():
    with pytest.raises(ValueError, match="equal"):
        mean_difference([0.1, 0.1, 0.1])


def test_one_difference_has_no_t():
    with pytest.raises(ValueError, match="two"):
        mean_difference([0.1])


def test_a_rank_correlation_at_its_bound_has_no_interval():
    assert rank_biserial([1, 2, 3]) == (1.0, None, None, None)


def test_a_large_effect_has_limits():
    effect = d_z([10 + i / 100 for i in range(20)])

    assert 0 < effect.conf_low < effect.estimate < effect.conf_high


def test_the_small_sample_factor_nears_one():
    assert hedges_factor(1) == 0
    assert hedges_factor(2) == pytest.approx(0.5641895835)
    assert hedges_factor(10_000) == pytest.approx(1 - 3 / (4 * 10_000 - 1), rel=1e-8)
