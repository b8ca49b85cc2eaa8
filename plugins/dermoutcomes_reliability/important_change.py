"""Minimal important change from an anchor: three estimates of the change that is called important.

Sources: Jaeschke, Singer and Guyatt, Control Clin Trials 1989;10:407-415 (mean change of the
minimally improved); Deyo and Centor, J Chronic Dis 1986;39:897-906 (ROC); Terluin, Eekhout, Terwee
and de Vet, J Clin Epidemiol 2015;68:1388-1396 (predictive modelling).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, fsum, log
from typing import NamedTuple

__all__ = ["LEAST_CORRELATION", "Cutoff", "mean_change", "predicted_change", "roc_cutoff"]

# Below it the anchor says too little of the change: Revicki, Hays, Cella and Sloan, J Clin
# Epidemiol 2008;61:102-109.
LEAST_CORRELATION = 0.3


class Cutoff(NamedTuple):
    """The change that best tells improved from not improved, with its sensitivity and specificity.

    `area` is the one under the whole ROC curve.
    """

    change: float
    sensitivity: float
    specificity: float
    area: float


def mean_change(changes: Sequence[float]) -> float:
    """The mean change of those who rate themselves minimally improved.

    Raises ValueError where there is none.
    """
    if not changes:
        raise ValueError("nobody is minimally improved")
    return fsum(changes) / len(changes)


def roc_cutoff(improved: Sequence[float], not_improved: Sequence[float]) -> Cutoff:
    """The cut-off with the largest sensitivity + specificity; a larger change is a better one.

    A cut-off is half way between the two values that it parts; of several equal ones it is the
    mean. Raises ValueError where one group is empty.
    """
    if not improved or not not_improved:
        raise ValueError("nobody is improved, or everybody is")
    values = sorted({*improved, *not_improved})
    # Where all changes are one value, that is the only cut-off.
    cuts = [(a + b) / 2 for a, b in pairwise(values)] or values
    cutoffs = [
        (
            sum(v > cut for v in improved) / len(improved),
            sum(v <= cut for v in not_improved) / len(not_improved),
            cut,
        )
        for cut in cuts
    ]
    largest = max(sensitivity + specificity for sensitivity, specificity, _ in cutoffs)
    best = [cutoff for cutoff in cutoffs if abs(cutoff[0] + cutoff[1] - largest) < 1e-12]
    pairs_in_order = fsum((a > b) + 0.5 * (a == b) for a in improved for b in not_improved)
    return Cutoff(
        fsum(cut for _, _, cut in best) / len(best),
        best[0][0],
        best[0][1],
        pairs_in_order / (len(improved) * len(not_improved)),
    )


def predicted_change(
    improved: Sequence[float], not_improved: Sequence[float], steps: int = 100
) -> float:
    """The change at which a logistic model gives the odds of improvement that the group has.

    That is where the likelihood ratio is 1. The model is fitted by Newton's method, in at most
    `steps` steps, on changes about their mean in units of the farthest one. Raises ValueError where
    one group is empty, or where a change parts both groups wholly, so that the model has no
    maximum.
    """
    if not improved or not not_improved:
        raise ValueError("nobody is improved, or everybody is")
    if min(improved) >= max(not_improved) or max(improved) <= min(not_improved):
        raise ValueError("a change parts improved from not improved wholly")
    changes = [*improved, *not_improved]
    centre = fsum(changes) / len(changes)
    unit = max(abs(change - centre) for change in changes) or 1.0
    outcomes = [1.0] * len(improved) + [0.0] * len(not_improved)
    observations = [
        (change - centre, outcome) for change, outcome in zip(changes, outcomes, strict=True)
    ]
    log_odds = log(len(improved) / len(not_improved))
    intercept, slope = log_odds, 0.0
    for _ in range(steps):
        step = _newton_step(observations, unit, intercept, slope)
        intercept, slope = intercept + step[0], slope + step[1]
        if max(map(abs, step)) < 1e-12:
            break
    if not slope:
        raise ValueError("the change says nothing of the improvement")
    return centre + unit * (log_odds - intercept) / slope


def _newton_step(
    observations: Sequence[tuple[float, float]], unit: float, intercept: float, slope: float
) -> tuple[float, float]:
    """The step of intercept and slope: the score over the information, of two rows and columns.

    Of each observation, how far its change is from the mean and whether it is improved (1 or 0).
    """
    fitted = [
        (deviation / unit, outcome, 1 / (1 + exp(-(intercept + slope * deviation / unit))))
        for deviation, outcome in observations
    ]
    score_0 = fsum(y - p for _, y, p in fitted)
    score_1 = fsum((y - p) * x for x, y, p in fitted)
    i_00, i_01, i_11 = (fsum(p * (1 - p) * x**power for x, _, p in fitted) for power in (0, 1, 2))
    determinant = i_00 * i_11 - i_01 * i_01
    if determinant <= 0:
        raise ValueError("the change says nothing of the improvement")
    return (
        (i_11 * score_0 - i_01 * score_1) / determinant,
        (i_00 * score_1 - i_01 * score_0) / determinant,
    )
