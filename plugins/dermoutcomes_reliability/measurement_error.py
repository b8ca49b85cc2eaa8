"""How much a measurement differs from itself.

Standard error of measurement, detectable change, coefficient of variation.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, sqrt
from typing import NamedTuple

from dermoutcomes_reliability.mean_squares import MeanSquares

__all__ = [
    "WithinSubject",
    "agreement_error",
    "consistency_error",
    "detectable_change",
    "within_subject",
]


def agreement_error(squares: MeanSquares) -> float:
    """Standard error of measurement that counts systematic differences between occasions.

    A negative variance counts as none.
    """
    return sqrt(max(0.0, squares.rater_variance) + squares.residual)


def consistency_error(squares: MeanSquares) -> float:
    """Standard error of measurement without systematic differences between occasions."""
    return sqrt(squares.residual)


def detectable_change(error: float, confidence: float = 0.95) -> float:
    """The change of one subject that exceeds measurement error: z sqrt(2) SEM.

    De Vet, Terwee, Knol and Bouter, J Clin Epidemiol 2006;59:1033-1039.
    """
    from dermoutcomes.stats import critical_value

    return critical_value(confidence) * sqrt(2) * error


class WithinSubject(NamedTuple):
    """Standard deviation within units.

    Its degrees of freedom and interval, the grand mean, and both as a coefficient of variation.
    """

    sd: float
    df: int
    conf_low: float
    conf_high: float
    mean: float
    cv_percent: float | None


def within_subject(groups: Sequence[Sequence[float]], confidence: float = 0.95) -> WithinSubject:
    """Pooled over units with two readings or more, weighted by their degrees of freedom.

    The interval is that of a variance.

    Raises ValueError where no unit has two readings.
    """
    from scipy.special import chdtri

    groups = [group for group in groups if len(group) > 1]
    df = sum(len(group) - 1 for group in groups)
    if not df:
        raise ValueError("no unit has two readings")
    total = fsum((value - fsum(group) / len(group)) ** 2 for group in groups for value in group)
    mean = fsum(value for group in groups for value in group) / sum(len(group) for group in groups)
    sd, tail = sqrt(total / df), (1 - confidence) / 2
    low, high = sqrt(total / float(chdtri(df, tail))), sqrt(total / float(chdtri(df, 1 - tail)))
    return WithinSubject(sd, df, low, high, mean, 100 * sd / mean if mean > 0 else None)
