"""Where a function of one number crosses zero."""

from __future__ import annotations

from collections.abc import Callable
from sys import float_info

__all__ = ["bisection", "brent_root"]


def brent_root(
    function: Callable[[float], float], low: float, high: float, tolerance: float = 1e-12
) -> float:
    """A zero of `function` between `low` and `high`, to `tolerance`, in the unit of the argument.

    The signs at the two ends differ, which is not checked; with equal signs the result is no zero.
    Steps are those of zeroin (Brent RP, Algorithms for minimization without derivatives, 1973,
    chapter 4), as in R's `uniroot`. A step function, as a rank statistic of a shift is, may rest on
    zero or cross it more than once: which zero is found then depends on the steps taken. SciPy's
    `brentq` takes others, and moves intervals of R's `wilcox.test` in the second decimal; of smooth
    functions both find the same, and `brentq` is quicker.
    """
    a, b = low, high
    fa, fb = function(a), function(b)
    c, fc = a, fa
    while True:
        before = b - a
        # The nearer end of the bracket becomes b.
        if abs(fc) < abs(fb):
            a, b, c, fa, fb, fc = b, c, b, fb, fc, fb
        near = 2 * float_info.epsilon * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= near or fb == 0:
            return b
        # Interpolate only where the last step was worth its name and came nearer; else halve.
        if abs(before) >= near and abs(fa) > abs(fb):
            step = _interpolated(a, b, c, fa, fb, fc, near) or step
        # At least the tolerance, so that b passes the zero in the end and the bracket closes.
        if abs(step) < near:
            step = near if step > 0 else -near
        a, fa = b, fb
        b += step
        fb = function(b)
        # b is on the side of c now, so the zero lies between b and the place before it.
        if (fb > 0) == (fc > 0) and (fb < 0) == (fc < 0):
            c, fc = a, fa


def _interpolated(
    a: float, b: float, c: float, fa: float, fb: float, fc: float, near: float
) -> float | None:
    """The step from b that a line, or an inverse parabola through three points, proposes.

    None where it would not help.
    """
    s = fb / fa
    # Two points give a line (the secant), three an inverse parabola.
    if a == c:
        p, q = (c - b) * s, 1 - s
    else:
        u, v = fa / fc, fb / fc
        p, q = s * ((c - b) * u * (u - v) - (b - a) * (v - 1)), (u - 1) * (v - 1) * (s - 1)
    if p > 0:
        q = -q
    else:
        p = -p
    helps = p < 0.75 * (c - b) * q - abs(near * q) / 2 and p < abs((b - a) * q / 2)
    return p / q if helps else None


def bisection(too_low: Callable[[float], bool], low: float, high: float) -> float:
    """Where `too_low` turns from true to false between `low` and `high`, to the last double.

    By halving. It needs no value of a function, so that one which is infinite at an end does not
    disturb it. `high` where it never turns.
    """
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if too_low(middle) else (low, middle)
    return (low + high) / 2
