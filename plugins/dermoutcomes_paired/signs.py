"""The sign test.

How many improved against how many got worse, and the median difference by order statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dermoutcomes_paired.signed_ranks import rounded

__all__ = ["MedianDifference", "Signs", "median_difference", "signs"]


class Signs(NamedTuple):
    """Numbers of positive, negative and zero differences."""

    positive: int
    negative: int
    zero: int


class MedianDifference(NamedTuple):
    """The median and the order statistics around it; None where there are too few for the level.

    `level` is what they have.
    """

    estimate: float
    conf_low: float | None
    conf_high: float | None
    level: float | None


def signs(differences: Sequence[float]) -> Signs:
    """Differences, to 10 decimals, by their sign."""
    d = rounded(differences)
    return Signs(int((d > 0).sum()), int((d < 0).sum()), int((d == 0).sum()))


def median_difference(differences: Sequence[float], confidence: float = 0.95) -> MedianDifference:
    """The median and its conservative interval.

    The k-th smallest and largest, k the binomial quantile at one half.
    """
    ordered = sorted(float(value) for value in rounded(differences))
    n, middle = len(ordered), len(ordered) // 2
    median = ordered[middle] if n % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    k, below = _binomial_quantile((1 - confidence) / 2, n)
    if k == 0:
        return MedianDifference(median, None, None, None)
    return MedianDifference(median, ordered[k - 1], ordered[n - k], 1 - 2 * below)


def _binomial_quantile(probability: float, n: int) -> tuple[int, float]:
    """The smallest k with P(X <= k) >= `probability` for n tosses of a coin, and P(X < k)."""
    below = 0
    for k, coefficient in enumerate(_coefficients(n)):
        if (below + coefficient) / 2**n >= probability * (1 - 1e-13):
            return k, below / 2**n
        below += coefficient
    return n, below / 2**n


def _coefficients(n: int) -> Iterator[int]:
    """The binomial coefficients of n, each from the one before."""
    coefficient = 1
    for k in range(n + 1):
        yield coefficient
        coefficient = coefficient * (n - k) // (k + 1)
