"""Ratios of two proportions and of two odds, with intervals on the log scale."""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt
from typing import NamedTuple

from dermoutcomes_proportions.counts import Two
from dermoutcomes_proportions.intervals import Interval

__all__ = ["Ratio", "log_interval", "odds_ratio", "risk_ratio"]


class Ratio(NamedTuple):
    """A ratio (0, infinite, or nan for 0 / 0) and the standard error of its logarithm.

    None where a count that it needs is 0.
    """

    estimate: float
    log_se: float | None


def risk_ratio(events: Two, n: Two) -> Ratio:
    """p1 / p2."""
    (a, c), (n1, n2) = events, n
    estimate = (a / n1) / (c / n2) if c else (inf if a else nan)
    return Ratio(estimate, sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2) if a and c else None)


def odds_ratio(events: Two, n: Two) -> Ratio:
    """Odds of the first arm over those of the second (Woolf's standard error)."""
    (a, c), (b, d) = events, (n[0] - events[0], n[1] - events[1])
    estimate = a * d / (b * c) if b * c else (inf if a * d else nan)
    return Ratio(estimate, sqrt(1 / a + 1 / b + 1 / c + 1 / d) if a and b and c and d else None)


def log_interval(ratio: Ratio, confidence: float = 0.95) -> Interval | None:
    """The interval symmetric on the log scale; None where it is not defined."""
    from dermoutcomes.stats import critical_value

    if ratio.log_se is None:
        return None
    half_width = critical_value(confidence) * ratio.log_se
    return Interval(exp(log(ratio.estimate) - half_width), exp(log(ratio.estimate) + half_width))
