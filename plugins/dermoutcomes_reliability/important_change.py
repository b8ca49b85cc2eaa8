"""Minimal important change from an anchor: three estimates of the change that those call important who rate it so.

Sources: Jaeschke, Singer and Guyatt, Control Clin Trials 1989;10:407-415 (mean change of the minimally improved); Deyo and Centor,
J Chronic Dis 1986;39:897-906 (ROC); Terluin, Eekhout, Terwee and de Vet, J Clin Epidemiol 2015;68:1388-1396 (predictive modelling).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, fsum, log
from typing import NamedTuple

__all__ = ["LEAST_CORRELATION", "Cutoff", "mean_change", "predicted_change", "roc_cutoff"]

# Below it the anchor says too little of the change: Revicki, Hays, Cella and Sloan, J Clin Epidemiol 2008;61:102-109.
LEAST_CORRELATION = 0.3


class Cutoff(NamedTuple):
    """The change that best tells improved from not improved, its sensitivity and specificity, and the area under the curve."""

    change: float
    sensitivity: float
    specificity: float
    area: float


def mean_change(changes: Sequence[float]) -> float:
    """The mean change of those who rate themselves minimally improved. Raises ValueError where there is none."""
    if not changes:
        raise ValueError("nobody is minimally improved")
    return fsum(changes) / len(changes)


def roc_cutoff(improved: Sequence[float], others: Sequence[float]) -> Cutoff:
    """The cut-off with the largest sensitivity + specificity, half way between the two values that it parts; larger is better.

    Of several equal ones the mean. Raises ValueError where one group is empty.
    """
    if not improved or not others:
        raise ValueError("nobody is improved, or everybody is")
    values = sorted({*improved, *others})
    cuts = [(a + b) / 2 for a, b in pairwise(values)] or values
    scored = [
        (
            sum(v > cut for v in improved) / len(improved),
            sum(v <= cut for v in others) / len(others),
            cut,
        )
        for cut in cuts
    ]
    best = max(sensitivity + specificity for sensitivity, specificity, _ in scored)
    chosen = [row for row in scored if abs(row[0] + row[1] - best) < 1e-12]
    above = fsum((a > b) + 0.5 * (a == b) for a in improved for b in others)
    return Cutoff(
        fsum(row[2] for row in chosen) / len(chosen),
        chosen[0][0],
        chosen[0][1],
        above / (len(improved) * len(others)),
    )


def predicted_change(improved: Sequence[float], others: Sequence[float], steps: int = 100) -> float:
    """The change at which a logistic model gives the odds of improvement that the group has: likelihood ratio 1.

    Raises ValueError where one group is empty, or where a change parts both groups wholly, so that the model has no maximum.
    """
    if not improved or not others:
        raise ValueError("nobody is improved, or everybody is")
    if min(improved) >= max(others) or max(improved) <= min(others):
        raise ValueError("a change parts improved from not improved wholly")
    data = [(x, 1.0) for x in improved] + [(x, 0.0) for x in others]
    centre = fsum(x for x, _ in data) / len(data)
    size = max(abs(x - centre) for x, _ in data) or 1.0
    a, b = log(len(improved) / len(others)), 0.0
    for _ in range(steps):
        fitted = [
            ((x - centre) / size, y, 1 / (1 + exp(-(a + b * (x - centre) / size)))) for x, y in data
        ]
        g0, g1 = fsum(y - p for _, y, p in fitted), fsum((y - p) * x for x, y, p in fitted)
        h00, h01, h11 = (fsum(p * (1 - p) * x**power for x, _, p in fitted) for power in (0, 1, 2))
        det = h00 * h11 - h01 * h01
        if det <= 0:
            raise ValueError("the change says nothing of the improvement")
        move = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det)
        a, b = a + move[0], b + move[1]
        if max(map(abs, move)) < 1e-12:
            break
    if not b:
        raise ValueError("the change says nothing of the improvement")
    return centre + size * (log(len(improved) / len(others)) - a) / b
