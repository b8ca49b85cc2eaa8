"""Ticks of an axis."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

__all__ = ["ticks"]

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ticks(values: Sequence[float], about: int = 6) -> list[float]:
    """Round numbers, equally spaced, that reach from below the least to above the greatest value."""
    low, high = min(values), max(values)
    # Values that differ in their last digits only would have ticks that look alike.
    if high - low <= 1e-12 * max(abs(low), abs(high)):
        reach = abs(low) / 2 or 1.0
        low, high = low - reach, high + reach
    step = _step((high - low) / about)
    first = floor(low / step + 1e-9)
    positions = [first * step]
    while positions[-1] < high - 1e-9 * step:
        positions.append((first + len(positions)) * step)
    return positions


def _step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is no less than `least`."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in STEPS if factor * power >= least * (1 - 1e-9))
