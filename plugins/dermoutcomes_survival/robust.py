"""The robust covariance of Cox's coefficients (Lin and Wei 1989).

With the times of one subject as one cluster.
"""

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


def robust_covariance(model: Fit, subjects: Sequence[str]) -> Numbers:
    """The sandwich.

    Each subject's part of the score, squared and summed, between two inverses of the information.

    Raises ValueError for exact ties, whose score is no sum over subjects.
    """
    import numpy as np

    if model.ties == "exact":
        raise ValueError(
            "no_robust_variance: There is no robust variance with exact ties; use efron or breslow."
        )
    residuals = score_residuals(model, len(subjects))
    _, cluster = np.unique(np.asarray(subjects, dtype=str), return_inverse=True)
    sums = np.zeros((int(cluster.max()) + 1, model.beta.size))
    np.add.at(sums, cluster, residuals)
    return model.covariance @ (sums.T @ sums) @ model.covariance


def score_residuals(model: Fit, size: int) -> Numbers:
    """What each row of the data adds to the score at the fit.

    Its own surprise, less what was expected of it while at risk.
    """
    import numpy as np

    residuals = np.zeros((size, model.beta.size))
    for stratum in model.data:
        residuals[stratum.row] = _of_stratum(stratum, model)
    return residuals


def _of_stratum(data: Risks, model: Fit) -> Numbers:
    """A row at risk meets every term of the times up to its own.

    Among tied events Efron counts a share of it only.
    """
    import numpy as np

    event_terms = terms((data,), model.beta, model.ties)
    risk = np.exp(data.x @ model.beta)
    weight = np.exp(-event_terms.log_sum)
    time_of = np.repeat(np.arange(data.end.size), data.tied)
    share = removed(data) if model.ties == "efron" else np.zeros(weight.size)
    sums = [np.zeros((data.end.size, *part.shape[1:])) for part in (weight, event_terms.mean)]
    ties = [part.copy() for part in sums]
    for target, factor in ((sums, weight), (ties, weight * share)):
        np.add.at(target[0], time_of, factor)
        np.add.at(target[1], time_of, factor[:, None] * event_terms.mean)
    # Times run from the latest to the first: a row meets its own time and all that come after in
    # this order.
    by_event_time = [
        np.concatenate((part[::-1].cumsum(axis=0)[::-1], np.zeros((1, *part.shape[1:]))))
        for part in sums
    ]
    first_met = data.end.searchsorted(np.arange(data.time.size), side="right")
    residuals: Numbers = -risk[:, None] * (
        by_event_time[0][first_met][:, None] * data.x - by_event_time[1][first_met]
    )
    rows = event_rows(data)
    # Tied events share what was expected of them: none of Efron's terms belongs to one of them.
    residuals[rows] += event_terms.x - per_time(data, event_terms.mean)[time_of]
    residuals[rows] += risk[rows, None] * (
        ties[0][time_of][:, None] * event_terms.x - ties[1][time_of]
    )
    return residuals
