"""Adjusted p-values: as many numbers out as in, in the same order, each between 0 and 1.

An adjusted p-value is the smallest level at which the procedure rejects that hypothesis. Every
function takes p-values without gaps; a hypothesis that could not be tested enters as 1, so that it
still counts in the size of the family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from math import expm1, fsum, inf, log1p

__all__ = [
    "all_must_win",
    "benjamini_hochberg",
    "benjamini_yekutieli",
    "bonferroni",
    "fixed_sequence",
    "hochberg",
    "holm",
    "holm_sidak",
    "hommel",
    "sidak",
    "truncated_holm",
]

PValues = Sequence[float]


def bonferroni(p: PValues, weights: Sequence[float] | None = None) -> list[float]:
    """min(1, p · sum of weights / weight).

    The number of hypotheses times p where all weigh alike.
    """
    weights = weights or [1.0] * len(p)
    total = fsum(weights)
    return [min(1.0, value * total / weight) for value, weight in zip(p, weights, strict=True)]


def holm(p: PValues, weights: Sequence[float] | None = None) -> list[float]:
    """Step-down Bonferroni (Holm 1979).

    Weighted, hypotheses are taken in the order of p / weight.
    """
    weights = weights or [1.0] * len(p)
    order = sorted(range(len(p)), key=lambda i: (p[i] / weights[i], i))
    # The weight of a hypothesis and of all after it in this order: what is not rejected before it.
    left = [fsum(weights[i] for i in order[rank:]) for rank in range(len(order))]
    steps = [p[i] * remaining / weights[i] for i, remaining in zip(order, left, strict=True)]
    return _back(order, accumulate(steps, max))


def hochberg(p: PValues) -> list[float]:
    """Step-up form of Holm's constants (Hochberg 1988)."""
    return _step_up(p, lambda rank, _size: rank)


def benjamini_hochberg(p: PValues) -> list[float]:
    """False discovery rate (Benjamini and Hochberg 1995)."""
    return _step_up(p, lambda rank, size: size / (size - rank + 1))


def benjamini_yekutieli(p: PValues) -> list[float]:
    """False discovery rate under any dependence (Benjamini and Yekutieli 2001).

    Benjamini-Hochberg's times 1 + 1/2 + … + 1/n.
    """
    harmonic = fsum(1 / rank for rank in range(1, len(p) + 1))
    return _step_up(p, lambda rank, size: harmonic * (size / (size - rank + 1)))


def sidak(p: PValues) -> list[float]:
    """1 - (1 - p)^n (Šidák 1967)."""
    return [_all_of(value, len(p)) for value in p]


def holm_sidak(p: PValues) -> list[float]:
    """Step-down form of Šidák's adjustment."""
    order = sorted(range(len(p)), key=lambda i: (p[i], i))
    return _back(
        order, accumulate((_all_of(p[i], len(p) - rank) for rank, i in enumerate(order)), max)
    )


def truncated_holm(p: PValues, gamma: float) -> list[float]:
    """Step-down with critical values alpha (gamma / left + (1 - gamma) / n).

    Bonferroni for gamma 0, Holm for 1 (Dmitrienko 2008).
    """
    order = sorted(range(len(p)), key=lambda i: (p[i], i))
    steps = (
        p[i] / (gamma / (len(p) - rank) + (1 - gamma) / len(p)) for rank, i in enumerate(order)
    )
    return _back(order, accumulate(steps, max))


def hommel(p: PValues) -> list[float]:
    """Closed test of Simes' tests (Hommel 1988).

    The largest Simes p-value of all intersections that contain the hypothesis.

    Within subsets of size m the worst one for p(i) holds the largest others, so only sizes 2 … n
    need be tried.
    """
    order = sorted(range(len(p)), key=lambda i: (p[i], i))
    ordered = worst = [p[i] for i in order]
    for size in range(2, len(p) + 1):
        worst = [max(bound, _simes_containing(ordered, i, size)) for i, bound in enumerate(worst)]
    return _back(order, worst)


def fixed_sequence(p: PValues) -> list[float]:
    """Each hypothesis at the full level, as long as all before it in order were rejected."""
    return list(accumulate(p, max))


def all_must_win(p: PValues) -> list[float]:
    """The intersection-union test: the family holds at the level of its largest p-value."""
    return [max(p)] * len(p) if p else []


def _step_up(p: PValues, factor: Callable[[int, int], float]) -> list[float]:
    """Running minimum, from the largest p down, of p times a factor of its rank from the top."""
    order = sorted(range(len(p)), key=lambda i: (-p[i], i))
    steps = [p[i] * factor(rank, len(p)) for rank, i in enumerate(order, start=1)]
    return _back(order, accumulate(steps, min))


def _all_of(p: float, size: int) -> float:
    """The chance that the smallest of `size` independent p-values is at most p.

    To full precision for small ones.
    """
    # 1 - (1 - p)^n loses the digits of a small p; expm1 and log1p keep them.
    return -expm1(size * log1p(-p) if p < 1 else -inf)


def _simes(ordered: Sequence[float]) -> float:
    return min(len(ordered) * value / rank for rank, value in enumerate(ordered, start=1))


def _simes_containing(ordered: Sequence[float], index: int, size: int) -> float:
    """The largest Simes p-value of all subsets of that size with the hypothesis at `index`."""
    largest = ordered[len(ordered) - size :]
    return _simes(largest if index >= len(ordered) - size else [ordered[index], *largest[1:]])


def _back(order: Sequence[int], values: Iterable[float]) -> list[float]:
    """`values`, which stand in `order`, each at its own place and at most 1."""
    placed = dict(zip(order, values, strict=True))
    return [min(1.0, placed[i]) for i in range(len(order))]
