"""The paired t-test: the mean of differences, its interval and its test."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

from dermoutcomes.stats import Tail

__all__ = ["MeanDifference", "mean_and_sd", "mean_difference", "sd_interval"]


class MeanDifference(NamedTuple):
    """What a paired t-test says; the interval is two-sided whatever the test is."""

    n: int
    estimate: float
    sd: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    df: int
    p_value: float


def mean_and_sd(values: Sequence[float]) -> tuple[float, float]:
    """Mean and standard deviation (n - 1) of two or more numbers, summed exactly.

    So that their order does not matter.
    """
    mean = fsum(values) / len(values)
    return mean, sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def mean_difference(
    differences: Sequence[float], confidence: float = 0.95, tail: Tail = "two-sided"
) -> MeanDifference:
    """Student's t of the differences against zero.

    Raises ValueError for fewer than two, or for differences that do not vary.
    """
    from dermoutcomes.stats import critical_value, tail_probability

    if len(differences) < 2:
        raise ValueError("a t-test needs at least two differences")
    mean, sd = mean_and_sd(differences)
    if sd <= 1e-14 * max(abs(value) for value in differences):
        raise ValueError("all differences are equal")
    df, std_error = len(differences) - 1, sd / sqrt(len(differences))
    t, half_width = mean / std_error, critical_value(confidence, df) * std_error
    p = tail_probability(t, tail, df)
    return MeanDifference(
        len(differences), mean, sd, std_error, mean - half_width, mean + half_width, t, df, float(p)
    )


def sd_interval(sd: float, df: int, confidence: float = 0.95) -> tuple[float, float]:
    """The chi-square interval of a standard deviation in a normal sample, with equal tails."""
    from scipy.special import chdtri

    return sd * sqrt(df / float(chdtri(df, (1 - confidence) / 2))), sd * sqrt(
        df / float(chdtri(df, (1 + confidence) / 2))
    )
