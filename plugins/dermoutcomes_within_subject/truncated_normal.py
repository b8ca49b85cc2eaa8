"""The normal distribution from which only values beyond a threshold were taken."""

from __future__ import annotations

from math import exp, pi, sqrt

__all__ = ["distance", "excess"]


def excess(alpha: float) -> float:
    """E[Z - alpha | Z > alpha] of a standard normal Z: the inverse Mills ratio less alpha."""
    from scipy.special import log_ndtr

    if alpha > 30:  # the difference of two large numbers, by its series
        return 1 / alpha - 2 / alpha**3
    return exp(-alpha * alpha / 2 - float(log_ndtr(-alpha))) / sqrt(2 * pi) - alpha


def distance(beyond: float, sd: float) -> float:
    """How far the mean of values taken beyond a threshold lies from the mean of all.

    `beyond` is how far it lies from the threshold, `sd` the standard deviation of all. ValueError
    where the mean does not lie beyond the threshold, or nothing varies.
    """
    if beyond <= 0 or sd <= 0:
        raise ValueError(
            "the mean of those enrolled does not lie beyond the threshold, or readings do not vary"
        )
    target, low, high = beyond / sd, -beyond / sd - 40.0, sd / beyond + 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > target else (low, middle)
    return beyond + (low + high) / 2 * sd
