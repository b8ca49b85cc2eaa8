"""A mean, a straight line and a correlation, with Student's t of what they estimate."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt

from dermoutcomes_within_subject.small_samples import Effect

__all__ = ["Line", "correlation", "line", "mean"]

Line = tuple[Effect, Effect]


def mean(values: Sequence[float]) -> Effect:
    """The mean against zero.

    ValueError for fewer than two values, or for values that do not vary.
    """
    n = len(values)
    if n < 2:
        raise ValueError("a mean needs at least two subjects")
    centre = fsum(values) / n
    spread = sqrt(fsum((value - centre) ** 2 for value in values) / (n - 1))
    if spread <= 1e-14 * max(map(abs, values)):
        raise ValueError("all differences are equal")
    return Effect(centre, spread / sqrt(n), n - 1, centre / (spread / sqrt(n)))


def line(x: Sequence[float], y: Sequence[float]) -> Line:
    """Intercept (y where x is zero) and slope by least squares.

    ValueError for fewer than three points, or nothing that varies.
    """
    n = len(x)
    if n < 3:
        raise ValueError("a line with an error needs at least three subjects")
    x_mean, y_mean = fsum(x) / n, fsum(y) / n
    xx = fsum((value - x_mean) ** 2 for value in x)
    # A spread of 1e-12 of the largest value (squared here) is what rounding leaves of equal ones.
    if xx <= 1e-24 * max(value * value for value in x) * n or not xx:
        raise ValueError("all differences before treatment are equal")
    slope = fsum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / xx
    intercept = y_mean - slope * x_mean
    residual = fsum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True)) / (n - 2)
    if residual <= 1e-26 * max(value * value for value in y):
        raise ValueError("all subjects lie on the line")
    errors = sqrt(residual * (1 / n + x_mean**2 / xx)), sqrt(residual / xx)
    return Effect(intercept, errors[0], n - 2, intercept / errors[0]), Effect(
        slope, errors[1], n - 2, slope / errors[1]
    )


def correlation(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Pearson's r; None where one of the two does not vary."""
    n = len(x)
    if n < 2:
        return None
    x_mean, y_mean = fsum(x) / n, fsum(y) / n
    xx, yy = fsum((value - x_mean) ** 2 for value in x), fsum((value - y_mean) ** 2 for value in y)
    if xx <= 1e-24 * fsum(value * value for value in x) or yy <= 1e-24 * fsum(
        value * value for value in y
    ):
        return None
    covariance = fsum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True))
    return max(-1.0, min(1.0, covariance / sqrt(xx * yy)))
