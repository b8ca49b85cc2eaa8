"""Brent's root finder, step for step as published, so that a root of a step function is the one that others report."""

from __future__ import annotations

from collections.abc import Callable
from sys import float_info

__all__ = ["root"]


def root(
    function: Callable[[float], float], low: float, high: float, tolerance: float = 1e-12
) -> float:
    """A zero of `function` between two points at which its signs differ (Brent 1973, chapter 4: zeroin).

    A step function may rest on zero, or cross it more than once: which zero is found then depends on the steps taken, so they are
    those of the original and not merely of its kind.
    """
    a, b = low, high
    fa, fb = function(a), function(b)
    c, fc = a, fa
    while True:
        before = b - a
        if abs(fc) < abs(fb):
            a, b, c, fa, fb, fc = b, c, b, fb, fc, fb
        near = 2 * float_info.epsilon * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= near or fb == 0:
            return b
        if abs(before) >= near and abs(fa) > abs(fb):
            step = _interpolated(a, b, c, fa, fb, fc, near) or step
        if abs(step) < near:
            step = near if step > 0 else -near
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0) == (fc > 0) and (fb < 0) == (fc < 0):
            c, fc = a, fa


def _interpolated(
    a: float, b: float, c: float, fa: float, fb: float, fc: float, near: float
) -> float | None:
    """The step from b that a line, or an inverse parabola through three points, proposes; None where it would not help."""
    s = fb / fa
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
