"""Ticks of an axis."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from dermoutcomes.report.figures.figure import Tick
from dermoutcomes.report.numbers import number

__all__ = ["numbered", "tick_label", "ticks"]

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def numbered(places: Sequence[float]) -> tuple[Tick, ...]:
    """Places as ticks with their numbers."""
    return tuple(Tick(value, tick_label(value, places)) for value in places)


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


def tick_label(value: float, places: Sequence[float]) -> str:
    """A tick with as many decimals as tell it from the next."""
    gap = abs(places[1] - places[0]) if len(places) > 1 else 1.0
    decimals = max(
        0, -floor(log10(gap)) + (1 if round(gap / 10.0 ** floor(log10(gap)), 6) == 2.5 else 0)
    )
    return number(value, min(decimals, 10))
