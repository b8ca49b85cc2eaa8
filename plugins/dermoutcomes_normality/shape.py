"""How values differ from normal ones.

Shapiro and Wilk's W, skewness and kurtosis.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import asinh, fsum, log, sqrt
from typing import NamedTuple

__all__ = [
    "Moments",
    "Verdict",
    "dagostino_skewness",
    "k_squared",
    "kurtosis_test",
    "moments",
    "shapiro_wilk",
]


class Verdict(NamedTuple):
    """A statistic and its p-value."""

    statistic: float
    p_value: float


class Moments(NamedTuple):
    """Skewness and excess kurtosis.

    G1 and g2 of the moments, and G1 and G2 without their bias in normal samples (SAS, SPSS).
    """

    skewness: float
    kurtosis: float
    skewness_unbiased: float | None
    kurtosis_unbiased: float | None


def shapiro_wilk(values: Sequence[float]) -> Verdict:
    """W and its p-value by Royston's approximation (1995).

    Raises ValueError for fewer than 3, more than 5000, or equal values.
    """
    from scipy.stats import shapiro

    ordered = sorted(values)
    _refuse(ordered, 3)
    if len(ordered) > 5000:
        raise ValueError("the approximation of its p-value ends at 5000 values")
    middle = ordered[len(ordered) // 2]
    result = shapiro([value - middle for value in ordered])
    return Verdict(float(result.statistic), min(1.0, float(result.pvalue)))


def moments(values: Sequence[float]) -> Moments:
    """Third and fourth standardised moments; the unbiased ones need 3 and 4 values.

    Raises ValueError where values are equal.
    """
    _refuse(values, 2)
    n, mean = len(values), fsum(values) / len(values)
    scale = max(abs(value - mean) for value in values)
    second, third, fourth = (
        fsum(((value - mean) / scale) ** power for value in values) / n for power in (2, 3, 4)
    )
    g1, g2 = third / second**1.5, fourth / second**2 - 3
    big_g1 = g1 * sqrt(n * (n - 1)) / (n - 2) if n > 2 else None
    big_g2 = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6) if n > 3 else None
    return Moments(g1, g2, big_g1, big_g2)


def dagostino_skewness(values: Sequence[float]) -> Verdict:
    """D'Agostino's test of skewness (1970), two-sided; 8 values at least."""
    _refuse(values, 8)
    n = len(values)
    y = moments(values).skewness * sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    beta = 3 * (n * n + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    w2 = sqrt(2 * (beta - 1)) - 1
    return _of_z(asinh(y / sqrt(2 / (w2 - 1))) / sqrt(log(sqrt(w2))))


def kurtosis_test(values: Sequence[float]) -> Verdict:
    """Anscombe and Glynn's test of kurtosis (1983), two-sided; 20 values at least."""
    _refuse(values, 20)
    n, b2 = len(values), moments(values).kurtosis + 3
    variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (b2 - 3 * (n - 1) / (n + 1)) / sqrt(variance)
    skew = (
        6
        * (n * n - 5 * n + 2)
        / ((n + 7) * (n + 9))
        * sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    )
    a = 6 + 8 / skew * (2 / skew + sqrt(1 + 4 / skew**2))
    ratio = (1 - 2 / a) / (1 + x * sqrt(2 / (a - 4)))
    # Wilson and Hilferty's cube root. Python's power of a negative number is complex: the sign is
    # taken out.
    return _of_z(
        (1 - 2 / (9 * a) - (ratio ** (1 / 3) if ratio > 0 else -((-ratio) ** (1 / 3))))
        / sqrt(2 / (9 * a))
    )


def k_squared(values: Sequence[float]) -> Verdict:
    """D'Agostino and Pearson's omnibus test: both z squared, chi-square on 2 degrees of freedom."""
    from scipy.special import chdtrc

    total = dagostino_skewness(values).statistic ** 2 + kurtosis_test(values).statistic ** 2
    return Verdict(total, float(chdtrc(2, total)))


def _of_z(z: float) -> Verdict:

    from dermoutcomes.stats import tail_probability

    return Verdict(z, tail_probability(z))


def _refuse(values: Sequence[float], at_least: int) -> None:
    if len(values) < at_least:
        raise ValueError(f"it takes at least {at_least} values, and has {len(values)}")
    if max(values) - min(values) <= 1e-14 * max(abs(value) for value in values):
        raise ValueError("all values are equal")
