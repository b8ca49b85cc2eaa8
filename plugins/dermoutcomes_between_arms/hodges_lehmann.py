"""The Hodges-Lehmann shift between two groups.

With the intervals that invert the Mann-Whitney test.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import floor, sqrt
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes.stats import brent_root
from dermoutcomes_between_arms.rank_sums import doubled_ranks

if TYPE_CHECKING:
    import numpy as np

    from dermoutcomes.stats import PairOrder

__all__ = ["Shift", "by_moses", "by_order", "by_root", "differences", "quantile"]

# Beyond this many subjects counts of arrangements exceed a double; the normal quantile is then
# right to one place in thousands.
COUNTED_UP_TO = 1000
SLACK = 2.22e-15  # for a probability that equals its bound but for rounding


class Shift(NamedTuple):
    """An estimate and its interval.

    `level` is the level that the interval has, which can be less than what was asked.
    """

    estimate: float
    conf_low: float
    conf_high: float
    level: float


def differences(first: Sequence[float], second: Sequence[float]) -> PairOrder:
    """All differences of a value of the first group and one of the second, in order."""
    from dermoutcomes.stats import ordered_differences

    return ordered_differences(*_two(first, second))


def _two(first: Sequence[float], second: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Both groups, with values that differ by noise alone made one."""
    from dermoutcomes.stats import with_ties

    every = with_ties([*first, *second])
    return every[: len(first)], every[len(first) :]


def by_order(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Shift:
    """Median of the differences; the differences at the places k and mn + 1 - k bound it.

    k is the quantile of the untied Mann-Whitney distribution: exact without ties, conservative with
    them. `level` is 1 - 2 P(U < k) where that falls short.
    """
    m, n = len(first), len(second)
    k = quantile((1 - confidence) / 2, m, n)
    lowest = confidence if k >= 1 else 1 - 2 / _arrangements(m, n)
    return _at(differences(first, second), max(1, k), min(confidence, lowest))


def by_moses(first: Sequence[float], second: Sequence[float], confidence: float = 0.95) -> Shift:
    """The same with the place from the normal distribution.

    Mn / 2 - z sqrt(mn (m + n + 1) / 12), rounded down, at least 1.
    """
    return _at(
        differences(first, second),
        max(1, floor(_normal_place((1 - confidence) / 2, len(first), len(second)))),
        confidence,
    )


def _at(ordered: PairOrder, index: int, level: float) -> Shift:
    low, high = ordered.at([index - 1, len(ordered) - index])
    return Shift(ordered.median(), low, high, level)


def _normal_place(probability: float, m: int, n: int) -> float:
    from scipy.special import ndtri

    return m * n / 2 + float(ndtri(probability)) * sqrt(m * n * (m + n + 1) / 12)


def _arrangements(m: int, n: int) -> int:
    from math import comb

    return comb(m + n, m)


@lru_cache(maxsize=256)
def quantile(probability: float, m: int, n: int) -> int:
    """The smallest u with P(U <= u) of that probability or more.

    U the Mann-Whitney statistic of untied groups that are alike.

    Of more than 1,000 subjects, by the normal distribution.
    """
    import numpy as np

    if m + n > COUNTED_UP_TO:
        return max(0, round(_normal_place(probability, m, n)))
    counts = _counts(min(m, n), max(m, n))
    return int(np.searchsorted(np.cumsum(counts) / float(_arrangements(m, n)), probability - SLACK))


def _counts(m: int, n: int) -> np.ndarray:
    """Numbers of arrangements with U = 0, 1, … up to the middle.

    Coefficients of the Gaussian binomial, built one factor at a time.

    Each step multiplies by 1 - q^(n + i) and divides by 1 - q^i. A coefficient depends on those of
    lower degree only, which are smaller, so that nothing is lost in the tail.
    """
    import numpy as np

    counts = np.zeros(m * n // 2 + 1)
    counts[0] = 1.0
    for i in range(1, m + 1):
        counts[n + i :] -= counts[: max(0, len(counts) - n - i)].copy()
        counts = _summed(counts, i)
    return counts


def _summed(counts: np.ndarray, step: int) -> np.ndarray:
    """Running sums of every `step`-th element."""
    import numpy as np

    rows = -(-len(counts) // step)
    table = np.zeros(rows * step)
    table[: len(counts)] = counts
    running: np.ndarray = table.reshape(rows, step).cumsum(axis=0).ravel()[: len(counts)]
    return running


def by_root(
    first: Sequence[float],
    second: Sequence[float],
    confidence: float = 0.95,
    *,
    continuity: bool = True,
) -> Shift:
    """Estimate and limits by the normal rank-sum statistic: R's `wilcox.test(exact = FALSE)`.

    They are where the statistic of the shifted groups crosses zero and the normal quantiles.

    The estimate uses no continuity correction. A quantile that no shift reaches leaves the end of
    the range of differences. Raises ValueError where all differences are equal.
    """
    from dermoutcomes.stats import critical_value

    x, y = _two(first, second)
    low, high = float(x.min() - y.max()), float(x.max() - y.min())
    if low == high:
        raise ValueError("all differences between the groups are equal")
    z = critical_value(confidence)
    return Shift(
        _crossing(x, y, 0.0, low, high, continuity=False),
        _crossing(x, y, z, low, high, continuity=continuity),
        _crossing(x, y, -z, low, high, continuity=continuity),
        confidence,
    )


def _crossing(
    x: np.ndarray, y: np.ndarray, z: float, low: float, high: float, *, continuity: bool
) -> float:
    if _z(x - low, y, continuity=continuity) <= z:
        return low
    if _z(x - high, y, continuity=continuity) >= z:
        return high
    return brent_root(lambda shift: _z(x - shift, y, continuity=continuity) - z, low, high)


def _z(x: np.ndarray, y: np.ndarray, *, continuity: bool) -> float:
    """The normal rank-sum statistic: a step function of a shift of x."""
    import numpy as np

    m, n = len(x), len(y)
    doubled = doubled_ranks(np.concatenate([x, y]))
    deviation = (int(doubled[:m].sum()) - m * (m + n + 1)) / 2
    total = m + n
    variance = (
        m * n / (total * (total - 1)) * (int((doubled**2).sum()) - total * (total + 1) ** 2) / 4
    )
    correction = 0.5 * ((deviation > 0) - (deviation < 0)) if continuity else 0.0
    return (deviation - correction) / sqrt(variance) if variance > 0 else 0.0
