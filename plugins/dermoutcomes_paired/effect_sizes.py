"""Standardised effects of pairs. None of them is Cohen's d of two groups, and none replaces the difference in its own unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import atanh, exp, fsum, lgamma, log, sqrt, tanh
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
    "hedges_factor",
    "hedges_g",
    "rank_biserial",
]

# Beyond it the noncentral t of SciPy is slow, then no number.
FAR = 1e5


class Effect(NamedTuple):
    """An estimate, its large-sample standard error and its interval; None where the method gives none."""

    estimate: float
    std_error: float | None = None
    conf_low: float | None = None
    conf_high: float | None = None


def d_z(differences: Sequence[float], confidence: float = 0.95) -> Effect:
    """Mean over SD of the differences; the interval inverts the noncentral t distribution of sqrt(n) d_z."""
    mean, sd = mean_and_sd(differences)
    n, estimate = len(differences), mean / sd
    low, high = (
        _noncentrality(estimate * sqrt(n), n - 1, (1 + side * confidence) / 2) / sqrt(n)
        for side in (1, -1)
    )
    return Effect(estimate, sqrt(1 / n + estimate**2 / (2 * n)), low, high)


def hedges_g(differences: Sequence[float], confidence: float = 0.95) -> Effect:
    """d_z and its interval times Hedges' exact small-sample factor; standard error sqrt(1/n + g²/2n)."""
    n, raw = len(differences), d_z(differences, confidence)
    j = hedges_factor(n - 1)
    assert raw.conf_low is not None
    assert raw.conf_high is not None
    g = raw.estimate * j
    return Effect(g, sqrt(1 / n + g**2 / (2 * n)), raw.conf_low * j, raw.conf_high * j)


def hedges_factor(df: int) -> float:
    """Γ(df/2) / (sqrt(df/2) Γ((df - 1)/2)); 0 at one degree of freedom, where the bias has no bound."""
    return exp(lgamma(df / 2) - log(sqrt(df / 2)) - lgamma((df - 1) / 2)) if df > 1 else 0.0


def d_av(first: Sequence[float], second: Sequence[float]) -> float:
    """Mean difference over the mean of the two standard deviations."""
    (mean_first, sd_first), (mean_second, sd_second) = mean_and_sd(first), mean_and_sd(second)
    return (mean_first - mean_second) / ((sd_first + sd_second) / 2)


def d_rm(first: Sequence[float], second: Sequence[float]) -> float:
    """d_z · sqrt(2 (1 - r)): in units of a standard deviation of values, not of differences."""
    mean, sd = mean_and_sd([a - b for a, b in zip(first, second, strict=True)])
    return mean / sd * sqrt(2 * (1 - correlation(first, second)))


def d_baseline(first: Sequence[float], second: Sequence[float]) -> float:
    """Mean difference over the standard deviation of the second values: Glass's delta, where those are the baseline."""
    (mean_first, _), (mean_second, sd) = mean_and_sd(first), mean_and_sd(second)
    return (mean_first - mean_second) / sd


def g_baseline(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Effect:
    """d_baseline with Hedges' exact factor, its normal interval and Becker's standard error sqrt(2 (1 - r) / n + g² / 2n)."""
    from scipy.special import ndtri

    n = len(first)
    g = hedges_factor(n - 1) * d_baseline(first, second)
    std_error = sqrt(2 * (1 - correlation(first, second)) / n + g**2 / (2 * n))
    reach = float(ndtri((1 + confidence) / 2)) * std_error
    return Effect(g, std_error, g - reach, g + reach)


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's r; ValueError where one of the two does not vary."""
    (mean_a, sd_a), (mean_b, sd_b) = mean_and_sd(first), mean_and_sd(second)
    if not sd_a or not sd_b:
        raise ValueError("one of the two does not vary")
    together = fsum((a - mean_a) * (b - mean_b) for a, b in zip(first, second, strict=True)) / (
        len(first) - 1
    )
    return max(-1.0, min(1.0, together / (sd_a * sd_b)))


def rank_biserial(differences: Sequence[float], confidence: float = 0.95) -> Effect:
    """(W+ - W-) / (W+ + W-), zeros dropped, with an interval on Fisher's z; none where all signs are the same.

    The standard error on that scale is sqrt((2n³ + 3n² + n) / 6) / ((n² + n) / 2), the null one of the rank sum. Raises ValueError
    where no difference is left.
    """
    from scipy.special import ndtri

    ranks = signed_ranks(differences)
    if not ranks.n:
        raise ValueError("all differences are zero")
    n, estimate = ranks.n, (ranks.w_plus - ranks.w_minus) / (ranks.w_plus + ranks.w_minus)
    if abs(estimate) == 1:
        return Effect(estimate)
    reach = (
        float(ndtri((1 + confidence) / 2)) * sqrt((2 * n**3 + 3 * n**2 + n) / 6) / ((n**2 + n) / 2)
    )
    return Effect(estimate, None, tanh(atanh(estimate) - reach), tanh(atanh(estimate) + reach))


@lru_cache(maxsize=64)  # d_z and g are asked for in turn
def _noncentrality(t: float, df: int, probability: float) -> float:
    """The noncentrality at which a noncentral t falls below `t` with that probability (it falls as the noncentrality grows).

    For t without end the normal deviate is nothing beside it, and the root of a mean chi-square alone decides.
    """
    from scipy.special import nctdtr
    from scipy.stats import chi2

    if abs(t) > FAR:
        return t * sqrt(
            float(chi2.isf(probability, df) if t > 0 else chi2.ppf(probability, df)) / df
        )
    reach = 10 + 10 * abs(t)
    return _halved(lambda centre: float(nctdtr(df, centre, t)) > probability, t - reach, t + reach)


def _halved(too_low: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return (low + high) / 2
