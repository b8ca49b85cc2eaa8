"""Tests of one table of arms by categories.

Pearson's chi-square, the likelihood ratio, and the exact test of Freeman and Halton.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import comb, sqrt
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_categorical.generalised_cmh import ChiSquare

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = [
    "Sampled",
    "TooManyTables",
    "cramers_v",
    "exact_p",
    "least_expected",
    "likelihood_ratio",
    "pearson",
    "sampled_p",
]

# Steps that the exact test takes before it gives up: about a second.
MOST = 150_000


# What each row has left and the chance so far → how many partial tables have both.
Partial = dict[tuple[tuple[int, ...], int], int]


class TooManyTables(ValueError):  # noqa: N818 - said of the margins, not of a fault
    """The margins allow more tables than the exact test can go through."""


class Sampled(NamedTuple):
    """A p-value from random tables, and its standard error."""

    p_value: float
    std_error: float


def pearson(table: Array, *, yates: bool = False) -> ChiSquare:
    """Pearson's chi-square.

    `yates` moves each count of a two-by-two table half towards what is expected, never beyond it.
    """
    import numpy as np

    counts = _occupied(table)
    expected = _expected(counts)
    deviations = np.abs(counts - expected)
    if yates and counts.shape == (2, 2):
        deviations = np.maximum(0.0, deviations - 0.5)
    return _chi_square(float((deviations**2 / expected).sum()) if counts.size else 0.0, counts)


def likelihood_ratio(table: Array) -> ChiSquare:
    """Twice the log-likelihood lost by independence."""
    import numpy as np

    counts = _occupied(table)
    some = counts > 0
    return _chi_square(
        float(2 * (counts[some] * np.log(counts[some] / _expected(counts)[some])).sum()), counts
    )


def _occupied(table: Array) -> Array:
    """Without rows and columns that are empty: they say nothing, and have no degrees of freedom."""
    import numpy as np

    return np.asarray(table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0])


def _expected(counts: Array) -> Array:
    import numpy as np

    return np.asarray(np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(counts.sum(), 1.0))


def _chi_square(statistic: float, counts: Array) -> ChiSquare:
    from scipy.special import gammaincc

    df = max(0, counts.shape[0] - 1) * max(0, counts.shape[1] - 1)
    return ChiSquare(statistic, df, float(gammaincc(df / 2, statistic / 2)) if df else None)


def least_expected(table: Array) -> float:
    """The smallest expected count: below 5 the chi-square is rough."""
    counts = _occupied(table)
    return float(_expected(counts).min()) if counts.size else 0.0


def cramers_v(table: Array) -> float | None:
    """The strength of the association, 0 to 1; None where there is one row or one column."""
    counts = _occupied(table)
    smaller = min(counts.shape) - 1
    return (
        sqrt(pearson(counts).statistic / (float(counts.sum()) * smaller)) if smaller > 0 else None
    )


def exact_p(table: Array) -> float:
    """The chance of a table no likelier than the observed one, given both margins.

    It is counted in whole numbers.

    Columns are filled one after another; partial tables that leave the same rows and have the same
    chance are one, counted. Raises TooManyTables where they become too many.
    """
    counts = _occupied(table).astype(int)
    counts = counts.T if counts.shape[0] > counts.shape[1] else counts
    columns = [[int(count) for count in column] for column in counts.T]
    rows = tuple(int(count) for count in counts.sum(axis=1))
    partial: Partial = {(rows, 1): 1}
    observed, steps = 1, 0
    for column in columns:
        observed *= _ways(column)
        partial, steps = _extended(partial, sum(column), steps)
    probabilities: dict[int, int] = {}
    for (_, chance), number in partial.items():
        probabilities[chance] = probabilities.get(chance, 0) + number
    total = sum(chance * number for chance, number in probabilities.items())
    return float(
        Fraction(
            sum(chance * number for chance, number in probabilities.items() if chance <= observed),
            total,
        )
    )


def _extended(partial: Partial, size: int, steps: int) -> tuple[Partial, int]:
    """Every partial table with every next column of that size.

    Rows are interchangeable, so that they are kept sorted.
    """
    following: Partial = {}
    for (left, chance), number in partial.items():
        for column in _columns(left, size):
            key = (
                tuple(sorted(margin - used for margin, used in zip(left, column, strict=True))),
                chance * _ways(column),
            )
            following[key] = following.get(key, 0) + number
            steps += 1
            if steps > MOST:
                raise TooManyTables("the margins allow more tables than can be gone through")
    return following, steps


def _columns(left: Sequence[int], size: int) -> Iterator[tuple[int, ...]]:
    """Every column of that size that the rows have room for."""
    if len(left) == 1:
        if size <= left[0]:
            yield (size,)
        return
    capacity = sum(left[1:])
    for first in range(max(0, size - capacity), min(left[0], size) + 1):
        for rest in _columns(left[1:], size - first):
            yield (first, *rest)


def _ways(column: Sequence[int]) -> int:
    """The multinomial coefficient of a column.

    Its share of a table's chance, up to what all tables have in common.
    """
    n_ways, total = 1, 0
    for count in column:
        total += count
        n_ways *= comb(total, count)
    return n_ways


def sampled_p(table: Array, resamples: int, rng: np.random.Generator) -> Sampled:
    """The same from random tables with these margins.

    The observed table is counted as one of them.
    """
    import numpy as np
    from scipy.special import gammaln
    from scipy.stats import random_table

    from dermoutcomes.stats import monte_carlo_p

    counts = _occupied(table).astype(int)
    tables = random_table(counts.sum(axis=1), counts.sum(axis=0)).rvs(
        resamples, method="patefield", random_state=rng
    )
    chance, observed = -gammaln(tables + 1.0).sum(axis=(1, 2)), -float(gammaln(counts + 1.0).sum())
    p = monte_carlo_p(np.count_nonzero(chance <= observed + 1e-7), resamples)
    return Sampled(p, sqrt(p * (1 - p) / resamples))
