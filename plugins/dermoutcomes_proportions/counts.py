"""Tests of one count against a stated proportion, and of two counts against each other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb, sqrt
from typing import Literal

__all__ = [
    "Tail",
    "Two",
    "binomial_p",
    "chi_square",
    "fisher_p",
    "least_expected",
    "one_sample_score",
    "yates",
]

Tail = Literal["two-sided", "greater"]
Two = tuple[int, int]


def binomial_p(events: int, n: int, null: float, tail: Tail = "two-sided") -> float:
    """The exact binomial p-value; two-sided, all counts no likelier than the one observed.

    Computed in whole numbers.
    """
    # As it is written: 0.1 is a tenth, and not the double beside it.
    probabilities = list(_binomial(n, Fraction(str(null))))
    observed = probabilities[events]
    extreme = (
        probabilities[events:]
        if tail == "greater"
        else [chance for chance in probabilities if chance <= observed]
    )
    return float(Fraction(sum(extreme), sum(probabilities)))


def fisher_p(events: Two, n: Two, tail: Tail = "two-sided") -> float:
    """Fisher's exact p-value.

    Two-sided, all tables with these margins no likelier than the one observed.
    """
    total = sum(events)
    probabilities = {
        k: comb(n[0], k) * comb(n[1], total - k)
        for k in range(max(0, total - n[1]), min(n[0], total) + 1)
    }
    observed = probabilities[events[0]]
    extreme = (
        probability
        for k, probability in probabilities.items()
        if (k >= events[0] if tail == "greater" else probability <= observed)
    )
    return float(Fraction(sum(extreme), comb(sum(n), total)))


def chi_square(events: Two, n: Two, tail: Tail = "two-sided") -> tuple[float, float]:
    """The z with the pooled variance and its p-value.

    Two-sided it is Pearson's chi-square, z squared, without correction.
    """
    from scipy.special import ndtr

    pooled = sum(events) / sum(n)
    variance = pooled * (1 - pooled) * (1 / n[0] + 1 / n[1])
    if not variance:
        return 0.0, 1.0
    z = (events[0] / n[0] - events[1] / n[1]) / sqrt(variance)
    return z, float(ndtr(-z) if tail == "greater" else 2 * ndtr(-abs(z)))


def yates(events: Two, n: Two, tail: Tail = "two-sided") -> tuple[float, float]:
    """The same with Yates' continuity correction.

    The difference is moved half a subject of each arm towards zero, never beyond it.
    """
    from scipy.special import ndtr

    pooled, difference = sum(events) / sum(n), events[0] / n[0] - events[1] / n[1]
    variance = pooled * (1 - pooled) * (1 / n[0] + 1 / n[1])
    if not variance:
        return 0.0, 1.0
    corrected = max(0.0, abs(difference) - (1 / n[0] + 1 / n[1]) / 2)
    z = (corrected if difference > 0 else -corrected) / sqrt(variance)
    return z, float(ndtr(-z) if tail == "greater" else 2 * ndtr(-abs(z)))


def one_sample_score(
    events: int, n: int, null: float, tail: Tail = "two-sided"
) -> tuple[float, float]:
    """The z of a share against a stated one, with the variance under it, and its p-value.

    The stated share strictly between 0 and 1.
    """
    from scipy.special import ndtr

    z = (events / n - null) / sqrt(null * (1 - null) / n)
    return z, float(ndtr(-z) if tail == "greater" else 2 * ndtr(-abs(z)))


def least_expected(events: Two, n: Two) -> float:
    """The smallest expected count of the two-by-two table: below 5 the chi-square is rough."""
    total, size = sum(events), sum(n)
    return min(n) * min(total, size - total) / size


def _binomial(n: int, p: Fraction) -> Iterator[int]:
    """Chances of 0 … n events, up to a common factor, as whole numbers."""
    success, failure = p.numerator, p.denominator - p.numerator
    return (comb(n, k) * success**k * failure ** (n - k) for k in range(n + 1))
