"""The difference of two means.

The spread of the groups may differ (Welch) or is taken as one (Student).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

from dermoutcomes.stats import Tail

__all__ = ["Group", "TwoMeans", "group_of", "one_mean", "pooled", "variance_ratio", "welch"]


class Group(NamedTuple):
    """Number, mean and variance (about the mean, n - 1) of a group.

    Summed exactly, so that order does not matter.
    """

    n: int
    mean: float
    variance: float


class TwoMeans(NamedTuple):
    """The difference of means, its interval (two-sided whatever the test is) and its test."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    df: float
    p_value: float


def group_of(values: Sequence[float]) -> Group:
    """The group's summary. Raises ValueError for fewer than two values."""
    if len(values) < 2:
        raise ValueError("a group has fewer than two values")
    mean = fsum(values) / len(values)
    return Group(
        len(values), mean, fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
    )


def welch(
    first: Sequence[float],
    second: Sequence[float],
    confidence: float = 0.95,
    tail: Tail = "two-sided",
    null: float = 0.0,
) -> TwoMeans:
    """The first mean minus the second, with Satterthwaite's degrees of freedom.

    Raises ValueError for a group of fewer than two, or where neither group varies.
    """
    first_group, second_group = group_of(first), group_of(second)
    share_1, share_2 = first_group.variance / first_group.n, second_group.variance / second_group.n
    _check_variance(first_group, second_group)
    df = (share_1 + share_2) ** 2 / (
        share_1**2 / (first_group.n - 1) + share_2**2 / (second_group.n - 1)
    )
    return _test_means(
        first_group.mean - second_group.mean, sqrt(share_1 + share_2), df, confidence, tail, null
    )


def pooled(
    first: Sequence[float],
    second: Sequence[float],
    confidence: float = 0.95,
    tail: Tail = "two-sided",
    null: float = 0.0,
) -> TwoMeans:
    """The first mean minus the second, the variance pooled over both groups.

    With n - 2 degrees of freedom.

    Raises ValueError for a group of fewer than two, or where neither group varies.
    """
    first_group, second_group = group_of(first), group_of(second)
    _check_variance(first_group, second_group)
    df = first_group.n + second_group.n - 2
    variance = (
        (first_group.n - 1) * first_group.variance + (second_group.n - 1) * second_group.variance
    ) / df
    return _test_means(
        first_group.mean - second_group.mean,
        sqrt(variance * (1 / first_group.n + 1 / second_group.n)),
        df,
        confidence,
        tail,
        null,
    )


def one_mean(
    values: Sequence[float], confidence: float = 0.95, tail: Tail = "two-sided", null: float = 0.0
) -> TwoMeans:
    """The mean of differences within subjects, with n - 1 degrees of freedom.

    Raises ValueError for fewer than two, or no variance.
    """
    group = group_of(values)
    if sqrt(group.variance) <= 1e-14 * max(map(abs, values)):
        raise ValueError("all differences are equal")
    return _test_means(
        group.mean, sqrt(group.variance / group.n), group.n - 1, confidence, tail, null
    )


def variance_ratio(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """The first variance over the second, and the two-sided p-value of its F test.

    The p-value is only as good as normality is.

    Raises ValueError for a group of fewer than two, or where the second does not vary.
    """
    from scipy.special import fdtr, fdtrc

    first_group, second_group = group_of(first), group_of(second)
    if second_group.variance <= (1e-14 * second_group.mean) ** 2:
        raise ValueError("the second group does not vary")
    f = first_group.variance / second_group.variance
    return f, min(
        1.0,
        2
        * float(
            min(
                fdtr(first_group.n - 1, second_group.n - 1, f),
                fdtrc(first_group.n - 1, second_group.n - 1, f),
            )
        ),
    )


def _check_variance(first_group: Group, second_group: Group) -> None:
    if sqrt(
        first_group.variance / first_group.n + second_group.variance / second_group.n
    ) <= 1e-14 * max(abs(first_group.mean), abs(second_group.mean)):
        raise ValueError("neither group varies")


def _test_means(
    difference: float, std_error: float, df: float, confidence: float, tail: Tail, null: float
) -> TwoMeans:

    from dermoutcomes.stats import critical_value, tail_probability

    t, half_width = (difference - null) / std_error, critical_value(confidence, df) * std_error
    p = tail_probability(t, tail, df)
    return TwoMeans(
        difference, std_error, difference - half_width, difference + half_width, t, df, float(p)
    )
