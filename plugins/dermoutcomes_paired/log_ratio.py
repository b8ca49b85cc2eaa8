"""Ratios of geometric means: Student's t on logarithms, of pairs or of two arms."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, sqrt
from typing import NamedTuple

from dermoutcomes.stats import Tail
from dermoutcomes_paired.mean_difference import mean_and_sd, mean_difference

__all__ = ["LogRatio", "ratio_of_arms", "ratio_of_pairs"]


class LogRatio(NamedTuple):
    """The ratio and its interval; `std_error`, `statistic` and `df` belong to its logarithm."""

    estimate: float
    conf_low: float
    conf_high: float
    log_std_error: float
    statistic: float
    df: float
    p_value: float


def ratio_of_pairs(
    logs: Sequence[float], confidence: float = 0.95, tail: Tail = "two-sided"
) -> LogRatio:
    """Of differences of logarithms.

    Raises ValueError for fewer than two, or for differences that do not vary.
    """
    result = mean_difference(logs, confidence, tail)
    return LogRatio(
        exp(result.estimate),
        exp(result.conf_low),
        exp(result.conf_high),
        result.std_error,
        result.statistic,
        result.df,
        result.p_value,
    )


def ratio_of_arms(
    first: Sequence[float],
    second: Sequence[float],
    confidence: float = 0.95,
    tail: Tail = "two-sided",
    *,
    pooled: bool = False,
) -> LogRatio:
    """Of two arms' logarithms: Welch's t, or Student's with one variance.

    Raises ValueError where an arm has fewer than two, or none varies.
    """
    from dermoutcomes.stats import critical_value, tail_probability

    if min(len(first), len(second)) < 2:
        raise ValueError("an arm has fewer than two values")
    (mean_1, sd_1), (mean_2, sd_2) = mean_and_sd(first), mean_and_sd(second)
    std_error, df = (_pooled if pooled else _welch)(sd_1, len(first), sd_2, len(second))
    if std_error <= 1e-14 * max(1.0, abs(mean_1), abs(mean_2)):
        raise ValueError("no arm varies")
    difference = mean_1 - mean_2
    t, half_width = difference / std_error, critical_value(confidence, df) * std_error
    p = tail_probability(t, tail, df)
    return LogRatio(
        exp(difference),
        exp(difference - half_width),
        exp(difference + half_width),
        std_error,
        t,
        df,
        float(p),
    )


def _pooled(sd_1: float, n_1: int, sd_2: float, n_2: int) -> tuple[float, float]:
    df = n_1 + n_2 - 2
    return sqrt(((n_1 - 1) * sd_1**2 + (n_2 - 1) * sd_2**2) / df * (1 / n_1 + 1 / n_2)), df


def _welch(sd_1: float, n_1: int, sd_2: float, n_2: int) -> tuple[float, float]:
    share_1, share_2 = sd_1**2 / n_1, sd_2**2 / n_2
    total = share_1 + share_2
    return sqrt(total), total**2 / (
        share_1**2 / (n_1 - 1) + share_2**2 / (n_2 - 1)
    ) if total else 0.0
