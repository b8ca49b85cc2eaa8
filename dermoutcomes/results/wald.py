"""Tests and intervals that are an estimate and its standard error: recognised in what an analysis returned, and made anew.

The reference distribution is Student's t with `df`, or the normal one where `df` is None.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["alternative_of", "df_of", "interval", "null_of", "p_value"]

NEAR = 1e-6
SIDES = ("two-sided", "greater", "less")


def null_of(parts: Iterable[tuple[float, float, float]]) -> float | None:
    """The value that statistics (estimate, standard error, statistic) test against; None where they are no such statistics."""
    listed = list(parts)
    nulls = [estimate - statistic * error for estimate, error, statistic in listed]
    scale = max((abs(estimate) + error for estimate, error, _ in listed), default=0.0)
    if not nulls or max(nulls) - min(nulls) > NEAR * scale:
        return None
    null = math.fsum(nulls) / len(nulls)
    return 0.0 if abs(null) < NEAR * scale else float(f"{null:.9g}")


def alternative_of(parts: Iterable[tuple[float, float | None, float]]) -> str | None:
    """Which tail p-values (statistic, df, p) are of; None where they are not of these statistics."""
    listed = list(parts)
    for side in SIDES:
        if all(math.isclose(p_value(statistic, df, side), p, rel_tol=1e-5, abs_tol=1e-12) for statistic, df, p in listed):
            return side
    return None


def df_of(low: float, high: float, std_error: float, level: float) -> float | None:
    """The degrees of freedom of an interval that is an estimate and its standard error; None where it is as wide as a normal one."""
    from scipy.special import ndtri, stdtridf

    tail = 0.5 + level / 2
    reach = (high - low) / 2 / std_error if std_error > 0 else 0.0
    if reach <= float(ndtri(tail)) * (1 + NEAR):
        return None
    return float(stdtridf(tail, reach))


def p_value(statistic: float, df: float | None, alternative: str = "two-sided") -> float:
    """The tail probability of a statistic."""
    from scipy.special import ndtr, stdtr

    def below(at: float) -> float:
        return float(ndtr(at) if df is None else stdtr(df, at))

    if alternative == "two-sided":
        return min(1.0, 2 * below(-abs(statistic)))
    return below(-statistic) if alternative == "greater" else below(statistic)


def interval(estimate: float, std_error: float, df: float | None, level: float) -> tuple[float, float]:
    """The two-sided interval of that level."""
    from scipy.special import ndtri, stdtrit

    tail = 0.5 + level / 2
    reach = float(ndtri(tail) if df is None else stdtrit(df, tail)) * std_error
    return estimate - reach, estimate + reach
