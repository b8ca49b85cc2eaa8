"""The difference of mean scores that the mean-score test is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from dermoutcomes_categorical.scores import Scoring, scores_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ScoreDifference", "mean_score_difference"]


class ScoreDifference(NamedTuple):
    """A difference of mean scores over strata, first arm minus second."""

    estimate: float
    std_error: float


def mean_score_difference(
    strata: Sequence[np.ndarray], values: Sequence[float], scoring: Scoring = "table"
) -> ScoreDifference | None:
    """Differences of mean scores weighted by n1 n2 / (n1 + n2), the weights of the test.

    Strata without one of the arms have none.

    The standard error is from the variances within arm and stratum (divisor n, so that an arm of
    one subject in a stratum counts as without spread). None where no stratum has both arms.
    """
    weights = difference = variance = 0.0
    for table in strata:
        n1, n2 = (float(n) for n in table.sum(axis=1))
        if n1 and n2:
            of = scores_of(scoring, table.sum(axis=0), values)
            weight = n1 * n2 / (n1 + n2)
            (m1, v1), (m2, v2) = (_moments(row, of) for row in table)
            weights, difference = weights + weight, difference + weight * (m1 - m2)
            variance += weight**2 * (v1 / n1 + v2 / n2)
    return ScoreDifference(difference / weights, variance**0.5 / weights) if weights else None


def _moments(counts: np.ndarray, of: np.ndarray) -> tuple[float, float]:
    mean = float(counts @ of / counts.sum())
    return mean, float(counts @ (of - mean) ** 2 / counts.sum())
