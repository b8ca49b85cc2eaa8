"""Limits of a coefficient where the likelihood has fallen too far."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scipy.optimize import brentq
from scipy.special import chdtri

__all__ = ["profile_limits"]

# How far limits are looked for, in reaches of a Wald interval: a likelihood that is flat beyond has
# no limit there.
REACHES = (1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 16.0)


def profile_limits(
    fall: Callable[[float], float],
    estimate: float,
    std_error: float,
    confidence: float = 0.95,
    reaches: Sequence[float] = REACHES,
) -> tuple[float | None, float | None]:
    """Lower and upper limit of a coefficient, in its unit, by its profile likelihood.

    Where the profile log likelihood has fallen by half the chi-square quantile on one degree of
    freedom, below the estimate and above it. `fall` gives the maximum of the log likelihood less
    that with the coefficient held at a value; it is 0 at the estimate. Limits are looked for at
    these multiples of the reach of a Wald interval. None on a side where it never falls as far.
    """
    largest_fall = float(chdtri(1, 1 - confidence)) / 2
    step = (2 * largest_fall) ** 0.5 * std_error

    def left(value: float) -> float:
        return largest_fall - fall(value)

    def limit(sign: int) -> float | None:
        for reach in reaches:
            far = estimate + sign * reach * step
            # brentq needs a change of sign; the least reach that has one, since far from the
            # estimate a fit may not converge.
            if left(far) < 0:
                return float(brentq(left, estimate, far, xtol=1e-12, rtol=1e-12))
        return None

    return limit(-1), limit(1)
