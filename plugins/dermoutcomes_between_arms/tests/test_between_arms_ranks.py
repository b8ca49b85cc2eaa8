"""Rank tests of two arms.

Exact values against full enumeration, intervals against their definition.
"""

from __future__ import annotations

from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermoutcomes.stats import with_ties
from dermoutcomes.testing import random_examples
from dermoutcomes_between_arms.hodges_lehmann import by_moses, by_order, by_root, quantile
from dermoutcomes_between_arms.kruskal import adjusted, dunn, kruskal_wallis
from dermoutcomes_between_arms.rank_sums import (
    distribution,
    doubled_ranks,
    exact_p,
    normal_p,
    rank_sums,
)

quick = settings(deadline=None, max_examples=random_examples(30))
GRADES = st.lists(st.integers(0, 4).map(float), min_size=1, max_size=6)
VALUES = st.lists(st.integers(-999, 999).map(lambda i: i / 8), min_size=2, max_size=9)


def counted(x, y):
    """W of every way to divide the values into two groups of these sizes, pair by pair."""
    every = [*x, *y]
    for chosen in combinations(range(len(every)), len(x)):
        rest = [every[i] for i in range(len(every)) if i not in chosen]
        yield sum((every[i] > b) + 0.5 * (every[i] == b) for i, b in product(chosen, rest))


def by_enumeration(x, y, tail):
    """The share of all divisions whose W is as extreme as the observed one, or more."""
    observed, middle = sum((a > b) + 0.5 * (a == b) for a, b in product(x, y)), len(x) * len(y) / 2
    extreme = {
        "greater": lambda w: w >= observed,
        "less": lambda w: w <= observed,
        "two-sided": lambda w: abs(w - middle) >= abs(observed - middle),
    }
    return sum(map(extreme[tail], counted(x, y))) / comb(len(x) + len(y), len(x))


@quick
@given(GRADES, GRADES, st.sampled_from(["two-sided", "greater", "less"]))
def test_exact_values_with_ties_are_those_of_full_enumeration(x, y, tail):
    assert exact_p(rank_sums(x, y), tail) == pytest.approx(by_enumeration(x, y, tail), rel=1e-12)


@quick
@given(VALUES, VALUES)
def test_the_variance_with_ties_is_that_of_full_enumeration(x, y):
    assume(len(x) + len(y) <= 10)
    ranks, every = rank_sums(x, y), np.array(list(counted(x, y)))

    assert ranks.mean == pytest.approx(every.mean())
    assert ranks.variance == pytest.approx(every.var())


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 7), (3, 4), (6, 6), (25, 31)])
def test_probabilities_of_untied_ranks_are_counts_of_arrangements(m, n):
    found = distribution(doubled_ranks(np.arange(m + n)), m)
    shifted = found.probability
    cumulative = np.cumsum(shifted)

    assert (found.lowest, found.step, len(shifted)) == (m * (m + 1), 2, m * n + 1)
    assert cumulative[-1] == pytest.approx(1)
    assert shifted[0] == pytest.approx(1 / comb(m + n, m), rel=1e-12)
    for probability in (0.025, 0.05, 0.2):
        assert quantile(probability, m, n) == int(np.searchsorted(cumulative, probability - 1e-13))


def test_many_subjects_neither_overflow_nor_cancel():
    x, y = np.arange(0, 300, 1.5), np.arange(0.25, 300.25, 1.5)
    ranks = rank_sums(list(x), list(y))

    assert exact_p(ranks) == pytest.approx(normal_p(ranks)[1], rel=1e-3)
    assert quantile(0.025, 500, 500) == pytest.approx(quantile(0.025, 501, 500), rel=3e-3)


@quick
@given(VALUES, VALUES)
def test_swapped_groups_turn_the_shift_and_keep_the_p_value(x, y):
    one, other = rank_sums(x, y), rank_sums(y, x)

    assert one.u + other.u == len(x) * len(y)
    assert exact_p(one) == pytest.approx(exact_p(other), rel=1e-10)
    assert exact_p(one, "greater") == pytest.approx(exact_p(other, "less"), rel=1e-10)
    assert by_order(x, y).estimate == -by_order(y, x).estimate
    assert by_order(x, y).conf_low == -by_order(y, x).conf_high


@quick
@given(VALUES, VALUES)
def test_intervals_cover_their_estimates(x, y):
    for shift in (by_order(x, y), by_moses(x, y)):
        assert shift.conf_low <= shift.estimate <= shift.conf_high
    assume(len(set(x)) > 1 or len(set(y)) > 1)
    root = by_root(x, y)
    assert root.conf_low - 1e-9 <= root.estimate <= root.conf_high + 1e-9


@quick
@given(VALUES, VALUES, st.sampled_from([0.125, 1024.0]))
def test_units_and_order_do_not_matter(x, y, factor):
    scaled = rank_sums([v * factor for v in x[::-1]], [v * factor for v in y[::-1]])

    assert exact_p(scaled) == exact_p(rank_sums(x, y))
    assert (
        by_order([v * factor for v in x], [v * factor for v in y]).estimate
        == by_order(x, y).estimate * factor
    )


def test_the_interval_is_the_shifts_that_the_exact_test_does_not_reject():
    rng = np.random.default_rng(7)
    x, y = rng.normal(0.8, 1, 9), rng.normal(0, 1, 8)
    shift = by_order(list(x), list(y))
    kept = [
        exact_p(rank_sums(list(x - by), list(y))) > 0.05
        for by in (
            shift.conf_low - 1e-6,
            shift.conf_low + 1e-6,
            shift.conf_high - 1e-6,
            shift.conf_high + 1e-6,
        )
    ]

    assert kept == [False, True, True, False]


def test_a_level_that_few_subjects_cannot_reach_is_said():
    assert by_order([1.0, 2.0], [3.0, 5.0]).level == pytest.approx(1 - 2 / 6)
    assert by_order([1.0, 2.0], [3.0, 5.0])[:3] == (-2.5, -4.0, -1.0)


def test_noise_does_not_break_a_tie():
    assert doubled_ranks(with_ties([0.1 + 0.2, 0.3, 0.4])).tolist() == [3, 3, 6]
    assert doubled_ranks(with_ties([3e-12, 2e-12])).tolist() == [4, 2]
    assert by_order([0.1 + 0.2, 0.5], [0.3, 0.3]).conf_low == 0
    assert with_ties([1 / 3, 1e-9]).tolist() == [1 / 3, 1e-9]
    assert with_ties([]).tolist() == []


def test_equal_values_have_no_z():
    with pytest.raises(ValueError, match="equal"):
        normal_p(rank_sums([1.0, 1.0], [1.0]))
    with pytest.raises(ValueError, match="equal"):
        by_root([1.0, 1.0], [2.0])


@quick
@given(VALUES, VALUES)
def test_two_groups_by_kruskal_are_two_groups_by_ranks(x, y):
    assume(len({*x, *y}) > 1)
    overall, (z, p) = kruskal_wallis({"x": x, "y": y}), normal_p(rank_sums(x, y), continuity=False)

    assert overall.statistic == pytest.approx(z**2, rel=1e-9, abs=1e-12)
    assert dunn(overall, "x", "y").statistic == pytest.approx(z, rel=1e-9, abs=1e-9)
    assert dunn(overall, "x", "y").p_value == pytest.approx(p, rel=1e-8)


def test_adjusted_p_values_are_those_of_their_definitions():
    p = [0.01, 0.04, 0.03]

    assert adjusted(p, "none") == p
    assert adjusted(p, "bonferroni") == pytest.approx([0.03, 0.12, 0.09])
    assert adjusted(p, "sidak") == pytest.approx([1 - 0.99**3, 1 - 0.96**3, 1 - 0.97**3])
    assert adjusted(p, "holm") == pytest.approx([0.03, 0.06, 0.06])
    assert adjusted(p, "hochberg") == pytest.approx([0.03, 0.04, 0.04])
    assert adjusted(p, "bh") == pytest.approx([0.03, 0.04, 0.04])
