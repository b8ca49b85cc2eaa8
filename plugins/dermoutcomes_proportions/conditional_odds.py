"""The odds ratio given both margins.

The conditional estimate and the exact interval that belongs to Fisher's test.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes_proportions.counts import Two
from dermoutcomes_proportions.intervals import Interval

if TYPE_CHECKING:
    import numpy as np

__all__ = ["conditional_odds_ratio", "exact_odds_ratio_interval"]

WIDEST = 700.0


@frozen(eq=False)
class _Conditional:
    """Counts that the margins allow, and the logarithm of the chance of each at odds ratio 1.

    Up to a constant.
    """

    counts: np.ndarray
    log_probabilities: np.ndarray
    observed: int

    def probabilities(self, log_ratio: float) -> np.ndarray:
        """The chance of each count at an odds ratio (noncentral hypergeometric)."""
        import numpy as np

        weights = self.log_probabilities + log_ratio * self.counts
        probabilities = np.exp(weights - weights.max())
        return np.asarray(probabilities / probabilities.sum())


def conditional_odds_ratio(events: Two, n: Two) -> float:
    """The odds ratio at which the expected count is the observed one.

    0 or infinite at the ends of the range.
    """
    given = _given(events, n)
    if given.observed == given.counts[0]:
        return 0.0
    if given.observed == given.counts[-1]:
        return inf
    return exp(
        _root(lambda theta: float(given.probabilities(theta) @ given.counts) - given.observed)
    )


def exact_odds_ratio_interval(events: Two, n: Two, confidence: float = 0.95) -> Interval:
    """The odds ratios at which neither tail is smaller than half of what is not covered.

    Cornfield's exact limits.
    """
    given, tail = _given(events, n), (1 - confidence) / 2
    at_least, at_most = (
        given.counts >= given.observed,
        given.counts <= given.observed,
    )
    low = (
        0.0
        if given.observed == given.counts[0]
        else exp(_root(lambda theta: float(given.probabilities(theta)[at_least].sum()) - tail))
    )
    high = (
        inf
        if given.observed == given.counts[-1]
        else exp(_root(lambda theta: tail - float(given.probabilities(theta)[at_most].sum())))
    )
    return Interval(low, high)


def _given(events: Two, n: Two) -> _Conditional:
    import numpy as np
    from scipy.special import gammaln

    total = sum(events)
    counts = np.arange(max(0, total - n[1]), min(n[0], total) + 1)
    logs = -sum(
        gammaln(part + 1) for part in (counts, n[0] - counts, total - counts, n[1] - total + counts)
    )
    return _Conditional(counts, np.asarray(logs), events[0])


def _root(rising: Callable[[float], float]) -> float:
    from scipy.optimize import brentq

    radius = 1.0
    while radius < WIDEST and (rising(-radius) > 0 or rising(radius) < 0):
        radius *= 2
    return float(brentq(rising, -radius, radius, xtol=1e-14, rtol=1e-14))
