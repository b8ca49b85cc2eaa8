"""The exact interval of a proportion, the exact test that it is a half, and who improved."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb, inf, nextafter
from typing import NamedTuple

import numpy as np
from scipy.special import bdtrc, betaincinv

from dermoutcomes.stats.tails import Tail, chosen_tail

__all__ = [
    "Improvement",
    "clopper_pearson",
    "count_needed",
    "improvement",
    "rounding_edge",
    "sign_test_p",
]

# Decimals beyond which a change is noise of arithmetic, and the person unchanged.
DECIMALS = 10


def clopper_pearson(events: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Lower and upper limit of a proportion, as shares from 0 to 1.

    They cover at least as often as they say. Clopper and Pearson (Biometrika 1934;26:404-413),
    from beta quantiles: the lower one of (x, n - x + 1) at half of what is not covered, the upper
    one of (x + 1, n - x) at 1 less that; 0 without an event and 1 where all have it. `events` and
    `n` need not be whole: an effective number of units is not. Of nothing (n = 0) nothing is known:
    0 and 1. Raises ValueError for a number of events that is negative or larger than n.
    """
    if not 0 <= events <= n:
        raise ValueError(f"{events:g} events among {n:g} are no proportion")
    tail = (1 - confidence) / 2
    low = float(betaincinv(events, n - events + 1, tail)) if events else 0.0
    high = float(betaincinv(events + 1, n - events, 1 - tail)) if events < n else 1.0
    return low, high


def sign_test_p(
    positive: int, negative: int, tail: Tail = "two-sided", *, mid: bool = False
) -> float:
    """The exact binomial p-value of so many positive signs, each as likely as a negative one.

    Zeros are not among them. "greater" is that there are so many positive ones or more. Two-sided
    it is twice the smaller tail; 1 where there is no sign. `mid` counts half of the probability of
    what was observed (Lancaster, J Am Stat Assoc 1961;56:223-234). Probabilities are sums of whole
    numbers over 2^n. Raises ValueError for a negative number of signs.
    """
    if min(positive, negative) < 0:
        raise ValueError(f"there are no {min(positive, negative)} signs")
    n = positive + negative
    half = comb(n, positive) / 2**n / 2 if mid else 0.0
    greater, less = (_at_most(negative, n) - half, _at_most(positive, n) - half)
    return chosen_tail(greater, less, tail)


def _at_most(k: int, n: int) -> float:
    """P(X <= k) for n tosses of a coin; binomial coefficients each from the one before."""
    ways = total = 1
    for i in range(k):
        ways = ways * (n - i) // (i + 1)
        total += ways
    return float(total / 2**n)


class Improvement(NamedTuple):
    """How many changed in the direction that is better, how many not at all, how many the other way.

    `low` and `high` are the exact limits of the share that improved, from 0 to 1.
    """

    improved: int
    unchanged: int
    worse: int
    low: float
    high: float

    @property
    def n(self) -> int:
        """Everybody with a change."""
        return self.improved + self.unchanged + self.worse


def improvement(changes: Iterable[float], better: str, confidence: float = 0.95) -> Improvement:
    """Who improved, by the sign of each change; who did not change did not improve.

    `better` is "up" or "down". Changes are rounded to ten decimals first. The interval is that of
    Clopper and Pearson. Raises ValueError for another direction.
    """
    if better not in ("up", "down"):
        raise ValueError(f'the better direction is {better!r}; expected "up" or "down"')
    towards_better = np.fromiter(changes, np.float64) * (1.0 if better == "up" else -1.0)
    least = rounding_edge(10.0**-DECIMALS, DECIMALS)
    improved = int(np.count_nonzero(towards_better >= least))
    worse = int(np.count_nonzero(towards_better <= -least))
    n = towards_better.size
    low, high = clopper_pearson(improved, n, confidence)
    return Improvement(improved, n - improved - worse, worse, low, high)


def rounding_edge(bound: float, decimals: int) -> float:
    """The smallest number that is `bound` or more once it is rounded to so many decimals.

    `x >= rounding_edge(b, d)` is `round(x, d) >= b`, and can be asked of an array. `bound` must
    have no more decimals than that.
    """
    edge = bound - 0.5 * 10.0**-decimals
    while round(edge, decimals) >= bound:
        edge = nextafter(edge, -inf)
    while round(edge, decimals) < bound:
        edge = nextafter(edge, inf)
    return edge


def count_needed(n: int, share: float = 0.5, alpha: float = 0.05) -> int | None:
    """The smallest number of `n` whose proportion is above `share` by the exact binomial test.

    That is the smallest k with P(X >= k) <= alpha / 2 for X binomial (n, share): two-sided, as
    twice the smaller tail. `share` is from 0 to 1. None where even all `n` are too few, or where no
    proportion can be above. 23 of 33 are told from a half.
    """
    if not 0 < share < 1:
        return None
    return next((k for k in range(n + 1) if 2 * bdtrc(k - 1, n, share) <= alpha), None)
