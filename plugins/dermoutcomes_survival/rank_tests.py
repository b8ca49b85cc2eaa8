"""Log-rank tests of two or more groups, plain and stratified, with the weights of their family."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import ChiSquare

    Numbers = NDArray[np.float64]

__all__ = ["OneStep", "RankTest", "Weights", "one_step", "overall", "rank_test", "trend"]

Weights = Literal["log_rank", "peto_peto", "gehan", "tarone_ware"]


class RankTest(NamedTuple):
    """Weighted observed and expected events by group, and the covariance of their differences.

    All are summed over strata.
    """

    observed: Numbers
    expected: Numbers
    covariance: Numbers


class OneStep(NamedTuple):
    """Peto's one-step log hazard ratio of a group against the other, and its standard error.

    The ratio is (observed - expected) / variance.
    """

    estimate: float
    std_error: float


def rank_test(
    time: Sequence[float],
    event: Sequence[bool],
    group: Sequence[int],
    groups: int,
    strata: Sequence[Hashable] | None = None,
    weights: Weights = "log_rank",
) -> RankTest:
    """Observed and expected events of the groups 0, 1, ….

    With hypergeometric covariance at each time (Mantel 1966).

    The weight of a time is 1, the survival just before it (`peto_peto`, the G-rho test with rho =
    1), the number at risk (`gehan`, Wilcoxon's test in SAS) or its square root (`tarone_ware`),
    each within its stratum.
    """
    import numpy as np

    times, happened, group_of = (
        np.asarray(time, dtype=float),
        np.asarray(event, dtype=bool),
        np.asarray(group, dtype=int),
    )
    if not times.size:
        return RankTest(np.zeros(groups), np.zeros(groups), np.zeros((groups, groups)))
    parts = [
        _in_stratum(times[rows], happened[rows], group_of[rows], groups, weights)
        for rows in _by_stratum(strata, times.size)
    ]
    return RankTest(*(np.sum(field, axis=0) for field in zip(*parts, strict=True)))


def _by_stratum(strata: Sequence[Hashable] | None, size: int) -> list[list[int]]:
    rows_of_stratum: dict[Hashable, list[int]] = {}
    for row in range(size):
        rows_of_stratum.setdefault(None if strata is None else strata[row], []).append(row)
    return [rows_of_stratum[key] for key in sorted(rows_of_stratum, key=str)]


def _in_stratum(
    times: Numbers,
    happened: NDArray[np.bool_],
    group_of: NDArray[np.intp],
    groups: int,
    weights: Weights,
) -> RankTest:
    import numpy as np

    steps = np.unique(times[happened])
    at_risk, events = np.empty((steps.size, groups)), np.empty((steps.size, groups))
    for index in range(groups):
        times_of_group = np.sort(times[group_of == index])
        at_risk[:, index] = times_of_group.size - times_of_group.searchsorted(steps, side="left")
        dead = np.sort(times[(group_of == index) & happened])
        events[:, index] = dead.searchsorted(steps, side="right") - dead.searchsorted(
            steps, side="left"
        )
    n, d = at_risk.sum(axis=1), events.sum(axis=1)
    weight = _weight(n, d, weights)
    share = at_risk / n[:, None]
    # The variance of a multivariate hypergeometric draw: d of n without replacement. One at risk
    # varies in nothing.
    spread = weight**2 * d * np.divide(n - d, n - 1, out=np.zeros(n.size), where=n > 1)
    covariance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return RankTest(weight @ events, weight @ (share * d[:, None]), covariance)


def _weight(n: Numbers, d: Numbers, weights: Weights) -> Numbers:
    import numpy as np

    if weights == "peto_peto":
        return np.concatenate(([1.0], np.cumprod(1 - d / n)))[: n.size]
    return {"log_rank": np.ones(n.size), "gehan": n, "tarone_ware": np.sqrt(n)}[weights]


def overall(test: RankTest) -> ChiSquare:
    """All groups against each other.

    Raises ValueError where fewer than two groups could have had an event.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    # Differences add up to 0: what one group has is told by all others.
    tested = np.flatnonzero(test.expected > 0)[1:]
    if not tested.size:
        raise ValueError("fewer than two groups were at risk at an event")
    difference = (test.observed - test.expected)[tested]
    covariance = test.covariance[np.ix_(tested, tested)]
    df = int(np.linalg.matrix_rank(covariance, hermitian=True))
    if not df:
        raise ValueError("no event happened while two groups were at risk")
    statistic = float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference)
    return chi_square_test(statistic, df)


def trend(test: RankTest, scores: Sequence[float]) -> ChiSquare:
    """The groups against a trend in scores (Tarone 1975).

    `statistic` is a chi-square on one degree of freedom.
    """
    import numpy as np

    from dermoutcomes.stats import chi_square_test

    weights = np.asarray(scores, dtype=float)
    variance = float(weights @ test.covariance @ weights)
    if variance <= 0:
        raise ValueError("the scores do not differ among the groups at risk")
    statistic = float(weights @ (test.observed - test.expected)) ** 2 / variance
    return chi_square_test(statistic, 1)


def one_step(test: RankTest, group: int = 0) -> OneStep:
    """The log hazard ratio that the unweighted test implies (Yusuf et al. 1985).

    Raises ValueError without information.
    """
    variance = float(test.covariance[group, group])
    if variance <= 0:
        raise ValueError("no event happened while both groups were at risk")
    return OneStep(
        float(test.observed[group] - test.expected[group]) / variance, 1 / sqrt(variance)
    )
