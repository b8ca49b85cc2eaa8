"""The Mann-Whitney (Wilcoxon rank-sum) test.

Exact given the observed ties, or by the normal approximation.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes.stats import Tail

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "EXACT_BELOW",
    "LARGEST_EXACT",
    "RankSums",
    "distribution",
    "doubled_ranks",
    "exact_p",
    "normal_p",
    "rank_sums",
]

# R's `wilcox.test` has the same bound of 50.
# Auto is exact while both groups have fewer than so many; a group of more than the largest would
# take too long and too much memory.
EXACT_BELOW, LARGEST_EXACT = 50, 200


class RankSums(NamedTuple):
    """Mid-ranks of both groups together, doubled so that they are whole numbers.

    The first `m` are those of the first group.
    """

    doubled: np.ndarray
    m: int

    @property
    def n(self) -> int:
        """Size of the second group."""
        return len(self.doubled) - self.m

    @property
    def rank_sum(self) -> float:
        """Sum of the ranks of the first group."""
        return int(self.doubled[: self.m].sum()) / 2

    @property
    def u(self) -> float:
        """Pairs in which the first group has the larger value, ties counted half; R's W."""
        return self.rank_sum - self.m * (self.m + 1) / 2

    @property
    def mean(self) -> float:
        """Expectation of `u` if the groups are alike."""
        return self.m * self.n / 2

    @property
    def variance(self) -> float:
        """Variance of `u` if the groups are alike, corrected for ties."""
        total = self.m + self.n
        return (
            self.m
            * self.n
            / (total * (total - 1))
            * (int((self.doubled**2).sum()) / 4 - total * (total + 1) ** 2 / 4)
        )


def doubled_ranks(values: np.ndarray) -> np.ndarray:
    """Twice the mid-rank of each value."""
    import numpy as np

    _, group, count = np.unique(values, return_inverse=True, return_counts=True)
    doubled: np.ndarray = (2 * np.cumsum(count) - count + 1)[group].astype(np.int64)
    return doubled


def rank_sums(first: Sequence[float], second: Sequence[float]) -> RankSums:
    """The ranks of two groups that each have a value."""
    from dermoutcomes.stats import with_ties

    return RankSums(doubled_ranks(with_ties([*first, *second])), len(first))


class Distribution(NamedTuple):
    """The probability of each doubled rank sum, from `lowest` on in steps of `step`."""

    lowest: int
    step: int
    probability: np.ndarray

    @property
    def sums(self) -> np.ndarray:
        """The doubled rank sums."""
        import numpy as np

        return self.lowest + self.step * np.arange(len(self.probability))


def distribution(doubled: np.ndarray, m: int) -> Distribution:
    """How the doubled sum of `m` of the ranks, drawn at random, is distributed.

    By the shift algorithm of Streitberg and Röhmel: `counts[j]` holds, from the least sum upwards,
    in how many ways j of the ranks so far make each sum. They are whole numbers, only ever added,
    exact in a double up to 2^53 and to its last digit beyond.
    """
    import numpy as np

    ordered, lowest, step = _steps(doubled)
    sums = [0, *np.cumsum(ordered).tolist()]
    total = len(ordered)
    counts = [np.zeros(sums[total] - sums[total - j] - sums[j] + 1) for j in range(m + 1)]
    counts[0][0] = 1.0
    for done, rank in enumerate(ordered):
        # Downwards, so that no rank is taken twice; no j that the ranks left cannot bring to m.
        for j in range(min(done + 1, m), max(0, m - total + done), -1):
            # From the j - 1 lowest of the ranks so far to the j - 1 highest: as many sums as there
            # can be.
            width = sums[done] - sums[done - j + 1] - sums[j - 1] + 1
            # Counts of j begin at the sum of the j lowest ranks, those of j - 1 one rank below.
            start = rank - ordered[j - 1]
            counts[j][start : start + width] += counts[j - 1][:width]
    return Distribution(m * lowest + step * sums[m], step, counts[m] / counts[m].sum())


def _steps(doubled: np.ndarray) -> tuple[list[int], int, int]:
    """The ranks, sorted, as whole steps above the lowest; the lowest, and the size of a step."""
    import numpy as np

    ordered = np.sort(doubled)
    step = int(np.gcd.reduce(ordered - ordered[0])) or 1
    return ((ordered - ordered[0]) // step).tolist(), int(ordered[0]), step


def exact_p(ranks: RankSums, tail: Tail = "two-sided") -> float:
    """The exact p-value given the observed mid-ranks.

    Two-sided, the probability of a rank sum as far from its mean, or farther.
    """
    import numpy as np

    # The sums of both groups add to a constant, so the smaller group serves, with fewer counts, and
    # its tail is the other one where it is the second.
    smaller = ranks.m <= ranks.n
    m, smaller_arm = (
        (ranks.m, ranks.doubled[: ranks.m]) if smaller else (ranks.n, ranks.doubled[ranks.m :])
    )
    probability, observed = distribution(ranks.doubled, m), int(smaller_arm.sum())
    if tail == "two-sided":
        middle = m * (len(ranks.doubled) + 1)
        extreme = np.abs(probability.sums - middle) >= abs(observed - middle)
    else:
        extreme = (
            probability.sums >= observed
            if (tail == "greater") == smaller
            else probability.sums <= observed
        )
    return min(1.0, float(probability.probability[extreme].sum()))


def normal_p(
    ranks: RankSums, tail: Tail = "two-sided", *, continuity: bool = True
) -> tuple[float, float]:
    """The z and its p-value, the variance corrected for ties.

    `continuity` moves the rank sum half a rank towards its mean.

    Raises ValueError where all values are tied.
    """
    from dermoutcomes.stats import corrected_z, tail_probability

    if ranks.variance <= 0:
        raise ValueError("all values are equal")
    deviation, error = ranks.u - ranks.mean, sqrt(ranks.variance)
    z = corrected_z(deviation, error, tail, 0.5 if continuity else 0.0)
    return z, min(1.0, tail_probability(z, tail))
