"""Square tables of two ratings of the same units.

Whether their margins are equal, and whether they are symmetric.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare

__all__ = ["bowker", "square_table", "stuart_maxwell"]


def square_table(first: Sequence[float], second: Sequence[float]) -> NDArray[np.float64]:
    """Counts of (first, second) over the categories that either has, in order."""
    import numpy as np

    categories = np.unique([*first, *second])
    counts = np.zeros((categories.size, categories.size))
    np.add.at(counts, (categories.searchsorted(first), categories.searchsorted(second)), 1.0)
    return counts


def stuart_maxwell(counts: NDArray[np.float64]) -> ChiSquare | None:
    """Equal margins (Stuart 1955, Maxwell 1970).

    The differences of margins against their covariance under equality.

    Categories that no pair enters or leaves say nothing; degrees of freedom are the rank of the
    covariance. None without a change.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    difference = counts.sum(axis=1) - counts.sum(axis=0)
    both_ways = counts + counts.T
    np.fill_diagonal(both_ways, 0.0)
    covariance = np.diag(both_ways.sum(axis=0)) - both_ways
    df = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if not df:
        return None
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return chi_square_test(statistic, df)


def bowker(counts: NDArray[np.float64]) -> ChiSquare | None:
    """Symmetry (Bowker 1948): each pair of cells across the diagonal.

    Pairs of empty cells count no degree of freedom. None without a change.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    upper, lower = (
        counts[np.triu_indices_from(counts, 1)],
        counts.T[np.triu_indices_from(counts, 1)],
    )
    occupied = upper + lower > 0
    df = int(occupied.sum())
    if not df:
        return None
    statistic = float(((upper - lower)[occupied] ** 2 / (upper + lower)[occupied]).sum())
    return chi_square_test(statistic, df)
