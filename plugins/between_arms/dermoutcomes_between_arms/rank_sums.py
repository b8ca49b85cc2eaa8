"""The Mann-Whitney (Wilcoxon rank-sum) test: exact given the observed ties, or by the normal approximation."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10, sqrt
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_between_arms.tails import Tail

if TYPE_CHECKING:
    import numpy as np

__all__ = ["EXACT_BELOW", "LARGEST_EXACT", "RankSums", "doubled_ranks", "exact_p", "normal_p", "rank_sums", "rounded"]

# Auto is exact while both groups have fewer than so many; a group of more than the largest would take too long and too much memory.
EXACT_BELOW, LARGEST_EXACT = 50, 200
DECIMALS = 10


class RankSums(NamedTuple):
    """Mid-ranks of both groups together, doubled so that they are whole numbers; the first `m` are those of the first group."""

    doubled: np.ndarray
    m: int

    @property
    def n(self) -> int:
        """Size of the second group."""
        return len(self.doubled) - self.m

    @property
    def rank_sum(self) -> float:
        """Sum of the ranks of the first group."""
        return int(self.doubled[:self.m].sum()) / 2

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
        return self.m * self.n / (total * (total - 1)) * (int((self.doubled ** 2).sum()) / 4 - total * (total + 1) ** 2 / 4)


def rounded(values: Sequence[float]) -> np.ndarray:
    """Values to 10 decimals, so that 0.3 and 0.1 + 0.2 tie; to as many more where all are below 0.0001."""
    import numpy as np

    largest = max(map(abs, values), default=0.0)
    more = max(0, -floor(log10(largest)) - 4) if largest > 0 else 0
    return np.round(np.asarray(values, dtype=float), min(DECIMALS + more, 300)) + 0.0


def doubled_ranks(values: np.ndarray) -> np.ndarray:
    """Twice the mid-rank of each value."""
    import numpy as np

    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    doubled: np.ndarray = (2 * np.cumsum(count) - count + 1)[place].astype(np.int64)
    return doubled


def rank_sums(first: Sequence[float], second: Sequence[float]) -> RankSums:
    """The ranks of two groups that each have a value."""
    return RankSums(doubled_ranks(rounded([*first, *second])), len(first))


def distribution(doubled: np.ndarray, m: int) -> np.ndarray:
    """Probability of every doubled rank sum 0, 1, 2 … of `m` of the ranks, drawn at random (the shift algorithm).

    Each rank is taken in with probability m / N, and the result conditioned on having taken m: sums of products of positive numbers,
    which neither overflow nor cancel.
    """
    import numpy as np

    ordered = np.sort(doubled)
    share = m / len(ordered)
    table = np.zeros((m + 1, int(ordered[len(ordered) - m:].sum()) + 1))
    table[0, 0] = 1.0
    for done, rank in enumerate(ordered):
        taken = min(done, m - 1) + 1  # rows with anything in them so far that another rank can be added to
        reach = int(ordered[max(0, done - m + 1):done].sum()) + 1
        moved = table[:taken, :reach] * share
        table[:taken + 1, :reach + int(rank)] *= 1 - share
        table[1:taken + 1, rank:rank + reach] += moved
    return table[m] / table[m].sum()


def exact_p(ranks: RankSums, tail: Tail = "two-sided") -> float:
    """The exact p-value given the observed mid-ranks; two-sided, the probability of a rank sum as far from its mean, or farther."""
    import numpy as np

    smaller = ranks.m <= ranks.n
    m, drawn = (ranks.m, ranks.doubled[:ranks.m]) if smaller else (ranks.n, ranks.doubled[ranks.m:])
    probability, at = distribution(ranks.doubled, m), int(drawn.sum())
    if tail == "two-sided":
        middle = m * (len(ranks.doubled) + 1)
        return min(1.0, float(probability[np.abs(np.arange(len(probability)) - middle) >= abs(at - middle)].sum()))
    upper = (tail == "greater") == smaller
    return min(1.0, float(probability[at:].sum() if upper else probability[:at + 1].sum()))


def normal_p(ranks: RankSums, tail: Tail = "two-sided", *, continuity: bool = True) -> tuple[float, float]:
    """The z and its p-value, the variance corrected for ties; `continuity` moves the rank sum half a rank towards its mean.

    Raises ValueError where all values are tied.
    """
    from scipy.special import ndtr

    if ranks.variance <= 0:
        raise ValueError("all values are equal")
    away = ranks.u - ranks.mean
    shift = {"two-sided": 0.5 * ((away > 0) - (away < 0)), "greater": 0.5, "less": -0.5}[tail] if continuity else 0.0
    z = (away - shift) / sqrt(ranks.variance)
    p = {"two-sided": 2 * ndtr(-abs(z)), "greater": ndtr(-z), "less": ndtr(z)}[tail]
    return z, min(1.0, float(p))
