"""Mean squares of a table of subjects by raters (or occasions), complete rows only."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple

__all__ = ["MeanSquares", "complete", "mean_squares"]

Table = Sequence[Sequence[float | None]]


class MeanSquares(NamedTuple):
    """Subjects n, raters k, the grand mean, and the mean squares.

    These are between subjects, within, between raters, and of the residual.
    """

    n: int
    k: int
    mean: float
    subjects: float
    within: float
    raters: float
    residual: float

    @property
    def subject_variance(self) -> float:
        """Variance between subjects of the two-way model; negative where the data say so."""
        return (self.subjects - self.residual) / self.k

    @property
    def rater_variance(self) -> float:
        """Variance between raters; negative where the data say so."""
        return (self.raters - self.residual) / self.n


def complete(table: Table) -> list[list[float]]:
    """The rows in which nothing is missing."""
    return [[value for value in row if value is not None] for row in table if None not in row]


def mean_squares(table: Sequence[Sequence[float]]) -> MeanSquares:
    """Raises ValueError for fewer than two rows or columns."""
    n, k = len(table), len(table[0]) if table else 0
    if n < 2 or k < 2:
        raise ValueError("fewer than two subjects or two readings of each")
    mean = fsum(value for row in table for value in row) / (n * k)
    rows = [fsum(row) / k for row in table]
    columns = [fsum(row[j] for row in table) / n for j in range(k)]
    subjects = k * fsum((row - mean) ** 2 for row in rows) / (n - 1)
    raters = n * fsum((column - mean) ** 2 for column in columns) / (k - 1)
    within = fsum(
        (value - row) ** 2 for values, row in zip(table, rows, strict=True) for value in values
    ) / (n * (k - 1))
    residual = fsum(
        (value - row - column + mean) ** 2
        for values, row in zip(table, rows, strict=True)
        for value, column in zip(values, columns, strict=True)
    ) / ((n - 1) * (k - 1))
    return MeanSquares(n, k, mean, subjects, within, raters, residual)
