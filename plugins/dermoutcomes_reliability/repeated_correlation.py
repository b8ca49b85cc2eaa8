"""Correlation within subjects of two things measured together several times.

Bland and Altman, BMJ 1995;310:446; Bakdash and Marusich, Front Psychol 2017;8:456.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import atanh, copysign, fsum, sqrt, tanh
from typing import NamedTuple

__all__ = ["WithinCorrelation", "spearman", "within_correlation"]

Pair = tuple[float, float]


class WithinCorrelation(NamedTuple):
    """The correlation of deviations from each subject's own means.

    With degrees of freedom N - subjects - 1.
    """

    estimate: float
    conf_low: float | None
    conf_high: float | None
    df: int
    p_value: float
    slope: float


def within_correlation(
    pairs: Mapping[str, Sequence[Pair]], confidence: float = 0.95
) -> WithinCorrelation:
    """The sign of the common slope times the square root of its share of the sum of squares.

    The interval on Fisher's scale.

    Raises ValueError for fewer than two degrees of freedom, or values that do not vary within
    subjects.
    """
    from dermoutcomes.stats import critical_value, tail_probability

    # A subject with one pair has no deviation from its mean, and would take a degree of freedom.
    deviations = [
        pair
        for subject in sorted(pairs)
        if len(pairs[subject]) > 1
        for pair in _centred(pairs[subject])
    ]
    subjects = sum(len(values) > 1 for values in pairs.values())
    df = len(deviations) - subjects - 1
    sxx, syy, sxy = (
        fsum(a * b for a, b in products)
        for products in (
            ((x, x) for x, _ in deviations),
            ((y, y) for _, y in deviations),
            deviations,
        )
    )
    if df < 1 or not sxx or not syy:
        raise ValueError("too few repeated pairs, or values that do not vary within subjects")
    r = max(-1.0, min(1.0, sxy / sqrt(sxx * syy)))
    t = r * sqrt(df / (1 - r * r)) if abs(r) < 1 else copysign(float("inf"), r)
    if df < 2 or abs(r) >= 1:
        return WithinCorrelation(r, None, None, df, tail_probability(t, df=df), sxy / sxx)
    half_width = critical_value(confidence) / sqrt(df - 1)
    return WithinCorrelation(
        r,
        tanh(atanh(r) - half_width),
        tanh(atanh(r) + half_width),
        df,
        tail_probability(t, df=df),
        sxy / sxx,
    )


def _centred(values: Sequence[Pair]) -> list[Pair]:
    x, y = (fsum(pair[i] for pair in values) / len(values) for i in (0, 1))
    return [(a - x, b - y) for a, b in values]


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Spearman's rank correlation with midranks.

    Raises ValueError where one of the two does not vary.
    """
    from scipy.stats import rankdata

    x, y = rankdata(first), rankdata(second)
    x, y = x - x.mean(), y - y.mean()
    size = sqrt(float(x @ x) * float(y @ y))
    if not size:
        raise ValueError("one of the two does not vary")
    return float(x @ y) / size
