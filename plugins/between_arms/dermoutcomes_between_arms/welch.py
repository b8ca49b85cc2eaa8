"""Welch's t-test: the difference of two means where the spread of the two groups may differ."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import Literal, NamedTuple

__all__ = ["Tail", "TwoMeans", "welch"]

Tail = Literal["two-sided", "greater", "less"]


class TwoMeans(NamedTuple):
    """The difference of means, its interval (two-sided whatever the test is) and its test."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    df: float
    p_value: float


def welch(first: Sequence[float], second: Sequence[float], confidence: float = 0.95, tail: Tail = "two-sided") -> TwoMeans:
    """The first mean minus the second, with Satterthwaite's degrees of freedom.

    Raises ValueError for a group of fewer than two, or where neither group varies.
    """
    from scipy.special import stdtr, stdtrit

    if min(len(first), len(second)) < 2:
        raise ValueError("a group has fewer than two values")
    (mean_1, share_1), (mean_2, share_2) = _mean_and_share(first), _mean_and_share(second)
    if sqrt(share_1 + share_2) <= 1e-14 * max(abs(mean_1), abs(mean_2)):
        raise ValueError("neither group varies")
    std_error, difference = sqrt(share_1 + share_2), mean_1 - mean_2
    df = (share_1 + share_2) ** 2 / (share_1**2 / (len(first) - 1) + share_2**2 / (len(second) - 1))
    t, reach = difference / std_error, float(stdtrit(df, (1 + confidence) / 2)) * std_error
    p = {"two-sided": 2 * stdtr(df, -abs(t)), "greater": stdtr(df, -t), "less": stdtr(df, t)}[tail]
    return TwoMeans(difference, std_error, difference - reach, difference + reach, t, df, float(p))


def _mean_and_share(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and the squared standard error that the group brings; summed exactly, so that order does not matter."""
    mean = fsum(values) / len(values)
    return mean, fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
