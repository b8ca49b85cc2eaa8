"""Standardised differences of two groups, and the rank-biserial correlation."""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, sqrt, tanh
from typing import NamedTuple

from dermoutcomes_between_arms.rank_sums import rank_sums
from dermoutcomes_between_arms.two_means import group_of

__all__ = ["Effect", "cohen_d", "glass_delta", "hedges_g", "rank_biserial", "unbiased_variance"]


class Effect(NamedTuple):
    """An estimate, its standard error where there is one, and its interval."""

    estimate: float
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None


def cohen_d(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Effect:
    """Difference of means over the pooled standard deviation.

    With the interval of the noncentral t distribution.

    Raises ValueError for a group of fewer than two, or where neither group varies.
    """
    first_group, second_group = group_of(first), group_of(second)
    df = first_group.n + second_group.n - 2
    sd = sqrt(
        ((first_group.n - 1) * first_group.variance + (second_group.n - 1) * second_group.variance)
        / df
    )
    if sd <= 1e-14 * max(abs(first_group.mean), abs(second_group.mean)):
        raise ValueError("neither group varies")
    return _noncentral(
        (first_group.mean - second_group.mean) / sd,
        sqrt(1 / first_group.n + 1 / second_group.n),
        df,
        confidence,
    )


def glass_delta(
    first: Sequence[float], second: Sequence[float], confidence: float = 0.95
) -> Effect:
    """Difference of means over the second group's standard deviation.

    The noncentral t interval takes variances as equal.
    """
    first_group, second_group = group_of(first), group_of(second)
    sd = sqrt(second_group.variance)
    if sd <= 1e-14 * max(abs(first_group.mean), abs(second_group.mean)):
        raise ValueError("the second group does not vary")
    return _noncentral(
        (first_group.mean - second_group.mean) / sd,
        sqrt(1 / first_group.n + 1 / second_group.n),
        second_group.n - 1,
        confidence,
    )


def hedges_g(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Effect:
    """Cohen's d times the exact small-sample factor, limits too.

    Standard error sqrt(1/m + 1/n + g² / (2 (m + n))).
    """
    from dermoutcomes.stats import hedges_factor

    d, m, n = cohen_d(first, second, confidence), len(first), len(second)
    j = hedges_factor(m + n - 2)
    g = d.estimate * j
    low, high = ((None if limit is None else limit * j) for limit in (d.conf_low, d.conf_high))
    return Effect(g, sqrt(1 / m + 1 / n + g**2 / (2 * (m + n))), low, high)


def unbiased_variance(g: float, m: int, n: int) -> float:
    """The unbiased estimate of the variance of Hedges' g (Viechtbauer 2007)."""
    from dermoutcomes.stats import hedges_factor

    df = m + n - 2
    return 1 / m + 1 / n + (1 - (df - 2) / (df * hedges_factor(df) ** 2)) * g**2


def rank_biserial(
    first: Sequence[float], second: Sequence[float], confidence: float = 0.95
) -> Effect:
    """Cliff's delta: P(first > second) - P(first < second), with an interval on Fisher's z.

    None at -1 or 1.

    The standard error on that scale is sqrt((m + n + 1) / (3 m n)), the null one without ties.
    """
    from dermoutcomes.stats import critical_value

    ranks, m, n = rank_sums(first, second), len(first), len(second)
    estimate = 2 * ranks.u / (m * n) - 1
    if abs(estimate) == 1:
        return Effect(estimate)
    half_width = critical_value(confidence) * sqrt((m + n + 1) / (3 * m * n))
    return Effect(
        estimate, None, tanh(atanh(estimate) - half_width), tanh(atanh(estimate) + half_width)
    )


def _noncentral(estimate: float, scale: float, df: int, confidence: float) -> Effect:
    """The estimate with its limits by a noncentral t distribution.

    They are where its t would lie at the edges of that distribution.
    """
    from dermoutcomes.stats import noncentrality_limits

    low, high = noncentrality_limits(estimate / scale, df, confidence)
    return Effect(estimate, None, low * scale, high * scale)
