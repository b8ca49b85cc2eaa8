"""Whether the effect is the same in all strata."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from dermoutcomes_proportions.difference_intervals import unpooled_variance
from dermoutcomes_proportions.mantel_haenszel import Stratum, pooled_difference, pooled_odds_ratio

__all__ = ["Heterogeneity", "breslow_day", "heterogeneity_of_differences"]


class Heterogeneity(NamedTuple):
    """A chi-square with its degrees of freedom; no p-value without them."""

    statistic: float
    df: int
    p_value: float | None


def breslow_day(strata: Sequence[Stratum], *, tarone: bool = False) -> Heterogeneity | None:
    """Breslow and Day's test of a common odds ratio at Mantel and Haenszel's.

    None where that is 0, infinite or undefined.

    A stratum in which nothing can vary does not count. Tarone's correction makes it chi-square for
    an estimate that is not the likeliest.
    """
    common = pooled_odds_ratio(strata)
    if common.log_se is None:
        return None
    fitted = [(events[0], *_expected(events, n, common.estimate)) for events, n in strata]
    usable = [(x - expected, variance) for x, expected, variance in fitted if variance > 0]
    statistic = sum(deviation**2 / variance for deviation, variance in usable)
    if tarone and usable:
        statistic -= sum(deviation for deviation, _ in usable) ** 2 / sum(
            variance for _, variance in usable
        )
    return _chi_square(statistic, len(usable) - 1)


def _expected(events: tuple[int, int], n: tuple[int, int], ratio: float) -> tuple[float, float]:
    """Events of the first arm at that odds ratio, given the margins, and their asymptotic variance.

    0 where nothing can vary.
    """
    total = sum(events)
    low, high = max(0, total - n[1]), min(n[0], total)
    if low == high:
        return float(low), 0.0
    a, b, c = 1 - ratio, n[1] - total + ratio * (n[0] + total), -ratio * n[0] * total
    root = sqrt(max(0.0, b**2 - 4 * a * c))
    # The root without cancelling, which also holds at a ratio of 1, where a is 0.
    expected = -2 * c / (b + root)
    cells = expected, total - expected, n[0] - expected, n[1] - total + expected
    return expected, 1 / sum(1 / cell for cell in cells) if min(cells) > 0 else 0.0


def heterogeneity_of_differences(strata: Sequence[Stratum]) -> Heterogeneity | None:
    """Squared distances of the strata's differences from the pooled one over their variances.

    Strata without variance do not count.
    """
    pooled = pooled_difference(strata).estimate
    usable = [
        (events[0] / n[0] - events[1] / n[1] - pooled, unpooled_variance(events, n))
        for events, n in strata
    ]
    varying = [(deviation, variance) for deviation, variance in usable if variance > 0]
    return (
        _chi_square(
            sum(deviation**2 / variance for deviation, variance in varying), len(varying) - 1
        )
        if varying
        else None
    )


def _chi_square(statistic: float, df: int) -> Heterogeneity:
    from scipy.special import gammaincc

    return Heterogeneity(statistic, df, float(gammaincc(df / 2, statistic / 2)) if df > 0 else None)
