"""The exact interval of a proportion."""

from __future__ import annotations

from scipy.special import betaincinv

__all__ = ["clopper_pearson"]


def clopper_pearson(events: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Lower and upper limit of a proportion, as shares from 0 to 1: they cover at least as often as they say.

    Clopper and Pearson (Biometrika 1934;26:404-413), from beta quantiles: the lower one of (x, n - x + 1) at half of what is
    not covered, the upper one of (x + 1, n - x) at 1 less that; 0 without an event and 1 where all have it. `events` and `n`
    need not be whole: an effective number of units is not. Of nothing (n = 0) nothing is known: 0 and 1. Raises ValueError for
    a number of events that is negative or larger than n.
    """
    if not 0 <= events <= n:
        raise ValueError(f"{events:g} events among {n:g} are no proportion")
    tail = (1 - confidence) / 2
    low = float(betaincinv(events, n - events + 1, tail)) if events else 0.0
    high = float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0
    return low, high
