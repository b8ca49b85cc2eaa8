"""Maximum likelihood of two proportions that are held to a difference, a ratio or an odds ratio."""

from __future__ import annotations

from math import sqrt

from dermoutcomes_proportions.counts import Two

__all__ = ["at_difference", "at_odds_ratio", "at_ratio"]

Shares = tuple[float, float]
STEPS = 200
# Differences below this are none: their squares would leave the range of floating point.
NEGLIGIBLE = 1e-100


def at_difference(events: Two, n: Two, difference: float) -> Shares:
    """The likeliest (p1, p2) with p1 - p2 = difference, -1 ≤ difference ≤ 1.

    The likelihood is concave in p2 on the range that leaves both shares in [0, 1]. Its slope is
    searched by Newton's steps inside a shrinking bracket; where it does not change sign, the
    maximum is at that end, and exact there.
    """
    difference = difference if abs(difference) > NEGLIGIBLE else 0.0
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    if high <= low:
        return low + difference, low
    if _slope_at_low(events, n, difference) <= 0:
        return _both(low, difference)
    if _slope_at_high(events, n, difference) >= 0:
        return _both(high, difference)
    p2 = (low + high) / 2
    for _ in range(STEPS):
        slope, curvature = _slope(events, n, p2 + difference, p2)
        low, high = (p2, high) if slope > 0 else (low, p2)
        following = p2 + slope / curvature if curvature > 0 else (low + high) / 2
        if not low < following < high:
            following = (low + high) / 2
        if slope == 0 or abs(following - p2) <= 4e-17 or following in (low, high):
            break
        p2 = following
    return _both(p2, difference)


def _both(p2: float, difference: float) -> Shares:
    return min(1.0, max(0.0, p2 + difference)), p2


def _slope(events: Two, n: Two, p1: float, p2: float) -> tuple[float, float]:
    """First derivative of the log-likelihood and minus the second.

    Each term only where it has events or non-events.
    """
    slope = curvature = 0.0
    for x, m, p in ((events[0], n[0], p1), (events[1], n[1], p2)):
        if x:
            slope, curvature = slope + x / p, curvature + x / p**2
        if m - x:
            slope, curvature = slope - (m - x) / (1 - p), curvature + (m - x) / (1 - p) ** 2
    return slope, curvature


def _slope_at_low(events: Two, n: Two, difference: float) -> float:
    """The slope at the lower end: infinite where the share that is 0 there has events."""
    p1, p2 = max(difference, 0.0), max(-difference, 0.0)
    if (p2 == 0 and events[1]) or (p1 == 0 and events[0]):
        return float("inf")
    return _slope(events, n, p1, p2)[0]


def _slope_at_high(events: Two, n: Two, difference: float) -> float:
    p1, p2 = min(1.0, 1.0 + difference), min(1.0, 1.0 - difference)
    if (p2 == 1 and n[1] - events[1]) or (p1 == 1 and n[0] - events[0]):
        return float("-inf")
    return _slope(events, n, p1, p2)[0]


def at_ratio(events: Two, n: Two, ratio: float) -> Shares:
    """The likeliest (p1, p2) with p1 = ratio · p2, ratio above 0.

    The smaller root of a quadratic.
    """
    total = events[0] + events[1]
    b = n[0] * ratio + events[0] + n[1] + events[1] * ratio
    p2 = 2 * total / (b + sqrt(max(0.0, b**2 - 4 * sum(n) * ratio * total)))
    p2 = min(p2, 1.0, 1.0 / ratio)
    return min(1.0, p2 * ratio), p2


def at_odds_ratio(events: Two, n: Two, ratio: float) -> tuple[Shares, Shares]:
    """The likeliest (p1, p2) whose odds are as ratio to 1, ratio above 0, and (1 - p1, 1 - p2).

    Each found without cancelling.
    """
    none = (n[0] - events[0], n[1] - events[1])
    return (
        (_second(events[::-1], n[::-1], 1 / ratio), _second(events, n, ratio)),
        (_second(none[::-1], n[::-1], ratio), _second(none, n, 1 / ratio)),
    )


def _second(events: Two, n: Two, ratio: float) -> float:
    """The share of the second arm, given the total of events: the root in [0, 1] of a quadratic."""
    total, a = sum(events), n[1] * (ratio - 1)
    b = n[0] * ratio + n[1] - total * (ratio - 1)
    root = sqrt(max(0.0, b**2 + 4 * a * total))
    if b >= 0:
        return min(1.0, 2 * total / (b + root))
    return min(1.0, (root - b) / (2 * a))
