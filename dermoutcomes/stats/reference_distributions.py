"""Quantiles, intervals and p-values by the normal, Student's t and the chi-square distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

if TYPE_CHECKING:
    from dermoutcomes.stats.tails import Tail

__all__ = [
    "ChiSquare",
    "chi_square_test",
    "corrected_z",
    "critical_value",
    "tail_probability",
    "wald_interval",
]


def critical_value(confidence: float, df: float | None = None) -> float:
    """The quantile at (1 + confidence) / 2.

    Of Student's t with `df` degrees of freedom, of the normal distribution without. So many
    standard errors lie between an estimate and each limit: 1.96 at 0.95.
    """
    upper = (1 + confidence) / 2
    return float(ndtri(upper) if df is None else stdtrit(df, upper))


def tail_probability(statistic: float, tail: Tail = "two-sided", df: float | None = None) -> float:
    """The p-value of z (or of t, with `df` degrees of freedom).

    Beyond ±|z| on both sides, above it, or below it. NaN for a statistic that is NaN. Upper tails
    are those of -z, so that small ones keep their digits.
    """
    at = {"two-sided": -abs(statistic), "greater": -statistic, "less": statistic}[tail]
    below = float(ndtr(at) if df is None else stdtr(df, at))
    return 2 * below if tail == "two-sided" else below


def wald_interval(
    estimate: float, std_error: float, confidence: float = 0.95, df: float | None = None
) -> tuple[float, float]:
    """The estimate less and plus `critical_value` standard errors.

    Both in the unit of the estimate.
    """
    reach = critical_value(confidence, df) * std_error
    return estimate - reach, estimate + reach


def corrected_z(away: float, std_error: float, tail: Tail, correction: float = 0.5) -> float:
    """The z of a statistic that goes in steps, with the correction for continuity.

    `away` is how far it lies from its expectation. Two-sided it is moved by `correction` (half a
    step) towards its expectation, one-sided against the tail that is tested, as in R's
    `wilcox.test`. All in the unit of the statistic. Raises ZeroDivisionError for a standard error
    of 0.
    """
    side = 1 if away > 0 else -1 if away < 0 else 0
    towards = {"two-sided": side, "greater": 1, "less": -1}[tail]
    return (away - correction * towards) / std_error


class ChiSquare(NamedTuple):
    """A chi-square statistic, its degrees of freedom and its p-value."""

    statistic: float
    df: int
    p_value: float


def chi_square_test(statistic: float, df: int) -> ChiSquare:
    """The test of a chi-square statistic: the upper tail of the distribution.

    A statistic that rounding made negative counts as 0 there. NaN for 0 degrees of freedom.
    """
    return ChiSquare(statistic, df, float(chdtrc(df, max(0.0, statistic))))
