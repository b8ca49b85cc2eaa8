"""Intervals of a difference over strata that do not rest on a normal estimate.

Stratified Newcombe and Miettinen-Nurminen, summary score.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import copysign, inf, sqrt
from typing import NamedTuple

from dermoutcomes_proportions.difference_score import correction, miettinen_nurminen
from dermoutcomes_proportions.intervals import Interval, wilson_of
from dermoutcomes_proportions.mantel_haenszel import Stratum, pooled_difference, weights
from dermoutcomes_proportions.restricted import at_difference
from dermoutcomes_proportions.rootfinding import crossing

__all__ = [
    "Summary",
    "iterated_weights",
    "pooled_over_iterated",
    "stratified_miettinen_nurminen",
    "stratified_newcombe",
    "stratified_score",
    "summary_score",
]

ROUNDS = 200


def stratified_newcombe(strata: Sequence[Stratum], confidence: float = 0.95) -> Interval:
    """Yan and Su's interval.

    The pooled Wilson limits of each arm, put together as Newcombe does for two arms.

    In one stratum the distance from a share to its limit is at most the way to 0 or 1, so that
    Newcombe's interval stays within -1 and 1. Over strata the distances are formed from the pooled
    limits (Yan and Su 2010; SAS PROC FREQ computes the same), which a stratum with very unequal
    arms can carry beyond: there the limit is the end of the scale, as there are no differences
    outside it.
    """
    from dermoutcomes.stats import critical_value

    share, z = weights(strata), critical_value(confidence)
    first_part, second_part = (
        _pooled_wilson(share, [(s.events[arm] / s.n[arm], s.n[arm]) for s in strata], z)
        for arm in (0, 1)
    )
    first, second = (
        sum(w**2 / s.n[arm] for w, s in zip(share, strata, strict=True)) for arm in (0, 1)
    )
    estimate = pooled_difference(strata).estimate
    below = z * sqrt(
        first * first_part.low * (1 - first_part.low)
        + second * second_part.high * (1 - second_part.high)
    )
    above = z * sqrt(
        first * first_part.high * (1 - first_part.high)
        + second * second_part.low * (1 - second_part.low)
    )
    return Interval(max(-1.0, estimate - below), min(1.0, estimate + above))


def _pooled_wilson(share: Sequence[float], arm: Sequence[tuple[float, int]], z: float) -> Interval:
    """Wilson's limits of each stratum, pooled.

    They are taken at the z that makes their weighted mean as wide as the pooled share's interval.

    Where every share is 0 or 1 the strata's variances are in proportion to 1 / n.
    """
    variances = [p * (1 - p) / n for p, n in arm]
    if not any(variances):
        variances = [1 / n for _, n in arm]
    at = (
        z
        * sqrt(sum(w**2 * v for w, v in zip(share, variances, strict=True)))
        / sum(w * sqrt(v) for w, v in zip(share, variances, strict=True))
    )
    limits = [wilson_of(p, n, at) for p, n in arm]
    return Interval(
        *(
            min(1.0, max(0.0, sum(w * limit[i] for w, limit in zip(share, limits, strict=True))))
            for i in (0, 1)
        )
    )


def stratified_score(
    strata: Sequence[Stratum], difference: float, *, iterated: bool = False
) -> float:
    """The z of the weighted difference against a stated one.

    Weights of Mantel and Haenszel, or iterated under the stated difference.
    """
    deviation, variance = _distance(strata, difference, iterated=iterated)
    if variance <= 0:
        return 0.0 if abs(deviation) < 1e-12 else copysign(inf, deviation)
    return deviation / sqrt(variance)


def stratified_miettinen_nurminen(
    strata: Sequence[Stratum], confidence: float = 0.95, *, iterated: bool = False
) -> Interval:
    """The differences that the stratified score test does not reject."""
    from dermoutcomes.stats import critical_value

    z = critical_value(confidence)
    centre = pooled_over_iterated(strata) if iterated else pooled_difference(strata).estimate

    def beyond(difference: float, side: int) -> float:
        deviation, variance = _distance(strata, difference, iterated=iterated)
        return side * deviation - z * sqrt(max(0.0, variance))

    return Interval(*(crossing(_one_sided(beyond, side), centre, float(-side)) for side in (1, -1)))


def _one_sided(beyond: Callable[[float, int], float], side: int) -> Callable[[float], float]:
    return lambda difference: beyond(difference, side)


def pooled_over_iterated(strata: Sequence[Stratum]) -> float:
    """The difference whose own weights give it back: the estimate under iterated weights."""
    from scipy.optimize import brentq

    low, high = -1 + 1e-9, 1 - 1e-9
    if _distance(strata, low, iterated=True)[0] <= 0:
        return -1.0
    if _distance(strata, high, iterated=True)[0] >= 0:
        return 1.0
    return float(
        brentq(
            lambda difference: _distance(strata, difference, iterated=True)[0],
            low,
            high,
            xtol=1e-14,
            rtol=1e-14,
        )
    )


def _distance(
    strata: Sequence[Stratum], difference: float, *, iterated: bool
) -> tuple[float, float]:
    """Weighted distance from the difference, and its variance under it."""
    restricted = [at_difference(s.events, s.n, difference) for s in strata]
    share = iterated_weights(strata, restricted) if iterated else weights(strata)
    deviation = sum(
        w * (s.events[0] / s.n[0] - s.events[1] / s.n[1] - difference)
        for w, s in zip(share, strata, strict=True)
    )
    variance = sum(
        w**2 * correction(s.n) * (p1 * (1 - p1) / s.n[0] + p2 * (1 - p2) / s.n[1])
        for w, s, (p1, p2) in zip(share, strata, restricted, strict=True)
    )
    return deviation, variance


def iterated_weights(
    strata: Sequence[Stratum], restricted: Sequence[tuple[float, float]]
) -> list[float]:
    """Miettinen and Nurminen's weights.

    Inverse variances, all strata having the mean shares that these weights make of the restricted
    ones.

    At a difference of 0 they are Mantel and Haenszel's, from which the iteration starts.
    """
    share = weights(strata)
    for _ in range(ROUNDS):
        first_share, second_share = (
            sum(w * shares[arm] for w, shares in zip(share, restricted, strict=True))
            for arm in (0, 1)
        )
        first, second = first_share * (1 - first_share), second_share * (1 - second_share)
        if first + second <= 0:
            return share
        raw = [1 / (first / s.n[0] + second / s.n[1]) for s in strata]
        following = [weight / sum(raw) for weight in raw]
        converged = max(abs(a - b) for a, b in zip(share, following, strict=True)) < 1e-15
        share = following
        if converged:
            break
    return share


class Summary(NamedTuple):
    """A pooled difference with its standard error."""

    estimate: float
    std_error: float


def summary_score(strata: Sequence[Stratum], confidence: float = 0.95) -> Summary:
    """Midpoints of the strata's Miettinen-Nurminen intervals.

    Weighted by the inverse square of their widths (Agresti).
    """
    from dermoutcomes.stats import critical_value

    z, total, summed = critical_value(confidence), 0.0, 0.0
    for events, n in strata:
        low, high = miettinen_nurminen(events, n, confidence)
        weight = (2 * z / (high - low)) ** 2
        total, summed = total + weight, summed + weight * (low + high) / 2
    return Summary(summed / total, sqrt(1 / total))
