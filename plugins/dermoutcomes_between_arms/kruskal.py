"""The Kruskal-Wallis test, and Dunn's comparisons of mean ranks after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import sqrt
from typing import NamedTuple

from dermoutcomes_between_arms.rank_sums import doubled_ranks

__all__ = ["Dunn", "KruskalWallis", "adjusted", "dunn", "kruskal_wallis"]


class KruskalWallis(NamedTuple):
    """H corrected for ties with its chi-square test, epsilon², and what Dunn's comparisons need.

    `unit_variance` is the variance of a single rank if the groups are alike, ties taken into
    account.
    """

    statistic: float
    df: int
    p_value: float
    epsilon_squared: float
    mean_ranks: dict[str, float]
    sizes: dict[str, int]
    unit_variance: float


class Dunn(NamedTuple):
    """The difference of two mean ranks."""

    estimate: float
    std_error: float
    statistic: float
    p_value: float


def kruskal_wallis(groups: Mapping[str, Sequence[float]]) -> KruskalWallis:
    """The test that several groups, each with a value, have one distribution.

    Raises ValueError for fewer than two groups, or where all values are equal.
    """
    from scipy.special import chdtrc

    from dermoutcomes.stats import with_ties

    if len(groups) < 2:
        raise ValueError("fewer than two groups have values")
    # Twice the rank is a whole number with ties too: sums of them are exact, in any order.
    doubled = doubled_ranks(with_ties([value for values in groups.values() for value in values]))
    total = len(doubled)
    unit = (int((doubled**2).sum()) - total * (total + 1) ** 2) / (4 * (total - 1))
    if unit <= 0:
        raise ValueError("all values are equal")
    means, start = {}, 0
    for name, values in groups.items():
        means[name] = int(doubled[start : start + len(values)].sum()) / (2 * len(values))
        start += len(values)
    sizes = {name: len(values) for name, values in groups.items()}
    h = sum(sizes[name] * (means[name] - (total + 1) / 2) ** 2 for name in sorted(groups)) / unit
    return KruskalWallis(
        h,
        len(groups) - 1,
        float(chdtrc(len(groups) - 1, h)),
        h * (total + 1) / (total**2 - 1),
        means,
        sizes,
        unit,
    )


def dunn(overall: KruskalWallis, first: str, second: str) -> Dunn:
    """The first group's mean rank minus the second's.

    With the standard error of the joint ranking and its normal test.
    """
    from scipy.special import ndtr

    difference = overall.mean_ranks[first] - overall.mean_ranks[second]
    std_error = sqrt(overall.unit_variance * (1 / overall.sizes[first] + 1 / overall.sizes[second]))
    return Dunn(
        difference, std_error, difference / std_error, float(2 * ndtr(-abs(difference / std_error)))
    )


def adjusted(p_values: Sequence[float], method: str) -> list[float]:
    """P-values adjusted for their number.

    None, bonferroni, sidak, holm, hochberg, or bh (Benjamini and Hochberg).
    """
    m = len(p_values)
    if method in ("none", "bonferroni", "sidak"):
        return [
            p if method == "none" else min(1.0, m * p) if method == "bonferroni" else _sidak(p, m)
            for p in p_values
        ]
    rising = sorted(range(m), key=lambda index: p_values[index])
    scaled = [
        min(1.0, (m / (rank + 1) if method == "bh" else m - rank) * p_values[index])
        for rank, index in enumerate(rising)
    ]
    in_order = (
        list(accumulate(scaled, max))
        if method == "holm"
        else list(accumulate(scaled[::-1], min))[::-1]
    )
    return [in_order[rising.index(index)] for index in range(m)]


def _sidak(p: float, m: int) -> float:
    from math import expm1, log1p

    return -expm1(m * log1p(-p)) if p < 1 else 1.0
