"""How often a value of one group is higher than one of another.

Within strata, with the variance of DeLong and of Brunner and Munzel.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["Probability", "Stratum", "placements", "probability", "strata_of"]


class Stratum(NamedTuple):
    """The values of two groups in one stratum."""

    first: Numbers
    second: Numbers


class Probability(NamedTuple):
    """P(first > second) + P(equal) / 2.

    Its variance (None where a group has one value), and Satterthwaite's degrees of freedom.
    """

    estimate: float
    variance: float | None
    df: float | None


def strata_of(
    first: Sequence[float],
    second: Sequence[float],
    first_strata: Sequence[Hashable],
    second_strata: Sequence[Hashable],
) -> list[Stratum]:
    """The values by stratum, in the order of the strata's names.

    Values that differ by noise alone are made one.
    """
    import numpy as np

    from dermoutcomes.stats import with_ties

    names = sorted({*first_strata, *second_strata}, key=str)
    groups = [{name: [] for name in names}, {name: [] for name in names}]  # type: list[dict[Hashable, list[float]]]
    # Over both groups and all strata at once, before they are parted, so that equal values are
    # equal wherever they stand.
    every = with_ties([*first, *second]).tolist()
    for group, values, strata in zip(
        groups,
        (every[: len(first)], every[len(first) :]),
        (first_strata, second_strata),
        strict=True,
    ):
        for value, stratum in zip(values, strata, strict=True):
            group[stratum].append(value)
    return [
        # `placements` looks values up in the other group's, which must be sorted for that.
        Stratum(*(np.sort(np.asarray(group[name], dtype=float)) for group in groups))
        for name in names
    ]


def placements(values: Numbers, other_values: Numbers) -> Numbers:
    """For each value the share of the others below it, ties as one half."""
    return (
        other_values.searchsorted(values, "left") + other_values.searchsorted(values, "right")
    ) / (2 * other_values.size)


def probability(strata: Sequence[Stratum], weights: Sequence[float] | None = None) -> Probability:
    """The probabilities of the strata that have both groups, averaged by `weights`, else equally.

    Raises ValueError where there is no such stratum.
    """
    used = [
        (stratum, 1.0 if weights is None else weights[number])
        for number, stratum in enumerate(strata)
        if stratum.first.size and stratum.second.size
    ]
    if not used:
        raise ValueError("no stratum has both groups")
    total = sum(weight for _, weight in used)
    parts = [
        (
            weight / total,
            placements(stratum.first, stratum.second),
            placements(stratum.second, stratum.first),
        )
        for stratum, weight in used
    ]
    estimate = float(sum(weight * first.mean() for weight, first, _ in parts))
    if any(min(first.size, second.size) < 2 for _, first, second in parts):
        return Probability(estimate, None, None)
    shares = list(_shares(parts))
    variance = sum(share for share, _ in shares)
    scatter = sum(share**2 / df for share, df in shares)
    return Probability(estimate, variance, variance**2 / scatter if scatter > 0 else None)


def _shares(parts: list[tuple[float, Numbers, Numbers]]) -> Iterator[tuple[float, int]]:
    """The part of the variance of each group in each stratum, and its degrees of freedom."""
    for weight, *groups in parts:
        for group in groups:
            yield weight**2 * float(group.var(ddof=1)) / group.size, group.size - 1
