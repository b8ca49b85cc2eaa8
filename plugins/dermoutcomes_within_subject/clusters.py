"""Shares of sides or zones, with the subject as the unit that was sampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import NamedTuple

__all__ = ["Cluster", "Difference", "Share", "difference", "effective_interval", "share"]

# Subject = (sides that respond, sides).
Cluster = tuple[int, int]
Limits = tuple[float, float]


class Share(NamedTuple):
    """A share of units, its standard error over subjects, and the design effect.

    The design effect is how much larger the variance is than that of independent units. Both are
    None where they cannot be had: one subject, or all units alike.
    """

    events: int
    units: int
    subjects: int
    estimate: float
    std_error: float | None
    design_effect: float | None


class Difference(NamedTuple):
    """The difference of two shares, with a t statistic.

    It has one degree of freedom less than there are subjects.
    """

    estimate: float
    std_error: float
    df: int
    subjects: int


def share(clusters: Sequence[Cluster]) -> Share:
    """The share of all units that respond, a ratio of two totals over subjects.

    With its linearised variance.
    """
    events, units, m = sum(x for x, _ in clusters), sum(n for _, n in clusters), len(clusters)
    p = events / units
    if m < 2 or not 0 < events < units:
        return Share(events, units, m, p, None, None)
    variance = m / (m - 1) * fsum((x - n * p) ** 2 for x, n in clusters) / units**2
    return Share(events, units, m, p, sqrt(variance), variance * units / (p * (1 - p)))


def effective_interval(proportion: Share, confidence: float = 0.95) -> Limits:
    """The exact binomial interval at the effective number of units (Korn and Graubard).

    That is the number of units over the design effect, lower still as quantiles of t on subjects
    are larger than those on units. Where all units are alike nothing shows how they depend, and
    each subject counts as one.
    """
    from scipy.special import stdtrit

    from dermoutcomes.stats import clopper_pearson

    tail = (1 - confidence) / 2
    if proportion.design_effect is None or proportion.std_error is None:
        n = float(proportion.subjects)
    elif proportion.std_error == 0:
        n = float(proportion.units)
    else:
        ratio = float(stdtrit(proportion.units - 1, 1 - tail)) / float(
            stdtrit(proportion.subjects - 1, 1 - tail)
        )
        # Never more than there are units, whatever a small design effect says.
        n = min(float(proportion.units), proportion.units / proportion.design_effect * ratio**2)
    return clopper_pearson(n * proportion.estimate, n, confidence)


def difference(first: Mapping[str, Cluster], second: Mapping[str, Cluster]) -> Difference:
    """First share less second, with the linearised variance over subjects.

    Those with units of both count with their covariance.

    ValueError for fewer than two subjects, or where nothing varies.
    """
    subjects = sorted({*first, *second})
    m = len(subjects)
    if m < 2 or not first or not second:
        raise ValueError(
            "too_few: A variance over subjects needs at least two of them, and units of both "
            "treatments."
        )
    totals = [
        (sum(x for x, _ in arm.values()), sum(n for _, n in arm.values()))
        for arm in (first, second)
    ]
    (p1, n1), (p2, n2) = ((events / units, units) for events, units in totals)
    influence = []
    for subject in subjects:
        # A subject without units of a treatment adds nothing to that share, and still counts in m.
        (x1, k1), (x2, k2) = first.get(subject, (0, 0)), second.get(subject, (0, 0))
        influence.append((x1 - k1 * p1) / n1 - (x2 - k2 * p2) / n2)
    variance = m / (m - 1) * fsum(value**2 for value in influence)
    if variance <= 1e-28:
        raise ValueError(
            "no_variance: Subjects do not differ, so nothing tells how sure the difference is."
        )
    return Difference(p1 - p2, sqrt(variance), m - 1, m)
