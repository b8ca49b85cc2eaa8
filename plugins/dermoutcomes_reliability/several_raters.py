"""Agreement of several raters: Fleiss' kappa and Krippendorff's alpha."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import fsum, sqrt
from typing import NamedTuple

__all__ = ["Fleiss", "fleiss", "krippendorff"]


class Fleiss(NamedTuple):
    """The estimate, its standard error under chance agreement, its test, and both agreements."""

    estimate: float
    null_error: float
    statistic: float
    p_value: float
    observed: float
    expected: float


def fleiss(counts: Sequence[Sequence[int]]) -> Fleiss:
    """Fleiss' kappa of subjects (rows) by categories, each subject rated equally often.

    The standard error is that of Fleiss, Nee and Landis (Psychol Bull 1979;86:974-977). Raises
    ValueError for unequal numbers of ratings, for a single one, and where all ratings are in one
    category.
    """
    from scipy.special import ndtr

    n, m = len(counts), sum(counts[0]) if counts else 0
    if m < 2 or any(sum(row) != m for row in counts):
        raise ValueError("subjects are not rated equally often, or only once")
    shares = [sum(row[j] for row in counts) / (n * m) for j in range(len(counts[0]))]
    observed = fsum((sum(value * value for value in row) - m) / (m * (m - 1)) for row in counts) / n
    expected, spread = fsum(p * p for p in shares), fsum(p * (1 - p) for p in shares)
    if spread <= 0:
        raise ValueError("all ratings are in one category")
    # The error where raters agree by chance alone.
    error = (
        sqrt(2)
        / (spread * sqrt(n * m * (m - 1)))
        * sqrt(max(0.0, spread**2 - fsum(p * (1 - p) * (1 - 2 * p) for p in shares)))
    )
    value = (observed - expected) / (1 - expected)
    return Fleiss(
        value, error, value / error, 2 * float(ndtr(-abs(value / error))), observed, expected
    )


def krippendorff(units: Sequence[Sequence[float | None]], metric: str) -> tuple[float, int]:
    """Alpha, and the number of pairable values.

    Missing ratings are left out, units with one rating too.

    `metric` is "nominal", "ordinal", "interval" or "ratio". Krippendorff, Computing Krippendorff's
    alpha-reliability, 2011. Raises ValueError where nothing can be paired or nothing varies.
    """
    rated = [[value for value in unit if value is not None] for unit in units]
    rated = [unit for unit in rated if len(unit) > 1]
    totals = Counter(value for unit in rated for value in unit)
    n = sum(totals.values())
    distance = METRICS[metric](totals)
    disagreement = fsum(
        distance(a, b) / (len(unit) - 1)
        for unit in rated
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    )
    chance = fsum(
        totals[a] * totals[b] * distance(a, b) for a in sorted(totals) for b in sorted(totals)
    )
    if chance <= 0:
        raise ValueError("no two ratings differ" if n else "no unit has two ratings")
    return 1 - (n - 1) * disagreement / chance, n


Apart = Callable[[float, float], float]


def _ordinal(totals: Mapping[float, int]) -> Apart:
    levels = sorted(totals)
    below, count = {}, 0
    for level in levels:
        below[level] = count + totals[level] / 2
        count += totals[level]
    return lambda a, b: (below[a] - below[b]) ** 2


METRICS: Mapping[str, Callable[[Mapping[float, int]], Apart]] = {
    "nominal": lambda _: lambda a, b: float(a != b),
    "ordinal": _ordinal,
    "interval": lambda _: lambda a, b: (a - b) ** 2,
    "ratio": lambda _: lambda a, b: ((a - b) / (a + b)) ** 2 if a + b else 0.0,
}
