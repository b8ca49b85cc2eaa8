"""Score test and score intervals of a difference of two proportions.

Miettinen and Nurminen; Mee; Farrington and Manning; Gart and Nam.
"""

from __future__ import annotations

from math import copysign, inf, sqrt

from dermoutcomes_proportions.counts import Two
from dermoutcomes_proportions.intervals import Interval
from dermoutcomes_proportions.restricted import at_difference
from dermoutcomes_proportions.rootfinding import crossing

__all__ = [
    "correction",
    "difference_score",
    "gart_nam",
    "mee",
    "miettinen_nurminen",
    "score_variance",
]


def score_variance(events: Two, n: Two, difference: float) -> float:
    """The variance of the observed difference if the true one is `difference`.

    It is that of the likeliest shares under it.
    """
    p1, p2 = at_difference(events, n, difference)
    return p1 * (1 - p1) / n[0] + p2 * (1 - p2) / n[1]


def correction(n: Two) -> float:
    """Miettinen and Nurminen's factor of the variance, N / (N - 1)."""
    return sum(n) / (sum(n) - 1)


def difference_score(
    events: Two, n: Two, difference: float = 0.0, *, corrected: bool = True
) -> float:
    """The z of the observed difference against a stated one.

    With or without the factor of the variance.

    Zero where the table is exactly what the stated difference allows, infinite where the stated
    difference rules the table out.
    """
    deviation = events[0] / n[0] - events[1] / n[1] - difference
    variance = score_variance(events, n, difference) * (correction(n) if corrected else 1.0)
    if variance <= 0:
        return 0.0 if abs(deviation) < 1e-12 else copysign(inf, deviation)
    return deviation / sqrt(variance)


def miettinen_nurminen(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The differences that the score test with variance factor N / (N - 1) does not reject.

    Defined for every table.
    """
    return _inverted(events, n, confidence, correction(n))


def mee(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The same without the factor."""
    return _inverted(events, n, confidence, 1.0)


def _inverted(events: Two, n: Two, confidence: float, factor: float) -> Interval:
    """Where the squared distance exceeds z squared variances, on each side of the estimate.

    Finite everywhere, also at -1 and 1.
    """
    from dermoutcomes.stats import critical_value

    estimate, z = events[0] / n[0] - events[1] / n[1], critical_value(confidence)

    def over(difference: float) -> float:
        return (estimate - difference) ** 2 - z**2 * factor * score_variance(events, n, difference)

    return Interval(crossing(over, estimate, -1.0), crossing(over, estimate, 1.0))


def gart_nam(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """Miettinen and Nurminen's interval with Gart and Nam's correction.

    It corrects for the skewness of the score, so that the tails are of more equal size.
    """
    from dermoutcomes.stats import critical_value

    estimate, z = events[0] / n[0] - events[1] / n[1], critical_value(confidence)

    def beyond(difference: float, side: int) -> float:
        variance, skew = _moments(events, n, difference)
        return side * (estimate - difference - (z**2 - 1) / 6 * skew) - z * sqrt(variance)

    return Interval(
        crossing(lambda at: beyond(at, 1), estimate, -1.0),
        crossing(lambda at: beyond(at, -1), estimate, 1.0),
    )


def _moments(events: Two, n: Two, difference: float) -> tuple[float, float]:
    """Variance under the difference (with its factor), and third moment over variance."""
    p1, p2 = at_difference(events, n, difference)
    v1, v2 = p1 * (1 - p1) / n[0], p2 * (1 - p2) / n[1]
    variance = (v1 + v2) * correction(n)
    third = v1 * (1 - 2 * p1) / n[0] - v2 * (1 - 2 * p2) / n[1]
    return variance, third / variance if variance > 0 else 0.0
