"""Pooled difference, ratio and odds ratio over strata, weighted as Mantel and Haenszel did."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log, nan, sqrt
from typing import NamedTuple

from dermoutcomes_proportions.counts import Two
from dermoutcomes_proportions.ratio_intervals import Ratio

__all__ = [
    "Difference",
    "Stratum",
    "mantel_haenszel_test",
    "pooled_difference",
    "pooled_logit",
    "pooled_odds_ratio",
    "pooled_ratio",
    "weights",
]


class Stratum(NamedTuple):
    """Events and sizes of the two arms in one stratum, both arms with someone in them."""

    events: Two
    n: Two


class Difference(NamedTuple):
    """A pooled difference, and its standard error by Sato and by Greenland and Robins."""

    estimate: float
    sato: float
    greenland_robins: float


def weights(strata: Sequence[Stratum]) -> list[float]:
    """n1 n2 / (n1 + n2) of each stratum, summing to 1."""
    raw = [n1 * n2 / (n1 + n2) for _, (n1, n2) in strata]
    return [weight / sum(raw) for weight in raw]


def pooled_difference(strata: Sequence[Stratum]) -> Difference:
    """The weighted mean of the strata's differences.

    Sato's variance holds for few large and for many small strata.
    """
    scale = sum(n1 * n2 / (n1 + n2) for _, (n1, n2) in strata)
    estimate = sum((x1 * n2 - x2 * n1) / (n1 + n2) for (x1, x2), (n1, n2) in strata) / scale
    p = sum(
        (n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / (n1 + n2) ** 2
        for (x1, x2), (n1, n2) in strata
    )
    q = sum((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * (n1 + n2)) for (x1, x2), (n1, n2) in strata)
    own_variance = sum(
        (x1 * (n1 - x1) * n2**3 + x2 * (n2 - x2) * n1**3) / (n1 * n2 * (n1 + n2) ** 2)
        for (x1, x2), (n1, n2) in strata
    )
    return Difference(
        estimate, sqrt(max(0.0, estimate * p + q)) / scale, sqrt(own_variance) / scale
    )


def pooled_odds_ratio(strata: Sequence[Stratum]) -> Ratio:
    """Mantel and Haenszel's common odds ratio.

    Standard error of the logarithm by Robins, Breslow and Greenland.
    """
    parts = [_cells(stratum) for stratum in strata]
    concordant, discordant = (sum(part[i] for part in parts) for i in (0, 1))
    if not concordant or not discordant:
        return Ratio(inf if concordant else 0.0 if discordant else nan, None)
    same = sum(p * r for r, _, p, _ in parts) / (2 * concordant**2)
    mixed = sum(p * s + q * r for r, s, p, q in parts) / (2 * concordant * discordant)
    other = sum(q * s for _, s, _, q in parts) / (2 * discordant**2)
    return Ratio(concordant / discordant, sqrt(same + mixed + other))


def _cells(stratum: Stratum) -> tuple[float, float, float, float]:
    """Products of the diagonals over N, and the diagonals' shares."""
    (a, c), (n1, n2) = stratum
    b, d, n = n1 - a, n2 - c, n1 + n2
    return a * d / n, b * c / n, (a + d) / n, (b + c) / n


def pooled_ratio(strata: Sequence[Stratum]) -> Ratio:
    """Mantel and Haenszel's common risk ratio.

    Standard error of the logarithm by Greenland and Robins.
    """
    first = sum(a * n2 / (n1 + n2) for (a, _), (n1, n2) in strata)
    second = sum(c * n1 / (n1 + n2) for (_, c), (n1, n2) in strata)
    if not first or not second:
        return Ratio(inf if first else 0.0 if second else nan, None)
    spread = sum(
        (n1 * n2 * (a + c) - a * c * (n1 + n2)) / (n1 + n2) ** 2 for (a, c), (n1, n2) in strata
    )
    return Ratio(first / second, sqrt(spread / (first * second)))


def pooled_logit(strata: Sequence[Stratum]) -> Ratio:
    """Woolf's common odds ratio.

    Log odds ratios weighted by their precision, half a subject in each cell of a stratum with an
    empty one.
    """
    from math import exp

    total = summed = 0.0
    for (a, c), (n1, n2) in strata:
        cells = [float(cell) for cell in (a, n1 - a, c, n2 - c)]
        if 0.0 in cells:
            cells = [cell + 0.5 for cell in cells]
        weight = 1 / sum(1 / cell for cell in cells)
        total, summed = (
            total + weight,
            summed + weight * log(cells[0] * cells[3] / (cells[1] * cells[2])),
        )
    return Ratio(exp(summed / total), sqrt(1 / total))


def mantel_haenszel_test(strata: Sequence[Stratum], *, continuity: bool = False) -> float | None:
    """The z of the Mantel-Haenszel test of a common odds ratio of 1 (its square is the chi-square).

    None where nothing can vary.
    """
    deviation = variance = 0.0
    for (a, c), (n1, n2) in strata:
        n, total = n1 + n2, a + c
        deviation += a - n1 * total / n
        # The variance of a hypergeometric number; a stratum of one subject has none, and would
        # divide by 0.
        variance += n1 * n2 * total * (n - total) / (n**2 * (n - 1)) if n > 1 else 0.0
    if not variance:
        return None
    corrected = max(0.0, abs(deviation) - 0.5) if continuity else abs(deviation)
    # The sign says which arm has more events than expected: one-sided tests need it.
    return (corrected if deviation >= 0 else -corrected) / sqrt(variance)
