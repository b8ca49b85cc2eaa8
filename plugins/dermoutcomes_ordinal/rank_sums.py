"""Van Elteren's test.

Wilcoxon's rank sums within strata, added up with the weights that are locally best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare

    Numbers = NDArray[np.float64]

__all__ = ["RankSums", "overall", "rank_sums"]


class RankSums(NamedTuple):
    """Weighted rank sums of the groups less their expectation, and their covariance.

    Both are given the ties.
    """

    difference: Numbers
    covariance: Numbers


def rank_sums(strata: Sequence[Sequence[Sequence[float]]]) -> RankSums:
    """The values by stratum and group.

    A stratum of n values has the weight 1 / (n + 1) (van Elteren 1960).

    A stratum in which one value or one group stands alone adds nothing.
    """
    import numpy as np

    groups = len(strata[0])
    parts = [_in_stratum(stratum) for stratum in strata if sum(map(len, stratum)) > 1]
    if not parts:
        return RankSums(np.zeros(groups), np.zeros((groups, groups)))
    return RankSums(*(np.sum(field, axis=0) for field in zip(*parts, strict=True)))


def _in_stratum(stratum: Sequence[Sequence[float]]) -> RankSums:
    import numpy as np

    sizes = np.array([len(group) for group in stratum])
    n = int(sizes.sum())
    values = np.concatenate([np.asarray(group, dtype=float) for group in stratum])
    ordered = np.sort(values)
    below, not_above = (ordered.searchsorted(values, side) for side in ("left", "right"))
    # Mid-ranks less their mean.
    ranks = (below + not_above - n) / 2
    sums = np.array([part.sum() for part in np.split(ranks, np.cumsum(sizes)[:-1])])
    spread = float(ranks @ ranks) / (n * (n - 1)) * (n * np.diag(sizes) - np.outer(sizes, sizes))
    return RankSums(sums / (n + 1), spread / (n + 1) ** 2)


def overall(sums: RankSums) -> ChiSquare | None:
    """All groups against each other: the mean-score test of modified ridits.

    None where no stratum can tell groups apart.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    covariance = sums.covariance[1:, 1:]
    size = np.sqrt(np.diag(covariance))
    occupied = np.flatnonzero(size > 0)
    if not occupied.size:
        return None
    covariance, difference = covariance[np.ix_(occupied, occupied)], sums.difference[1:][occupied]
    df = int(
        np.linalg.matrix_rank(
            covariance / np.outer(size[occupied], size[occupied]), tol=1e-9, hermitian=True
        )
    )
    statistic = float(
        difference @ np.linalg.pinv(covariance, rcond=1e-12, hermitian=True) @ difference
    )
    return chi_square_test(statistic, df)
