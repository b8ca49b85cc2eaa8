"""Where the normal signed-rank statistic, a step function, steps over a level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

import numpy as np
from scipy import stats

__all__ = ["crossings"]

REACH = 2e-4  # the search of R, which the program follows step by step, stops within 1e-4


def crossings(
    differences: Sequence[float], level: float = 0.95
) -> dict[str, float | Callable[[float], bool]]:
    """Conditions for the estimate and the limits, and the level (alpha doubled until it is met)."""
    d = np.round(differences, 10)
    d = d[d != 0]
    alpha = 1 - level
    while alpha < 1 and not (
        _z(d, d.max(), 0.5) <= stats.norm.ppf(alpha / 2)
        and stats.norm.isf(alpha / 2) <= _z(d, d.min(), 0.5)
    ):
        alpha *= 2
    z = stats.norm.isf(alpha / 2)
    return {
        "estimate": _steps_over(d, 0.0, 0.0),
        "conf_low": _steps_over(d, z, 0.5),
        "conf_high": _steps_over(d, -z, 0.5),
        "conf_level": min(level, 1 - alpha),
    }


def _steps_over(d: np.ndarray, wanted: float, continuity: float) -> Callable[[float], bool]:
    return lambda shift: (
        _z(d, shift - REACH, continuity) >= wanted - 1e-9
        and _z(d, shift + REACH, continuity) <= wanted + 1e-9
    )


def _z(d: np.ndarray, shift: float, continuity: float) -> float:
    """The statistic of the differences less a shift, corrected for ties and continuity."""
    away = d - shift
    away = away[away != 0]
    n, ranks = len(away), stats.rankdata(abs(away))
    _, ties = np.unique(ranks, return_counts=True)
    centred = ranks[away > 0].sum() - n * (n + 1) / 4
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    return (centred - continuity * np.sign(centred)) / sqrt(variance)
