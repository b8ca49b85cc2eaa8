"""The number needed to treat, as the inverse of a difference of proportions."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from dermoutcomes_proportions.intervals import Interval

__all__ = ["Numbers", "number_needed", "numbers_of"]


class Numbers(NamedTuple):
    """What an interval of a difference is when inverted.

    For benefit, for harm, or for both with infinity between.

    `low` and `high` belong to benefit (above 0) or harm (below 0). An interval that holds 0 has no
    two limits: `benefit` is the smallest number needed to benefit and `harm` the smallest to harm
    that it allows (None where it allows none).
    """

    low: float | None
    high: float | None
    benefit: float | None = None
    harm: float | None = None


def number_needed(difference: float) -> float:
    """1 / difference: negative for harm, infinite where there is no difference."""
    return 1 / difference if difference else inf


def numbers_of(interval: Interval) -> Numbers:
    """The limits of a difference, inverted."""
    low, high = interval
    if low > 0 or high < 0:
        return Numbers(1 / high, 1 / low)
    return Numbers(None, None, 1 / high if high > 0 else None, -1 / low if low < 0 else None)
