"""Two occasions against each other: Wilcoxon's signed-rank test by its normal approximation."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_repeated_measures.friedman_test import rounded

if TYPE_CHECKING:
    import numpy as np

__all__ = ["SignedRank", "signed_rank"]


class SignedRank(NamedTuple):
    """Sum of positive ranks, z and two-sided p; the number of differences that are not zero."""

    n: int
    v: float
    z: float
    p_value: float


def signed_rank(first: np.ndarray, second: np.ndarray) -> SignedRank | None:
    """Of first minus second: zeros dropped, corrected for ties and for continuity.

    None where every difference is zero.
    """
    import numpy as np
    from scipy.stats import rankdata

    from dermoutcomes.stats import tail_probability

    d = rounded(first - second, float(max(np.abs(first).max(), np.abs(second).max())))
    d = d[d != 0]
    if not len(d):
        return None
    ranks = rankdata(np.abs(d))
    # Given the ranks each sign is tossed: ties need no correction of their own.
    v, mean, variance = (
        float(ranks[d > 0].sum()),
        float(ranks.sum()) / 2,
        float((ranks**2).sum()) / 4,
    )
    deviation = v - mean
    z = (deviation - 0.5 * ((deviation > 0) - (deviation < 0))) / sqrt(variance)
    return SignedRank(len(d), v, z, min(1.0, tail_probability(z)))
