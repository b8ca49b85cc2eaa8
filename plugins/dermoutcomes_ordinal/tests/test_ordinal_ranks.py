"""Rank sums, placements and square tables against counting by hand."""

from __future__ import annotations

from itertools import combinations, product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermoutcomes.testing import random_examples
from dermoutcomes_ordinal.placements import Stratum, placements, probability, strata_of
from dermoutcomes_ordinal.rank_sums import overall, rank_sums
from dermoutcomes_ordinal.square_tables import bowker, square_table, stuart_maxwell

GRADES = st.lists(st.integers(0, 4).map(float), min_size=2, max_size=8)
STRATA = st.lists(st.tuples(GRADES, GRADES), min_size=1, max_size=3)


def rank_sum(first: tuple[float, ...], everybody: list[float]) -> float:
    """Mid-ranks added up, less their expectation, by counting."""
    n = len(everybody)
    return sum(
        sum(other < one for other in everybody)
        + (sum(other == one for other in everybody) + 1) / 2
        - (n + 1) / 2
        for one in first
    )


@settings(deadline=None, max_examples=random_examples(15))
@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 3).map(float), min_size=2, max_size=4),
            st.lists(st.integers(0, 3).map(float), min_size=1, max_size=3),
        ),
        min_size=1,
        max_size=2,
    )
)
def test_variance_is_that_of_all_allocations(strata: list[tuple[list[float], list[float]]]) -> None:
    """Every way to choose the first group within the strata, equally likely.

    The mean is 0, the variance the one that is used.
    """
    found = rank_sums(strata)
    ways = [
        [
            rank_sum(chosen, first + second) / (len(first + second) + 1)
            for chosen in combinations(first + second, len(first))
        ]
        for first, second in strata
    ]
    values = [sum(parts) for parts in product(*ways)]

    assert float(np.mean(values)) == pytest.approx(0, abs=1e-12)
    assert float(np.var(values)) == pytest.approx(float(found.covariance[0, 0]), abs=1e-12)
    assert float(found.difference[0]) == pytest.approx(
        sum(
            rank_sum(tuple(first), first + second) / (len(first + second) + 1)
            for first, second in strata
        ),
        abs=1e-12,
    )


@settings(deadline=None, max_examples=random_examples(25))
@given(STRATA)
def test_rank_sums_are_weighted_probabilities(
    strata: list[tuple[list[float], list[float]]],
) -> None:
    used = [Stratum(np.sort(first), np.sort(second)) for first, second in strata]
    weights = [
        one.first.size * one.second.size / (one.first.size + one.second.size + 1) for one in used
    ]
    found = probability(used, weights)

    assert float(rank_sums(strata).difference[0]) == pytest.approx(
        sum(weights) * (found.estimate - 0.5), abs=1e-10
    )


@settings(deadline=None, max_examples=random_examples(25))
@given(GRADES, GRADES)
def test_one_stratum_is_brunner_and_munzel(first: list[float], second: list[float]) -> None:
    from scipy.stats import brunnermunzel

    found = probability([Stratum(np.sort(first), np.sort(second))])
    assert found.variance is not None
    if found.variance > 0 and found.df is not None:
        reference = brunnermunzel(second, first)

        assert (found.estimate - 0.5) / sqrt(found.variance) == pytest.approx(
            float(reference.statistic), rel=1e-9, abs=1e-12
        )


@settings(deadline=None, max_examples=random_examples(25))
@given(GRADES, GRADES)
def test_placements_count_pairs(first: list[float], second: list[float]) -> None:
    pairs = [(a > b) + (a == b) / 2 for a in first for b in second]

    assert float(placements(np.sort(first), np.sort(second)).mean()) == pytest.approx(
        sum(pairs) / len(pairs), abs=1e-12
    )
    assert probability([Stratum(np.sort(first), np.sort(second))]).estimate == pytest.approx(
        1 - probability([Stratum(np.sort(second), np.sort(first))]).estimate, abs=1e-12
    )


def test_one_stratum_is_the_rank_sum_test_with_ties() -> None:
    from scipy.stats import mannwhitneyu

    first, second = [0.0, 1, 1, 2, 3, 3, 4], [1.0, 2, 2, 3, 4, 4, 4, 4]
    test = overall(rank_sums([(first, second)]))

    assert test is not None
    assert test.p_value == pytest.approx(
        mannwhitneyu(first, second, use_continuity=False, method="asymptotic").pvalue, rel=1e-10
    )


def test_strata_that_cannot_tell_add_nothing() -> None:
    strata = [([1.0, 2.0], [3.0, 1.0])]

    assert overall(rank_sums([*strata, ([2.0], []), ([1.0, 1.0], [1.0])])) == pytest.approx(
        overall(rank_sums(strata))
    )
    assert overall(rank_sums([([1.0, 1.0], [1.0])])) is None
    with pytest.raises(ValueError, match="no stratum"):
        probability(strata_of([1.0], [2.0], ["a"], ["b"]))


def test_noise_does_not_break_a_tie() -> None:
    (stratum,) = strata_of([0.1 + 0.2, 0.5], [0.3], ["", ""], [""])

    assert placements(stratum.first, stratum.second).tolist() == [0.5, 1.0]


def test_margins_and_symmetry_of_a_published_table() -> None:
    """Stuart 1955: unaided vision of the right and left eye of 7477 women.

    11.96 on 3 (margins) and 19.11 on 6 (symmetry).
    """
    counts = np.array(
        [[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]],
        dtype=float,
    )

    assert stuart_maxwell(counts) == pytest.approx((11.957, 3, 0.007533), abs=5e-4)
    assert bowker(counts) == pytest.approx((19.107, 6, 0.004004), abs=5e-4)


@settings(deadline=None, max_examples=random_examples(25))
@given(
    st.lists(
        st.tuples(st.integers(0, 2).map(float), st.integers(0, 2).map(float)),
        min_size=1,
        max_size=30,
    )
)
def test_two_categories_are_mcnemars_test(pairs: list[tuple[float, float]]) -> None:
    binary = [(min(a, 1.0), min(b, 1.0)) for a, b in pairs]
    up, down = sum(a < b for a, b in binary), sum(a > b for a, b in binary)
    tests = [
        test(square_table(*map(list, zip(*binary, strict=True))))
        for test in (stuart_maxwell, bowker)
    ]

    if up + down:
        assert all(
            test is not None
            and test.statistic == pytest.approx((up - down) ** 2 / (up + down), abs=1e-9)
            and test.df == 1
            for test in tests
        )
    else:
        assert tests == [None, None]
