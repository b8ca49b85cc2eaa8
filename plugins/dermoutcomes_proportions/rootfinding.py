"""The limit of a score interval: where a test that accepts near the estimate begins to reject."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["crossing"]

HALVINGS = 60


def crossing(over: Callable[[float], float], estimate: float, end: float) -> float:
    """Where `over` turns from negative (accepted) to positive (rejected).

    It is between the estimate and the end, or the end if it never turns.

    At the estimate itself `over` may be zero, as where both shares are 0 or 1: the search begins at
    the nearest point towards it that is accepted.
    """
    from scipy.optimize import brentq

    if estimate == end or over(end) <= 0:
        return end
    inside = estimate
    if over(inside) >= 0:
        inside = next(
            (
                point
                for point in (estimate + (end - estimate) * 0.5**k for k in range(1, HALVINGS))
                if over(point) < 0
            ),
            estimate,
        )
    if inside == estimate and over(inside) >= 0:
        return estimate
    return float(brentq(over, inside, end, xtol=1e-15, rtol=1e-15))
