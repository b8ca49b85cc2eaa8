"""Cohen's kappa, weighted or not, with the large-sample standard error.

Sources: Cohen, Psychol Bull 1968;70:213-220; Fleiss, Cohen and Everitt, Psychol Bull
1969;72:323-327.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Kappa", "crossed", "kappa", "observed_agreement", "pabak"]

Counts = Sequence[Sequence[float]]
# A standard error below this is rounding.
NO_SPREAD = 1e-12


class Kappa(NamedTuple):
    """The estimate with its standard error and interval, its test, and both agreements.

    The test rests on the standard error under chance agreement.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    null_error: float
    statistic: float
    p_value: float
    observed: float
    expected: float


def crossed(
    first: Sequence[float], second: Sequence[float], levels: Sequence[float]
) -> list[list[int]]:
    """Counts of pairs: rows are levels of the first rating, columns of the second."""
    index_of_level = {level: position for position, level in enumerate(levels)}
    counts = [[0] * len(levels) for _ in levels]
    for one_rating, other_rating in zip(first, second, strict=True):
        counts[index_of_level[one_rating]][index_of_level[other_rating]] += 1
    return counts


def observed_agreement(counts: Counts) -> float:
    """The share of pairs that are equal."""
    return sum(row[i] for i, row in enumerate(counts)) / sum(map(sum, counts))


def pabak(counts: Counts) -> float:
    """Prevalence-adjusted, bias-adjusted kappa: (k p - 1) / (k - 1).

    Byrt, Bishop and Carlin, J Clin Epidemiol 1993;46:423-429.
    """
    k = len(counts)
    return (k * observed_agreement(counts) - 1) / (k - 1)


def kappa(counts: Counts, weights: str = "unweighted", confidence: float = 0.95) -> Kappa:
    """Weights are "unweighted", "linear" or "quadratic", by the position of the levels.

    Variances are sums of squares about their means, so that full agreement has none. Raises
    ValueError where chance alone would give full agreement, all ratings at one level, and where one
    rater's ratings are all at one level, which agree as chance has it.
    """
    import numpy as np

    from dermoutcomes.stats import critical_value, tail_probability

    if len(counts) < 2:
        raise ValueError("all ratings are at one level")
    p = np.asarray(counts, dtype=float)
    n = float(p.sum())
    p, w = p / n, _weights(len(p), weights)
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float((w * np.outer(rows, columns)).sum())
    if expected >= 1:
        raise ValueError("all ratings are at one level")
    value = (observed - expected) / (1 - expected)
    # Fleiss, Cohen and Everitt's variances (1969): `error` at the estimate, for its interval, and
    # `null` where raters agree by chance, for the test.
    sums = np.add.outer(w @ columns, rows @ w)
    scale = n * (1 - expected) ** 2
    error = sqrt(
        float((p * (w - sums * (1 - value) - value + expected * (1 - value)) ** 2).sum()) / scale
    )
    null = sqrt(float((np.outer(rows, columns) * (w - sums + expected) ** 2).sum()) / scale)
    if null < NO_SPREAD:
        raise ValueError("all ratings of one rater are at one level")
    half_width, z = critical_value(confidence) * error, value / null
    return Kappa(
        value,
        error,
        value - half_width,
        value + half_width,
        null,
        z,
        tail_probability(z),
        observed,
        expected,
    )


def _weights(k: int, name: str) -> np.ndarray:
    import numpy as np

    distance = np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    weights: np.ndarray = (
        (distance == 0).astype(float)
        if name == "unweighted"
        else 1 - (distance / (k - 1)) ** (2 if name == "quadratic" else 1)
    )
    return weights
