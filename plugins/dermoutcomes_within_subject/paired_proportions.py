"""The difference of two proportions of the same subjects, and three intervals of it."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes_within_subject.discordance import Table

__all__ = [
    "INTERVALS",
    "difference",
    "newcombe",
    "phi",
    "standard_error",
    "tango",
    "wald",
    "wilson",
]

Limits = tuple[float, float]


def difference(table: Table) -> float:
    """Share of responders under the first less that under the second."""
    return (table.first_only - table.second_only) / table.n


def standard_error(table: Table) -> float:
    """The large-sample (Wald) standard error of the difference."""
    return sqrt(table.discordant - (table.first_only - table.second_only) ** 2 / table.n) / table.n


def wald(table: Table, confidence: float = 0.95) -> Limits:
    """Estimate plus or minus normal quantiles of its standard error; poor in small samples."""
    from dermoutcomes.stats import wald_interval

    return wald_interval(difference(table), standard_error(table), confidence)


def wilson(events: int, n: int, z: float) -> Limits:
    """Wilson's score interval of one proportion."""
    p, spread = events / n, z * sqrt(events * (n - events) / n**3 + z * z / (4 * n * n))
    return (p + z * z / (2 * n) - spread) / (1 + z * z / n), (p + z * z / (2 * n) + spread) / (
        1 + z * z / n
    )


def phi(table: Table, *, corrected: bool = True) -> float:
    """Correlation of the two responses.

    Corrected (Newcombe), a positive one is first drawn towards zero by n/2 pairs' products.
    """
    a, b, c, d = table
    product, margins = a * d - b * c, (a + b) * (c + d) * (a + c) * (b + d)
    if not margins:
        return 0.0
    numerator = max(product - table.n / 2, 0.0) if corrected and product > 0 else float(product)
    return numerator / sqrt(margins)


def newcombe(table: Table, confidence: float = 0.95, *, corrected: bool = True) -> Limits:
    """Newcombe's method 10.

    Wilson limits of both proportions, squared and added with their correlation.
    """
    from dermoutcomes.stats import critical_value

    z, d, r = critical_value(confidence), difference(table), phi(table, corrected=corrected)
    first, second = table.both + table.first_only, table.both + table.second_only
    (low_1, high_1), (low_2, high_2) = wilson(first, table.n, z), wilson(second, table.n, z)
    p1, p2 = first / table.n, second / table.n
    return d - _added(p1 - low_1, high_2 - p2, r), d + _added(high_1 - p1, p2 - low_2, r)


def _added(first: float, second: float, r: float) -> float:
    return sqrt(max(0.0, first**2 - 2 * r * first * second + second**2))


def tango(table: Table, confidence: float = 0.95) -> Limits:
    """Tango's score interval: the differences that his test would not reject."""
    from dermoutcomes.stats import bisection, critical_value

    z, d = critical_value(confidence), difference(table)
    low = -1.0 if d == -1 else bisection(lambda delta: _score(table, delta) > z, -1.0, d)
    high = 1.0 if d == 1 else bisection(lambda delta: _score(table, delta) > -z, d, 1.0)
    return low, high


def _score(table: Table, delta: float) -> float:
    """Tango's z of the hypothesis that the difference is `delta`.

    With the variance estimated under it.
    """
    n, b, c = table.n, table.first_only, table.second_only
    deviation = b - c - n * delta
    linear = -b - c + (2 * n - b + c) * delta
    q = (sqrt(max(0.0, linear**2 + 8 * n * c * delta * (1 - delta))) - linear) / (4 * n)
    variance = n * (2 * q + delta * (1 - delta))
    if variance <= 1e-12 * n:
        return 0.0 if not deviation else float("inf") if deviation > 0 else float("-inf")
    return deviation / sqrt(variance)


INTERVALS: dict[str, Callable[[Table, float], Limits]] = {
    "newcombe": newcombe,
    "tango": tango,
    "wald": wald,
}
