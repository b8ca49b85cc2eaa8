"""Score intervals of a ratio of two proportions and of an odds ratio.

Miettinen and Nurminen; Koopman; Gart.
"""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, exp, inf, log, sqrt

from dermoutcomes_proportions.counts import Two
from dermoutcomes_proportions.intervals import Interval
from dermoutcomes_proportions.restricted import at_odds_ratio, at_ratio

__all__ = ["koopman", "odds_ratio_gart", "odds_ratio_score", "risk_ratio_score"]

# Logarithms of ratios are searched between minus and plus this: beyond, squares leave the range of
# floating point.
WIDEST = 300.0
NEAR = 1e-9
Signed = Callable[[float], tuple[float, float]]


def risk_ratio_score(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """Miettinen and Nurminen's interval of p1 / p2.

    From 0 without events in the first arm, to infinity without any in the second.
    """
    return _risk_ratio(events, n, confidence, _factor(n))


def koopman(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The same without the factor N / (N - 1)."""
    return _risk_ratio(events, n, confidence, 1.0)


def _risk_ratio(events: Two, n: Two, confidence: float, factor: float) -> Interval:
    observed = events[0] / n[0], events[1] / n[1]

    def score(log_ratio: float) -> tuple[float, float]:
        """Distance and its standard error, both over the larger of 1 and the ratio.

        So that far ends stay finite.
        """
        ratio = exp(log_ratio)
        p1, p2 = at_ratio(events, n, ratio)
        larger = max(1.0, ratio)
        variance = p1 * (1 - p1) / n[0] / larger**2 + (ratio / larger) ** 2 * p2 * (1 - p2) / n[1]
        return (observed[0] - ratio * observed[1]) / larger, sqrt(factor * variance)

    return _inverted(score, confidence, observed, low=events[0] > 0, high=events[1] > 0)


def odds_ratio_score(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """Miettinen and Nurminen's interval of the odds ratio.

    A limit is 0 or infinite where a cell of that side is empty.
    """
    return _odds_ratio(events, n, confidence, bias=0.0)


def odds_ratio_gart(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The same with Gart's correction for the bias of the score.

    It stands for the shares that had to be estimated.
    """
    return _odds_ratio(events, n, confidence, bias=1.0)


def _odds_ratio(events: Two, n: Two, confidence: float, bias: float) -> Interval:
    factor = _factor(n)

    def score(log_ratio: float) -> tuple[float, float]:
        (p1, p2), (q1, q2) = at_odds_ratio(events, n, exp(log_ratio))
        v1, v2 = n[0] * p1 * q1, n[1] * p2 * q2
        if v1 + v2 == 0:
            return 0.0, 0.0
        # The same for both arms; the second one says it without cancelling where it has no events,
        # or nothing else.
        deviation = (
            (n[1] - events[1]) * p2 - events[1] * q2
            if events[1] in (0, n[1])
            else events[0] * q1 - (n[0] - events[0]) * p1
        )
        variance = v1 * v2 / (v1 + v2)
        return deviation - bias * (p1 * q2 - p2 * q1) * variance / (v1 + v2), sqrt(
            factor * variance
        )

    odds = tuple(x / (m - x) if x < m else inf for x, m in zip(events, n, strict=True))
    return _inverted(
        score,
        confidence,
        odds,
        low=events[0] > 0 and events[1] < n[1],
        high=events[1] > 0 and events[0] < n[0],
    )


def _factor(n: Two) -> float:
    return sum(n) / (sum(n) - 1)


def _inverted(
    score: Signed, confidence: float, sides: tuple[float, ...], *, low: bool, high: bool
) -> Interval:
    """Ratios at which the distance is z standard errors up and down.

    `low` and `high` say whether such a ratio exists.

    `sides` are what the estimate is the ratio of. Each limit is searched on its side of the
    estimate, at which the distance and its standard error may both be zero (everybody responded).
    """
    from dermoutcomes.stats import critical_value

    z, (first, second) = critical_value(confidence), sides
    estimate = log(first / second) if 0 < first < inf and 0 < second < inf else None
    return Interval(
        exp(_zero(score, -z, estimate, -WIDEST)) if low else 0.0,
        exp(_zero(score, z, estimate, WIDEST)) if high else inf,
    )


def _zero(score: Signed, z: float, estimate: float | None, end: float) -> float:
    from scipy.optimize import brentq

    def over(log_ratio: float) -> float:
        deviation, std_error = score(log_ratio)
        return deviation + z * std_error

    start = -end if estimate is None else estimate + copysign(NEAR, end)
    if over(start) * z <= 0:
        start = -end
    return float(brentq(over, start, end, xtol=1e-14, rtol=1e-14, maxiter=500))
