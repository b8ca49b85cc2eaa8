"""How often the higher predicted hazard had the event first."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Concordance", "concordance"]


class Concordance(NamedTuple):
    """Harrell's C and its standard error."""

    estimate: float
    std_error: float


def concordance(
    time: Sequence[float], event: Sequence[bool], hazard: NDArray[np.float64]
) -> Concordance:
    """Harrell's C.

    Pairs whose order in time is known, equal predictions as one half, with the infinitesimal
    jackknife's error.

    A pair is ordered if the shorter time is an event; a censoring at the time of an event outlives
    it. Predictions that differ by rounding alone are equal: sums in another order must not rank
    subjects with the same covariates. Raises ValueError without such a pair.
    """
    import numpy as np

    hazard = np.round(hazard / (float(np.abs(hazard).max()) or 1.0), 12)
    when, happened = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    pairs, agreeing, total, agreed = np.zeros(when.size), np.zeros(when.size), 0.0, 0.0
    for row in np.flatnonzero(happened):
        later = (when > when[row]) | ((when == when[row]) & ~happened)
        # The sign is 1, 0 or -1: 1 for a higher hazard of the earlier event, one half for equal
        # ones.
        agree = later * (0.5 + 0.5 * np.sign(hazard[row] - hazard))
        # Each pair counts for both of its subjects, since leaving either out takes it away.
        pairs += later
        agreeing += agree
        pairs[row] += later.sum()
        agreeing[row] += agree.sum()
        total, agreed = total + float(later.sum()), agreed + float(agree.sum())
    if not total:
        raise ValueError("no pair is ordered in time")
    estimate = agreed / total
    return Concordance(estimate, sqrt(float((((agreeing - estimate * pairs) / total) ** 2).sum())))
