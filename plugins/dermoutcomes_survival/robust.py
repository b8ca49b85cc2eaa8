"""The robust covariance of Cox's coefficients (Lin and Wei 1989), with the times of one subject as one cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dermoutcomes_survival.cox_fit import Fit
from dermoutcomes_survival.hazards import Risks, event_rows, per_time, removed, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

__all__ = ["robust_covariance", "score_residuals"]


def robust_covariance(found: Fit, subjects: Sequence[str]) -> Numbers:
    """The sandwich: each subject's part of the score, squared and summed, between two inverses of the information.

    Raises ValueError for exact ties, whose score is no sum over subjects.
    """
    import numpy as np

    if found.ties == "exact":
        raise ValueError(
            "no_robust_variance: There is no robust variance with exact ties; use efron or breslow."
        )
    residuals = score_residuals(found, len(subjects))
    _, cluster = np.unique(np.asarray(subjects, dtype=str), return_inverse=True)
    sums = np.zeros((int(cluster.max()) + 1, found.beta.size))
    np.add.at(sums, cluster, residuals)
    return found.covariance @ (sums.T @ sums) @ found.covariance


def score_residuals(found: Fit, size: int) -> Numbers:
    """What each row of the data adds to the score at the fit: its own surprise, less what was expected of it while at risk."""
    import numpy as np

    whole = np.zeros((size, found.beta.size))
    for stratum in found.data:
        whole[stratum.row] = _of_stratum(stratum, found)
    return whole


def _of_stratum(data: Risks, found: Fit) -> Numbers:
    """A row at risk meets every term of the times up to its own; among tied events Efron counts a share of it only."""
    import numpy as np

    at = terms((data,), found.beta, found.ties)
    risk = np.exp(data.x @ found.beta)
    weight = np.exp(-at.log_sum)
    time_of = np.repeat(np.arange(data.end.size), data.tied)
    share = removed(data) if found.ties == "efron" else np.zeros(weight.size)
    sums = [np.zeros((data.end.size, *part.shape[1:])) for part in (weight, at.mean)]
    ties = [part.copy() for part in sums]
    for into, factor in ((sums, weight), (ties, weight * share)):
        np.add.at(into[0], time_of, factor)
        np.add.at(into[1], time_of, factor[:, None] * at.mean)
    # Times run from the latest to the first: a row meets its own time and all that come after in this order.
    met = [
        np.concatenate((part[::-1].cumsum(axis=0)[::-1], np.zeros((1, *part.shape[1:]))))
        for part in sums
    ]
    first_met = data.end.searchsorted(np.arange(data.time.size), side="right")
    residuals: Numbers = -risk[:, None] * (met[0][first_met][:, None] * data.x - met[1][first_met])
    rows = event_rows(data)
    residuals[rows] += at.x - per_time(data, at.mean)[time_of]
    residuals[rows] += risk[rows, None] * (ties[0][time_of][:, None] * at.x - ties[1][time_of])
    return residuals
