"""Power of tests of proportions.

Against formulas, against the analysis's own p-values, and what cannot be assumed.
"""

from __future__ import annotations

from itertools import product

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from dermoutcomes import PlannedTest
from dermoutcomes.testing import random_examples
from dermoutcomes_proportions.counts import (
    binomial_p,
    chi_square,
    fisher_p,
    one_sample_score,
    yates,
)
from dermoutcomes_proportions.one_proportion import OneProportionOptions
from dermoutcomes_proportions.power import ONE_PROPORTION_POWER as ONE
from dermoutcomes_proportions.power import (
    OneShare,
    TwoShares,
    exact_power,
    one_proportion_power,
    two_proportions_power,
)
from dermoutcomes_proportions.risk_difference import RiskDifferenceOptions

quick = settings(deadline=None, max_examples=random_examples(20))
SHARE = st.floats(0.05, 0.95)
P_VALUES = {
    "chi_square": lambda x, n, tail: chi_square(x, n, tail)[1],
    "chi_square_yates": lambda x, n, tail: yates(x, n, tail)[1],
    "fisher_exact": fisher_p,
}


def asked(test="chi_square", sided=2):
    return PlannedTest(0.05, sided, RiskDifferenceOptions(test=test), groups=2)


@quick
@given(
    SHARE,
    SHARE,
    st.integers(2, 9),
    st.integers(2, 9),
    st.sampled_from(sorted(P_VALUES)),
    st.sampled_from([1, 2]),
)
def test_exact_power_counts_the_tables_that_the_analysis_rejects(one, two, n1, n2, test, sided):
    first, second = max(one, two), min(one, two)
    if first == second:
        return
    tail = "greater" if sided == 1 else "two-sided"
    expected = sum(
        binom.pmf(x, n1, first) * binom.pmf(y, n2, second)
        for x, y in product(range(n1 + 1), range(n2 + 1))
        if P_VALUES[test]((x, y), (n1, n2), tail) <= 0.05
    )

    assert exact_power(
        (n1, n2), TwoShares(first, second, "exact"), asked(test, sided)
    ) == pytest.approx(expected, abs=1e-9)


def test_the_formula_is_near_the_exact_power():
    shares = TwoShares(0.3, 0.55)

    assert two_proportions_power((80, 80), shares, asked()) == pytest.approx(
        two_proportions_power((80, 80), evolve(shares, computation="exact"), asked()), abs=0.01
    )
    assert two_proportions_power(
        (80, 80), evolve(shares, computation="arcsine"), asked()
    ) == pytest.approx(two_proportions_power((80, 80), shares, asked()), abs=0.01)


@quick
@given(SHARE, SHARE, st.integers(5, 200), st.integers(5, 200))
def test_arms_can_be_exchanged(one, two, n1, n2):
    if one == two:
        return
    there = two_proportions_power((n1, n2), TwoShares(one, two), asked())
    assert 0 <= there <= 1
    assert two_proportions_power((n2, n1), TwoShares(two, one), asked()) == pytest.approx(
        there, abs=1e-12
    )


def test_corrected_tests_are_always_counted():
    shares = TwoShares(0.2, 0.6)

    assert two_proportions_power((20, 20), shares, asked("fisher_exact")) == exact_power(
        (20, 20), shares, asked("fisher_exact")
    )
    assert two_proportions_power((20, 20), shares, asked("fisher_exact")) < two_proportions_power(
        (20, 20), shares, asked()
    )


@quick
@given(SHARE, st.integers(1, 40), st.sampled_from(["exact", "score"]), st.sampled_from([1, 2]))
def test_one_proportion_counts_what_the_analysis_rejects(share, n, test, sided):
    tail = "greater" if sided == 1 else "two-sided"
    p = (
        (lambda x: binomial_p(x, n, 0.4, tail))
        if test == "exact"
        else lambda x: one_sample_score(x, n, 0.4, tail)[1]
    )
    expected = sum(binom.pmf(x, n, share) for x in range(n + 1) if p(x) <= 0.05)

    found = one_proportion_power(
        [n], OneShare(share), PlannedTest(0.05, sided, OneProportionOptions(null=0.4, test=test))
    )
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("share", "options", "words"),
    [
        (0.6, OneProportionOptions(), "tests against no proportion"),
        (0.5, OneProportionOptions(null=0.5), "does not refute"),
        (0.6, OneProportionOptions(null=0.0, test="score"), "no variance"),
    ],
)
def test_what_nothing_is_shown_against_is_refused(share, options, words):
    assert words in ONE.refuse(OneShare(share), PlannedTest(0.05, 2, options))[0]


def test_equal_shares_cannot_be_planned():
    with pytest.raises(ValueError, match="equal proportions"):
        TwoShares(0.3, 0.3)
