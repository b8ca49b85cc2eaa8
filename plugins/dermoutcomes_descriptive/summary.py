"""Summaries of numbers, summed exactly, so that their order does not matter."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, floor, fsum, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = Sequence[float] | NDArray[np.float64]

__all__ = [
    "Mean",
    "Summary",
    "geometric_mean_ratio",
    "log_ratios",
    "mean_of_summary",
    "mean_with_interval",
    "percent_change_of_means",
    "quantile",
    "summary",
]


class Summary(NamedTuple):
    """Location and spread.

    None where there are too few values, or a mean of zero for the coefficient of variation.
    """

    mean: float
    sd: float | None
    std_error: float | None
    cv_percent: float | None
    median: float
    q1: float
    q3: float
    min: float
    max: float


class Mean(NamedTuple):
    """A mean, its standard error and its interval; None where there are fewer than two values."""

    estimate: float
    std_error: float | None
    conf_low: float | None
    conf_high: float | None


def summary(values: Numbers, quantile_type: int = 2) -> Summary:
    """Summary of one or more values; standard deviation with n - 1."""
    import numpy as np

    # Stable: which of 0.0 and -0.0 is the smallest must not depend on how many values there are.
    ordered, n = np.sort(np.asarray(values, dtype=np.float64), kind="stable"), len(values)
    mean = fsum(ordered) / n
    # Not `** 2`, which multiplies: `float_power` rounds as the power of a Python number does.
    sd = sqrt(fsum(np.float_power(ordered - mean, 2)) / (n - 1)) if n > 1 else None
    cv = None if sd is None or mean == 0 else 100 * sd / mean
    median, q1, q3 = (quantile(ordered, p, quantile_type) for p in (0.5, 0.25, 0.75))
    least, most = float(ordered[0]), float(ordered[-1])
    return Summary(mean, sd, None if sd is None else sd / sqrt(n), cv, median, q1, q3, least, most)


def quantile(ordered: Numbers, p: float, quantile_type: int = 2) -> float:
    """Sample quantile of sorted values.

    Type 2 of Hyndman and Fan (SAS), 6 (SPSS, Minitab) or 7 (R, Excel).
    """
    n = len(ordered)
    position = {2: n * p, 6: (n + 1) * p, 7: 1 + (n - 1) * p}[quantile_type]
    below = floor(position + 4e-16 * n)
    part = position - below if abs(position - below) > 4e-16 * n else 0.0
    if quantile_type == 2:
        part = 0.5 if part == 0 else 1.0
    low, high = (float(ordered[min(max(index, 1), n) - 1]) for index in (below, below + 1))
    return high if part == 1 else low + part * (high - low)


def mean_with_interval(values: Numbers, confidence: float = 0.95) -> Mean:
    """The mean of one or more values with its t interval."""
    return mean_of_summary(summary(values), len(values), confidence)


def mean_of_summary(short: Summary, n: int, confidence: float = 0.95) -> Mean:
    """The mean of n values that were summed up, with its t interval."""
    from dermoutcomes.stats import critical_value

    if short.std_error is None:
        return Mean(short.mean, None, None, None)
    half_width = critical_value(confidence, n - 1) * short.std_error
    return Mean(short.mean, short.std_error, short.mean - half_width, short.mean + half_width)


def percent_change_of_means(first: Numbers, base: Numbers) -> float | None:
    """100 (mean - mean at base) / mean at base, of pairs; None at a mean base of zero."""
    at_base = fsum(base)
    return 100 * (fsum(first) - at_base) / at_base if at_base else None


def log_ratios(first: Numbers, base: Numbers) -> NDArray[np.float64]:
    """The logarithms of the ratios of pairs, all above zero."""
    import numpy as np

    ratios = np.divide(first, base)
    # Not `np.log`, whose last digit depends on the processor.
    return np.fromiter(map(log, ratios), np.float64, ratios.size)


def geometric_mean_ratio(logs: Mean) -> Mean:
    """The ratio of the geometric means of pairs, from the mean of their `log_ratios`.

    With the limits of its t interval; no standard error.
    """
    low, high = (None if limit is None else exp(limit) for limit in (logs.conf_low, logs.conf_high))
    return Mean(exp(logs.estimate), None, low, high)
