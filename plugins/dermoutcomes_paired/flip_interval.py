"""The interval that inverts the sign-flip test.

Means of subsets of the differences bound it (Hartigan's typical values).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_paired.sign_flips import drawn_sets

if TYPE_CHECKING:
    import numpy as np

__all__ = ["INVERTED", "FlipInterval", "exact_interval", "interval_of_drawn"]

INVERTED = 28


class FlipInterval(NamedTuple):
    """The limits, and the level that they have, which can be less than what was asked."""

    conf_low: float
    conf_high: float
    level: float


def exact_interval(differences: Sequence[float], confidence: float = 0.95) -> FlipInterval:
    """The shifts that the test of all 2^n signs does not reject; for two differences or more.

    A set of signs brings a sum of (d - shift) as large as the one seen where the mean of the turned
    differences is at most the shift. So the limits are the k-th smallest and largest of the 2^n - 1
    means of subsets, k the whole part of 2^n alpha / 2.
    """
    import numpy as np

    from dermoutcomes.stats import limit_rank

    d = np.sort(np.asarray(differences, dtype=float))
    k, level = limit_rank(2 ** len(d), confidence)
    return FlipInterval(_kth_mean(d, k), -_kth_mean(-d[::-1], k), level)


def interval_of_drawn(
    differences: Sequence[float], resamples: int, rng: np.random.Generator, confidence: float = 0.95
) -> FlipInterval:
    """The same of the subsets drawn.

    It inverts the test by (b + 1) / (m + 1) on the same draws, so it keeps its level too.
    """
    import numpy as np

    from dermoutcomes.stats import limit_rank

    d = np.sort(np.asarray(differences, dtype=float))
    k, level = limit_rank(resamples + 1, confidence)
    counts_and_sums = [
        (flipped.sum(axis=1), flipped @ d) for flipped in drawn_sets(len(d), resamples, rng)
    ]
    sizes, sums = (np.concatenate(parts) for parts in zip(*counts_and_sums, strict=True))
    empty = sizes == 0  # a set that turns nothing lies beyond both limits
    means = sums / np.where(empty, 1, sizes)
    low, high = np.sort(np.where(empty, d[0], means)), np.sort(np.where(empty, d[-1], means))
    return FlipInterval(float(low[k - 1]), float(high[len(high) - k]), level)


def _kth_mean(d: np.ndarray, k: int) -> float:
    """The k-th smallest mean of a subset.

    Where the number of subsets whose mean is at most x reaches k.
    """
    halves = _subsets(d[::2]), _subsets(d[1::2])
    low, high = float(d[0]), float(d[-1])
    if _means_at_most(halves, low) >= k:
        return low
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return high
        low, high = (low, middle) if _means_at_most(halves, middle) >= k else (middle, high)


def _subsets(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sum and size of every subset."""
    import numpy as np

    sums, sizes = np.zeros(1), np.zeros(1)
    for value in values:
        sums, sizes = np.concatenate([sums, sums + value]), np.concatenate([sizes, sizes + 1])
    return sums, sizes


def _means_at_most(
    halves: tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]], limit: float
) -> int:
    """How many subsets, the empty one left out, have a mean of at most `limit`.

    Their differences less it sum to zero or less.
    """
    import numpy as np

    first, second = (np.sort(sums - limit * sizes) for sums, sizes in halves)
    return int(np.searchsorted(second, -first, "right").sum()) - 1
