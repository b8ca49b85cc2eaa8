"""Areas under courses of values, by trapezoids, and tests of their means."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

from dermoutcomes.stats import Tail

__all__ = ["Mean", "difference_of_means", "mean_of", "trapezoids"]


class Mean(NamedTuple):
    """A mean, or a difference of two, with its t interval and test against zero."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    df: float
    p_value: float


def trapezoids(
    times: Sequence[float], values: Sequence[float], *, positive_only: bool = False
) -> float:
    """The area under straight lines between points in order of time, in unit times time.

    With `positive_only` what lies below zero counts as nothing, from where the line crosses it.
    """
    parts = zip(times[:-1], times[1:], values[:-1], values[1:], strict=True)
    return fsum(
        (_positive if positive_only else _whole)(end - start, first, second)
        for start, end, first, second in parts
    )


def _whole(width: float, first: float, second: float) -> float:
    return width * (first + second) / 2


def _positive(width: float, first: float, second: float) -> float:
    if first >= 0 and second >= 0:
        return _whole(width, first, second)
    # A triangle from where the line crosses zero: its height is the positive end, its width the
    # same share of the interval.
    top = max(first, second)
    return 0.0 if top <= 0 else width * top**2 / (2 * abs(second - first))


def mean_of(values: Sequence[float], confidence: float = 0.95, tail: Tail = "two-sided") -> Mean:
    """Student's t of a mean. Raises ValueError for fewer than two values, or for equal ones."""
    if len(values) < 2:
        raise ValueError("a mean needs at least two subjects")
    mean, share = _mean_and_share(values)
    return _test_mean(mean, sqrt(share), len(values) - 1, max(map(abs, values)), confidence, tail)


def difference_of_means(
    first: Sequence[float],
    second: Sequence[float],
    confidence: float = 0.95,
    tail: Tail = "two-sided",
) -> Mean:
    """Welch's t of two means.

    Raises ValueError for a group of fewer than two, or where neither varies.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError("an arm has fewer than two subjects")
    (mean_1, share_1), (mean_2, share_2) = _mean_and_share(first), _mean_and_share(second)
    total = share_1 + share_2
    # Satterthwaite's. Without any variance it is 0/0, and `_test_mean` refuses the areas as equal.
    df = (
        total**2 / (share_1**2 / (len(first) - 1) + share_2**2 / (len(second) - 1))
        if total
        else 1.0
    )
    return _test_mean(
        mean_1 - mean_2, sqrt(total), df, max(map(abs, (*first, *second))), confidence, tail
    )


def _test_mean(
    estimate: float, std_error: float, df: float, largest: float, confidence: float, tail: Tail
) -> Mean:

    from dermoutcomes.stats import critical_value, tail_probability

    if std_error <= 1e-14 * largest:
        raise ValueError("all areas are equal")
    t, half_width = estimate / std_error, critical_value(confidence, df) * std_error
    p = tail_probability(t, tail, df)
    return Mean(estimate, std_error, estimate - half_width, estimate + half_width, t, df, float(p))


def _mean_and_share(values: Sequence[float]) -> tuple[float, float]:
    """The mean, and its squared standard error."""
    mean = fsum(values) / len(values)
    return mean, fsum((value - mean) ** 2 for value in values) / (len(values) - 1) / len(values)
