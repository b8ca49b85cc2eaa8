"""Intervals of a proportion and of a difference of two."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

__all__ = ["Interval", "clopper_pearson", "newcombe", "wilson"]


class Interval(NamedTuple):
    """Both limits."""

    low: float
    high: float


def clopper_pearson(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval, from beta quantiles: it covers at least as often as it says."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(events, n - events + 1, tail)) if events else 0.0
    return Interval(low, float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0)


def wilson(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The score interval without continuity correction: it covers about as often as it says, on average."""
    from scipy.special import ndtri

    z, p = float(ndtri((1 + confidence) / 2)), events / n
    centre, reach = p + z**2 / (2 * n), z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (centre - reach) / (1 + z**2 / n), (centre + reach) / (1 + z**2 / n)
    return Interval(low if events else 0.0, high if events < n else 1.0)


def newcombe(events: tuple[int, int], n: tuple[int, int], confidence: float = 0.95) -> Interval:
    """The interval of p1 - p2 from the two Wilson intervals (Newcombe's method 10)."""
    (p1, p2), (one, two) = _shares(events, n), (wilson(x, m, confidence) for x, m in zip(events, n, strict=True))
    return Interval(p1 - p2 - sqrt((p1 - one.low) ** 2 + (two.high - p2) ** 2),
                    p1 - p2 + sqrt((one.high - p1) ** 2 + (p2 - two.low) ** 2))


def _shares(events: tuple[int, int], n: tuple[int, int]) -> tuple[float, float]:
    return events[0] / n[0], events[1] / n[1]
