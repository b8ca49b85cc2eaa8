"""Tests and intervals that are an estimate and its standard error: recognised in what an analysis returned, and made anew.

The reference distribution is Student's t with `df`, or the normal one where `df` is None.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["alternative_of", "as_ratio", "df_shown", "interval", "null_of", "p_value"]

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
        if all(
            math.isclose(p_value(statistic, df, side), p, rel_tol=1e-5, abs_tol=1e-12)
            for statistic, df, p in listed
        ):
            return side
    return None


def df_shown(
    centre: float, low: float, high: float, std_error: float, level: float, given: float | None
) -> float | None:
    """The degrees of freedom of an interval that is a centre and its standard error: those given where they fit, else by its width.

    None where it is as wide as a normal one, or no such interval.
    """
    from scipy.special import ndtri, stdtridf

    if (
        std_error <= 0
        or not math.isfinite(high - low)
        or abs(low + high - 2 * centre) > NEAR * (high - low)
    ):
        return None
    if given is not None and math.isclose(
        interval(0.0, std_error, given, level)[1], (high - low) / 2, rel_tol=1e-5
    ):
        return given
    tail, reach = 0.5 + level / 2, (high - low) / 2 / std_error
    if reach <= float(ndtri(tail)) * (1 + NEAR):
        return None
    return float(stdtridf(tail, reach))


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
