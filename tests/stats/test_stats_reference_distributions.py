"""Quantiles and p-values of an estimate over its standard error, against SciPy's distributions."""

from __future__ import annotations

import pytest
from scipy.stats import chi2, norm
from scipy.stats import t as student

from dermoutcomes.stats import (
    chi_square_test,
    corrected_z,
    critical_value,
    tail_probability,
    wald_interval,
)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("df", [1, 4.7, 300])
def test_critical_values_are_quantiles_of_both_distributions(confidence, df):
    assert critical_value(confidence) == pytest.approx(norm.isf((1 - confidence) / 2), rel=1e-12)
    assert critical_value(confidence, df) == pytest.approx(
        student.isf((1 - confidence) / 2, df), rel=1e-10
    )


def test_printed_critical_values():
    # Student's t and normal tables, e.g. Altman DG. Practical statistics for medical research. 1991, tables B2 and B4.
    assert critical_value(0.95) == pytest.approx(1.960, abs=5e-4)
    assert critical_value(0.95, 10) == pytest.approx(2.228, abs=5e-4)
    assert critical_value(0.99, 5) == pytest.approx(4.032, abs=5e-4)


@pytest.mark.parametrize("statistic", [-12.0, -1.3, 0.0, 2.5, 37.0])
def test_tails_of_z_and_t(statistic):
    for df, distribution in ((None, norm), (7.5, student(7.5))):
        above, below = distribution.sf(statistic), distribution.cdf(statistic)

        assert tail_probability(statistic, "greater", df) == pytest.approx(above, rel=1e-9)
        assert tail_probability(statistic, "less", df) == pytest.approx(below, rel=1e-9)
        assert tail_probability(statistic, df=df) == pytest.approx(2 * min(above, below), rel=1e-9)


def test_a_small_upper_tail_keeps_its_digits():
    assert 0 < tail_probability(37.0, "greater") < 1e-290


def test_the_interval_of_a_mean_is_that_of_a_t_test():
    from scipy.stats import ttest_1samp

    values = [2.1, 3.4, 1.9, 4.4, 2.8]
    test = ttest_1samp(values, 0)
    mean = sum(values) / 5
    limits = test.confidence_interval(0.9)

    assert wald_interval(mean, mean / test.statistic, 0.9, test.df) == pytest.approx(
        (limits.low, limits.high), rel=1e-12
    )


@pytest.mark.parametrize("tail", ["two-sided", "greater", "less"])
def test_the_continuity_correction_is_that_of_a_rank_sum(tail):
    from scipy.stats import mannwhitneyu

    first, second = [1.1, 2.2, 5.0, 7.5, 9.1], [0.3, 1.9, 2.4, 4.4]
    test = mannwhitneyu(first, second, alternative=tail, method="asymptotic")
    z = corrected_z(test.statistic - 10, (5 * 4 * 10 / 12) ** 0.5, tail)

    assert tail_probability(z, tail) == pytest.approx(test.pvalue, rel=1e-12)


def test_at_its_expectation_a_statistic_is_not_moved():
    assert corrected_z(0, 2, "two-sided") == 0
    assert corrected_z(3, 2, "two-sided", 0) == 1.5


@pytest.mark.parametrize(("statistic", "df"), [(0.0, 1), (3.84, 1), (25.0, 7), (400.0, 3)])
def test_a_chi_square_has_the_upper_tail(statistic, df):
    test = chi_square_test(statistic, df)

    assert (test.statistic, test.df) == (statistic, df)
    assert test.p_value == pytest.approx(chi2.sf(statistic, df), rel=1e-10)


def test_a_chi_square_that_rounding_made_negative_rejects_nothing():
    assert chi_square_test(-1e-15, 2).p_value == 1
