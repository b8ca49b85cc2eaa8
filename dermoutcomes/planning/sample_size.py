"""The smallest number of subjects that has a power."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import ceil

__all__ = ["Unreachable", "curve", "power_at", "smallest"]

MOST, MOST_STEPWISE = 10_000_000, 5_000
# A power that rises in steps falls back within as many subjects.
WINDOW = 20


class Unreachable(ValueError):  # noqa: N818 - a state of affairs, which `planned_hypotheses` turns into words
    """No number of subjects that was tried has the power; `reached` is the most."""

    def __init__(self, tried: int, reached: float) -> None:
        super().__init__(f"{tried} subjects in the first group reach a power of {reached:.4g}")
        self.tried, self.reached = tried, reached


def power_at(
    power: Callable[[tuple[float, ...]], float], n: int, allocation: tuple[float, ...]
) -> float:
    """The power with n subjects in the first group, and in the second as the allocation says."""
    return power(group_sizes(n, allocation))


def group_sizes(n: int, allocation: tuple[float, ...]) -> tuple[int, ...]:
    """Whole numbers of subjects: n, and n · second / first, rounded up."""
    # A nearly whole product is whole, whatever its last binary digit.
    return (n, *(ceil(n * part / allocation[0] - 1e-9) for part in allocation[1:]))


def smallest(
    power: Callable[[tuple[float, ...]], float],
    target: float,
    *,
    allocation: tuple[float, ...] = (1.0,),
    least: int = 2,
    stepwise: bool = False,
) -> int:
    """The smallest n of the first group from which on the power is at least `target`.

    Raises Unreachable. A power that rises smoothly is searched by halving. One that rises in steps
    must hold for the next 20 numbers too, so that one subject more never loses it.
    """
    most = MOST_STEPWISE if stepwise else MOST

    # Steps are looked at from every number before them, and some powers take long.
    @cache
    def at(n: int) -> float:
        return power_at(power, n, allocation)

    def enough(n: int) -> bool:
        return at(n) >= target and (
            not stepwise or all(at(n + more) >= target for more in range(1, WINDOW + 1))
        )

    high = least
    while not enough(high):
        if high >= most:
            raise Unreachable(high, at(high))
        high = min(2 * high, most)
    low = least if high == least else high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return low if enough(low) else high


def curve(
    power: Callable[[tuple[float, ...]], float],
    around: int,
    allocation: tuple[float, ...],
    least: int,
    also: tuple[int, ...] = (),
) -> list[tuple[int, float]]:
    """(n, power) from about half to twice the number, at round numbers, with the number itself."""
    step = max(1, _round_number(around / 4))
    start = max(least, step * max(1, round(around * 0.4 / step)))
    numbers = {*range(start, 2 * around + step, step), around, *also}
    return [(n, power_at(power, n, allocation)) for n in sorted(numbers) if n >= least]


def _round_number(value: float) -> int:
    """1, 2, 5, 10, 20, 50 …: the largest that is not above the value."""
    number, scale = 1, 1
    while scale <= value:
        number = max(part * scale for part in (1, 2, 5) if part * scale <= value)
        scale *= 10
    return number
