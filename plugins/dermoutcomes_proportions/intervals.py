"""Intervals of one proportion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from typing import NamedTuple

__all__ = [
    "ONE_SAMPLE",
    "Interval",
    "agresti_coull",
    "clopper_pearson",
    "jeffreys",
    "jeffreys_raw",
    "mid_p",
    "wald",
    "wilson",
    "wilson_continuity",
]


class Interval(NamedTuple):
    """Both limits."""

    low: float
    high: float


def wald(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The share plus or minus z standard errors: without width at 0 and n, and too short near them.

    Not cut at 0 and 1.
    """
    from dermoutcomes.stats import critical_value

    p = events / n
    half_width = critical_value(confidence) * sqrt(p * (1 - p) / n)
    return Interval(p - half_width, p + half_width)


def wilson(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The score interval without continuity correction.

    It covers about as often as it says, on average.
    """
    from dermoutcomes.stats import critical_value

    return wilson_of(events / n, n, critical_value(confidence))


def wilson_of(p: float, n: float, z: float) -> Interval:
    """Wilson's limits of a share p of n at a stated z."""
    centre, half_width = p + z**2 / (2 * n), z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (centre - half_width) / (1 + z**2 / n), (centre + half_width) / (1 + z**2 / n)
    # At the ends the limit is 0 or 1, where rounding would leave something beside it.
    return Interval(low if p > 0 else 0.0, high if p < 1 else 1.0)


def wilson_continuity(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The score interval with continuity correction, near the exact one."""
    from dermoutcomes.stats import critical_value

    z = critical_value(confidence)
    # The lower limit is what the upper limit of those without the event leaves of 1.
    high_of_others = _corrected(n - events, n, z) if events else 1.0
    return Interval(1 - high_of_others, _corrected(events, n, z) if events < n else 1.0)


def _corrected(events: int, n: int, z: float) -> float:
    """The upper limit: half an event more, and the upper root of the score equation."""
    p = (events + 0.5) / n
    return (p + z**2 / (2 * n) + z * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)


def clopper_pearson(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval, from beta quantiles: it covers at least as often as it says."""
    from dermoutcomes.stats import clopper_pearson as limits

    return Interval(*limits(events, n, confidence))


def agresti_coull(events: int, n: int, confidence: float = 0.95) -> Interval:
    """Wald's interval after z squared further subjects, half of them with the event.

    Not cut at 0 and 1.
    """
    from dermoutcomes.stats import critical_value

    z = critical_value(confidence)
    more_n = n + z**2
    p = (events + z**2 / 2) / more_n
    half_width = z * sqrt(p * (1 - p) / more_n)
    return Interval(p - half_width, p + half_width)


def jeffreys_raw(events: int, n: int, confidence: float = 0.95) -> Interval:
    """Equal-tailed posterior limits under Jeffreys' prior.

    Also where the estimate then lies outside: at 0 and n.
    """
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    return Interval(
        *(
            float(betaincinv(events + 0.5, n - events + 0.5, probability))
            for probability in (tail, 1 - tail)
        )
    )


def jeffreys(events: int, n: int, confidence: float = 0.95) -> Interval:
    """Jeffreys' interval, with 0 as lower limit of no event and 1 as upper limit of all.

    Brown, Cai and DasGupta.
    """
    low, high = jeffreys_raw(events, n, confidence)
    return Interval(low if events else 0.0, high if events < n else 1.0)


def mid_p(events: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact interval with half of the observed count's chance in each tail."""
    low = 1 - _mid_p_upper(n - events, n, confidence)
    return Interval(low if events else 0.0, _mid_p_upper(events, n, confidence))


def _mid_p_upper(events: int, n: int, confidence: float) -> float:
    """The share that is a mid-P limit.

    Fewer events, and half the chance of as many, make half of what is not covered.
    """
    from scipy.optimize import brentq
    from scipy.special import bdtr

    if events == n:
        return 1.0
    tail = (1 - confidence) / 2

    def over(share: float) -> float:
        at_most, fewer = bdtr(events, n, share), bdtr(events - 1, n, share) if events else 0.0
        return float((at_most + fewer) / 2 - tail)

    return float(brentq(over, events / n, 1.0, xtol=1e-15, rtol=1e-14))


ONE_SAMPLE: Mapping[str, Callable[[int, int, float], Interval]] = {
    "clopper_pearson": clopper_pearson,
    "wilson": wilson,
    "wilson_continuity": wilson_continuity,
    "agresti_coull": agresti_coull,
    "jeffreys": jeffreys,
    "mid_p": mid_p,
    "wald": wald,
}
