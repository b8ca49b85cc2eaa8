"""The Hodges-Lehmann estimate of a shift.

With the interval that inverts Wilcoxon's signed-rank test.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes.stats import brent_root
from dermoutcomes_paired.signed_ranks import quantile, rounded

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Shift", "by_order", "by_root"]


class Shift(NamedTuple):
    """An estimate and its interval.

    `level` is the level that the interval has, which can be less than what was asked.
    """

    estimate: float
    conf_low: float
    conf_high: float
    level: float


def by_order(differences: Sequence[float], confidence: float = 0.95) -> Shift:
    """Median of the Walsh averages and its exact interval, which is two of their order statistics.

    Zeros are included, and each difference with itself too.

    The averages with the places k and N + 1 - k bound it, k the quantile of the untied signed-rank
    distribution: exact without ties, conservative with them. `level` is 1 - 2 P(V < k) there.
    """
    from dermoutcomes.stats import walsh_averages

    averages = walsh_averages(rounded(differences))
    n = len(differences)
    k = max(1, quantile((1 - confidence) / 2, n))
    level = confidence if k > 1 else 1 - 2.0 ** (1 - n)
    low, high = averages.at([k - 1, len(averages) - k])
    return Shift(averages.median(), low, high, min(level, confidence))


def by_root(
    differences: Sequence[float], confidence: float = 0.95, *, continuity: bool = True
) -> Shift:
    """Where the normal signed-rank statistic crosses zero, and the normal quantiles.

    R's `wilcox.test(exact = FALSE)`.

    Zeros are dropped. The estimate uses no continuity correction. Where the data cannot reach the
    level, alpha is doubled until they do, and `level` says so. Raises ValueError where no
    difference is left, or all are equal.
    """
    from scipy.special import ndtri

    d = rounded(differences)
    d = d[d != 0]
    if not len(d) or d.min() == d.max():
        raise ValueError("all differences are equal")
    # Roots by R's own steps: of a step function, which one is found depends on them.
    low, high = float(d.min()), float(d.max())
    alpha = _reachable(
        _z(d, low, continuity=continuity), _z(d, high, continuity=continuity), 1 - confidence
    )
    z = float(-ndtri(alpha / 2))
    return Shift(
        brent_root(lambda shift: _z(d, shift, continuity=False), low, high),
        brent_root(lambda shift: _z(d, shift, continuity=continuity) - z, low, high),
        brent_root(lambda shift: _z(d, shift, continuity=continuity) + z, low, high),
        1 - alpha,
    )


def _reachable(highest: float, lowest: float, alpha: float) -> float:
    """`alpha`, doubled until the statistic spans both of its normal quantiles."""
    from scipy.special import ndtri

    while alpha < 1 and not (lowest <= ndtri(alpha / 2) and -ndtri(alpha / 2) <= highest):
        alpha *= 2
    return min(alpha, 1.0)


def _z(d: np.ndarray, shift: float, *, continuity: bool) -> float:
    """The normal signed-rank statistic of the differences less `shift`.

    A step function of the shift.
    """
    import numpy as np

    shifted = d - shift
    # Zeros are left out before ranking, as Wilcoxon did and as R's wilcox.test does.
    shifted = shifted[shifted != 0]
    size = np.abs(shifted)
    order, n = size.argsort(), len(shifted)
    ordered = size[order]
    if (ordered[1:] == ordered[:-1]).any():
        smaller, not_larger = (
            ordered.searchsorted(size, "left"),
            ordered.searchsorted(size, "right"),
        )
        ties = not_larger - smaller
        of_higher, tied = (
            float(((smaller + not_larger + 1) / 2)[shifted > 0].sum()),
            float((ties**2 - 1).sum()),
        )
    else:  # ranks are places
        positions = (shifted[order] > 0).nonzero()[0]
        of_higher, tied = float(positions.sum() + len(positions)), 0.0
    centred = of_higher - n * (n + 1) / 4
    # Each of t tied ranks brings t² - 1 of t³ - t.
    variance = n * (n + 1) * (2 * n + 1) / 24 - tied / 48
    correction = 0.5 * ((centred > 0) - (centred < 0)) if continuity else 0.0
    return (centred - correction) / sqrt(variance) if variance > 0 else 0.0
