"""Tests and intervals that are an estimate and its standard error.

The reference distribution is Student's t with `df`, or the normal one where `df` is None.
"""

from __future__ import annotations

import math

__all__ = ["as_ratio", "interval", "p_value"]


def as_ratio(logarithm: float) -> float | None:
    """The ratio of a logarithm, or None where it is beyond what a number holds."""
    try:
        return math.exp(logarithm)
    except OverflowError:
        return None


def p_value(statistic: float, df: float | None, alternative: str = "two-sided") -> float:
    """The tail probability of a statistic."""
    from scipy.special import ndtr, stdtr

    def below(at: float) -> float:
        return float(ndtr(at) if df is None else stdtr(df, at))

    if alternative == "two-sided":
        return min(1.0, 2 * below(-abs(statistic)))
    return below(-statistic) if alternative == "greater" else below(statistic)


def interval(
    estimate: float, std_error: float, df: float | None, level: float
) -> tuple[float, float]:
    """The two-sided interval of that level."""
    from scipy.special import ndtri, stdtrit

    tail = 0.5 + level / 2
    reach = float(ndtri(tail) if df is None else stdtrit(df, tail)) * std_error
    return estimate - reach, estimate + reach
