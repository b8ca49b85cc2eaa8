"""Standardised effects of pairs.

None of them is Cohen's d of two groups, and none replaces the difference in its own unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, fsum, sqrt, tanh
from typing import NamedTuple

from dermoutcomes_paired.mean_difference import mean_and_sd
from dermoutcomes_paired.signed_ranks import signed_ranks

__all__ = [
    "Effect",
    "correlation",
    "d_av",
    "d_baseline",
    "d_rm",
    "d_z",
    "g_baseline",
    "hedges_g",
    "rank_biserial",
]


class Effect(NamedTuple):
    """An estimate, its large-sample standard error and its interval.

    None where the method gives none.
    """

    estimate: float
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None


def d_z(differences: Sequence[float], confidence: float = 0.95) -> Effect:
    """Mean over SD of the differences.

    The interval inverts the noncentral t distribution of sqrt(n) d_z.
    """
    from dermoutcomes.stats import noncentrality_limits

    mean, sd = mean_and_sd(differences)
    n, estimate = len(differences), mean / sd
    low, high = noncentrality_limits(estimate * sqrt(n), n - 1, confidence)
    std_error = sqrt(1 / n + estimate**2 / (2 * n))
    return Effect(estimate, std_error, low / sqrt(n), high / sqrt(n))


def hedges_g(differences: Sequence[float], confidence: float = 0.95) -> Effect:
    """d_z and its interval times Hedges' exact small-sample factor.

    Standard error sqrt(1/n + g²/2n).
    """
    from dermoutcomes.stats import hedges_factor

    n, raw = len(differences), d_z(differences, confidence)
    j = hedges_factor(n - 1)
    assert raw.conf_low is not None
    assert raw.conf_high is not None
    g = raw.estimate * j
    return Effect(g, sqrt(1 / n + g**2 / (2 * n)), raw.conf_low * j, raw.conf_high * j)


def d_av(first: Sequence[float], second: Sequence[float]) -> float:
    """Mean difference over the mean of the two standard deviations."""
    (mean_first, sd_first), (mean_second, sd_second) = mean_and_sd(first), mean_and_sd(second)
    return (mean_first - mean_second) / ((sd_first + sd_second) / 2)


def d_rm(first: Sequence[float], second: Sequence[float]) -> float:
    """d_z · sqrt(2 (1 - r)): in units of a standard deviation of values, not of differences."""
    mean, sd = mean_and_sd([a - b for a, b in zip(first, second, strict=True)])
    return mean / sd * sqrt(2 * (1 - correlation(first, second)))


def d_baseline(first: Sequence[float], second: Sequence[float]) -> float:
    """Mean difference over the standard deviation of the second values.

    Glass's delta, where those are the baseline.
    """
    (mean_first, _), (mean_second, sd) = mean_and_sd(first), mean_and_sd(second)
    return (mean_first - mean_second) / sd


def g_baseline(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Effect:
    """d_baseline with Hedges' exact factor.

    Its normal interval and Becker's standard error sqrt(2 (1 - r) / n + g² / 2n).
    """
    from dermoutcomes.stats import critical_value, hedges_factor

    n = len(first)
    g = hedges_factor(n - 1) * d_baseline(first, second)
    std_error = sqrt(2 * (1 - correlation(first, second)) / n + g**2 / (2 * n))
    half_width = critical_value(confidence) * std_error
    return Effect(g, std_error, g - half_width, g + half_width)


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's r; ValueError where one of the two does not vary."""
    (mean_a, sd_a), (mean_b, sd_b) = mean_and_sd(first), mean_and_sd(second)
    if not sd_a or not sd_b:
        raise ValueError("one of the two does not vary")
    covariance = fsum((a - mean_a) * (b - mean_b) for a, b in zip(first, second, strict=True)) / (
        len(first) - 1
    )
    return max(-1.0, min(1.0, covariance / (sd_a * sd_b)))


def rank_biserial(differences: Sequence[float], confidence: float = 0.95) -> Effect:
    """(W+ - W-) / (W+ + W-), zeros dropped, with an interval on Fisher's z.

    None where all signs are the same.

    The standard error on that scale is sqrt((2n³ + 3n² + n) / 6) / ((n² + n) / 2), the null one of
    the rank sum. Raises ValueError where no difference is left.
    """
    from dermoutcomes.stats import critical_value

    ranks = signed_ranks(differences)
    if not ranks.n:
        raise ValueError("all differences are zero")
    n, estimate = ranks.n, (ranks.w_plus - ranks.w_minus) / (ranks.w_plus + ranks.w_minus)
    if abs(estimate) == 1:
        return Effect(estimate)
    half_width = critical_value(confidence) * sqrt((2 * n**3 + 3 * n**2 + n) / 6) / ((n**2 + n) / 2)
    return Effect(
        estimate, None, tanh(atanh(estimate) - half_width), tanh(atanh(estimate) + half_width)
    )
