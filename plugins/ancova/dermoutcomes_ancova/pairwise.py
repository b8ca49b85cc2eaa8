"""All pairs of arms, with p-values adjusted for their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import sqrt

from dermoutcomes_ancova.least_squares import Estimate, estimate
from dermoutcomes_ancova.marginal_means import Model, difference

__all__ = ["adjusted", "pairwise"]


def pairwise(fitted: Model, adjustment: str, confidence: float = 0.95) -> Iterator[tuple[str, str, Estimate, float]]:
    """(arm, other arm, their difference, its adjusted p-value): the later arm minus the earlier, in the model's order."""
    pairs = [(later, earlier) for earlier, later in combinations(fitted.arms, 2)]
    results = [estimate(fitted.fit, difference(fitted, *pair), confidence) for pair in pairs]
    for pair, result, p in zip(pairs, results, adjusted(results, adjustment, len(fitted.arms)), strict=True):
        yield (*pair, result, p)


def adjusted(results: Sequence[Estimate], adjustment: str, arms: int) -> list[float]:
    """P-values adjusted by Bonferroni, by Holm, by Tukey and Kramer's studentised range, or not."""
    p = [result.p_value for result in results]
    if adjustment == "bonferroni":
        return [min(1.0, value * len(p)) for value in p]
    if adjustment == "holm":
        return _holm(p)
    if adjustment == "tukey" and arms > 2:
        return [_tukey(result, arms) for result in results]
    return p


def _holm(p: Sequence[float]) -> list[float]:
    found, highest = [0.0] * len(p), 0.0
    for rank, place in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        highest = max(highest, min(1.0, (len(p) - rank) * p[place]))
        found[place] = highest
    return found


def _tukey(result: Estimate, arms: int) -> float:
    from scipy.stats import studentized_range

    return float(studentized_range.sf(abs(result.statistic) * sqrt(2), arms, result.df))
