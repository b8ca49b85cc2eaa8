"""Intervals of a difference of two proportions, first minus second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt

from dermoutcomes_proportions.counts import Two
from dermoutcomes_proportions.difference_score import gart_nam, mee, miettinen_nurminen
from dermoutcomes_proportions.intervals import Interval, wilson, wilson_continuity

__all__ = [
    "DIFFERENCE",
    "agresti_caffo",
    "hauck_anderson",
    "newcombe",
    "newcombe_continuity",
    "unpooled_variance",
    "wald_difference",
]


def newcombe(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The interval of p1 - p2 from the two Wilson intervals (Newcombe's method 10)."""
    return _hybrid(events, n, [wilson(x, m, confidence) for x, m in zip(events, n, strict=True)])


def newcombe_continuity(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The same from the Wilson intervals with continuity correction (Newcombe's method 11)."""
    return _hybrid(
        events, n, [wilson_continuity(x, m, confidence) for x, m in zip(events, n, strict=True)]
    )


def _hybrid(events: Two, n: Two, of_arms: list[Interval]) -> Interval:
    (p1, p2), (first, second) = (events[0] / n[0], events[1] / n[1]), of_arms
    return Interval(
        p1 - p2 - sqrt((p1 - first.low) ** 2 + (second.high - p2) ** 2),
        p1 - p2 + sqrt((first.high - p1) ** 2 + (p2 - second.low) ** 2),
    )


def unpooled_variance(events: Two, n: Two) -> float:
    """The variance of the difference from each arm's own share."""
    return sum(x * (m - x) / m**3 for x, m in zip(events, n, strict=True))


def wald_difference(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The difference plus or minus z standard errors.

    Without width where both shares are 0 or 1.
    """
    from dermoutcomes.stats import critical_value

    return _around(
        events[0] / n[0] - events[1] / n[1],
        critical_value(confidence) * sqrt(unpooled_variance(events, n)),
    )


def agresti_caffo(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """Wald's interval after one more event and one more non-event in each arm.

    Not cut at -1 and 1.
    """
    more_events, more_n = (events[0] + 1, events[1] + 1), (n[0] + 2, n[1] + 2)
    return wald_difference(more_events, more_n, confidence)


def hauck_anderson(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """Wald's with variances over n - 1 and the correction 1 / (2 min(n)); not cut at -1 and 1.

    An arm of one has no variance.
    """
    from dermoutcomes.stats import critical_value

    variance = sum(
        x * (m - x) / m**2 / (m - 1) if m > 1 else 0.0 for x, m in zip(events, n, strict=True)
    )
    return _around(
        events[0] / n[0] - events[1] / n[1],
        1 / (2 * min(n)) + critical_value(confidence) * sqrt(variance),
    )


def _around(centre: float, half_width: float) -> Interval:
    return Interval(centre - half_width, centre + half_width)


DIFFERENCE: Mapping[str, Callable[[Two, Two, float], Interval]] = {
    "newcombe": newcombe,
    "newcombe_continuity": newcombe_continuity,
    "miettinen_nurminen": miettinen_nurminen,
    "mee": mee,
    "gart_nam": gart_nam,
    "agresti_caffo": agresti_caffo,
    "hauck_anderson": hauck_anderson,
    "wald": wald_difference,
}
