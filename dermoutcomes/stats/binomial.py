"""The exact interval of a proportion, and the exact test that it is a half."""

from __future__ import annotations

from math import comb

from scipy.special import betaincinv

from dermoutcomes.stats.tails import Tail, chosen_tail

__all__ = ["clopper_pearson", "sign_test_p"]


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
