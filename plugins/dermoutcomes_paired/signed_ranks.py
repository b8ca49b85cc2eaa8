"""Wilcoxon's signed-rank test: exact given the observed ties, or by the normal approximation."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

from dermoutcomes.stats import Tail, chosen_tail

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "EXACT_UP_TO",
    "SignedRanks",
    "exact_p",
    "normal_p",
    "quantile",
    "rounded",
    "signed_ranks",
]

DECIMALS = 10
EXACT_UP_TO = 500
Zeros = Literal["wilcox", "pratt"]


class SignedRanks(NamedTuple):
    """Ranks of the differences that are not zero.

    `doubled` are twice the mid-ranks, so whole numbers; `positive` their signs.
    """

    doubled: np.ndarray
    positive: np.ndarray
    zeros: int

    @property
    def n(self) -> int:
        """How many differences are not zero."""
        return len(self.doubled)

    @property
    def w_plus(self) -> float:
        """Sum of the ranks of positive differences; R's V."""
        return int(self.doubled[self.positive].sum()) / 2

    @property
    def w_minus(self) -> float:
        """Sum of the ranks of negative differences."""
        return int(self.doubled[~self.positive].sum()) / 2

    @property
    def mean(self) -> float:
        """Expectation of the positive rank sum if signs are tossed."""
        return int(self.doubled.sum()) / 4

    @property
    def variance(self) -> float:
        """Variance of the positive rank sum if signs are tossed.

        A quarter of the sum of squared ranks, so ties are in it.
        """
        return int((self.doubled**2).sum()) / 16


def rounded(differences: Sequence[float]) -> np.ndarray:
    """Differences to 10 decimals.

    Else 0.3 - 0.1 and 0.2 are two numbers, and a tie is broken by noise.

    Where all are below 0.0001 as many more decimals are kept as that takes, so that a small unit
    does not make them zero.
    """
    import numpy as np

    largest = max(map(abs, differences), default=0.0)
    decimals = max(0, -floor(log10(largest)) - 4) if largest > 0 else 0
    return np.round(np.asarray(differences, dtype=float), min(DECIMALS + decimals, 300)) + 0.0


def signed_ranks(differences: Sequence[float], zeros: Zeros = "wilcox") -> SignedRanks:
    """Mid-ranks of absolute differences.

    Zeros are dropped before ranking ("wilcox") or after it ("pratt").
    """
    import numpy as np

    d = rounded(differences)
    ranked = d if zeros == "pratt" else d[d != 0]
    _, group, count = np.unique(np.abs(ranked), return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(count) - count + 1)[group]
    used = ranked != 0
    return SignedRanks(doubled[used].astype(np.int64), ranked[used] > 0, int((d == 0).sum()))


def distribution(doubled: np.ndarray) -> np.ndarray:
    """Probability of every doubled rank sum 0, 1, 2 … when each rank's sign is tossed.

    Streitberg and Röhmel's recursion.
    """
    import numpy as np

    probability = np.zeros(int(doubled.sum()) + 1)
    probability[0], reached = 1.0, 0
    for rank in np.sort(doubled):
        # A copy, since the two slices below overlap.
        halved = probability[: reached + 1] * 0.5
        probability[: reached + 1] = halved
        probability[rank : rank + reached + 1] += halved
        reached += int(rank)
    return probability


def exact_p(ranks: SignedRanks, tail: Tail = "two-sided") -> float:
    """The exact p-value given the observed mid-ranks; two-sided, twice the smaller tail."""
    probability = distribution(ranks.doubled)
    index = int(ranks.doubled[ranks.positive].sum())
    less, greater = float(probability[: index + 1].sum()), float(probability[index:].sum())
    return chosen_tail(greater, less, tail)


def normal_p(
    ranks: SignedRanks, tail: Tail = "two-sided", *, continuity: bool = True
) -> tuple[float, float]:
    """The z and its p-value, the variance corrected for ties.

    `continuity` moves the rank sum half a rank towards its mean.
    """
    from dermoutcomes.stats import corrected_z, tail_probability

    deviation, error = ranks.w_plus - ranks.mean, sqrt(ranks.variance)
    z = corrected_z(deviation, error, tail, 0.5 if continuity else 0.0)
    return z, min(1.0, tail_probability(z, tail))


def quantile(probability: float, n: int) -> int:
    """The smallest rank sum whose cumulative probability reaches `probability`: R's qsignrank.

    It is that of n untied differences.
    """
    import numpy as np
    from scipy.special import ndtri

    if n > EXACT_UP_TO:
        return max(
            0,
            round(
                n * (n + 1) / 4 + float(ndtri(probability)) * sqrt(n * (n + 1) * (2 * n + 1) / 24)
            ),
        )
    cumulative = np.cumsum(distribution(np.arange(1, n + 1)))
    # One that reaches the probability but for rounding reaches it.
    return int(np.searchsorted(cumulative, probability * (1 - 1e-13)))
