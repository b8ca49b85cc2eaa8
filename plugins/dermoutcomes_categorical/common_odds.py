"""Two arms and two categories over strata: the Mantel-Haenszel test and the common odds ratio."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray

__all__ = ["CommonOdds", "common_odds_ratio", "mantel_haenszel_z"]


class CommonOdds(NamedTuple):
    """An odds ratio (0 or infinite at its ends) and the standard error of its logarithm.

    None at the ends.
    """

    estimate: float
    log_se: float | None


def mantel_haenszel_z(strata: Sequence[Array], *, continuity: bool = False) -> float | None:
    """Responders of the first arm less what is expected, in standard errors.

    None where nothing varies. Columns: no responder, responder.
    """
    deviation = variance = 0.0
    for table in strata:
        n = float(table.sum())
        if n > 1:
            (first, second), (non, yes) = (
                (float(x) for x in table.sum(axis=1)),
                (float(x) for x in table.sum(axis=0)),
            )
            deviation += float(table[0, 1]) - first * yes / n
            variance += first * second * non * yes / (n**2 * (n - 1))
    if not variance:
        return None
    corrected = max(0.0, abs(deviation) - 0.5) if continuity else abs(deviation)
    return (corrected if deviation >= 0 else -corrected) / sqrt(variance)


def common_odds_ratio(strata: Sequence[Array]) -> CommonOdds:
    """Mantel and Haenszel's estimate, with the variance of Robins, Breslow and Greenland."""
    parts = []
    for table in strata:
        # A row an arm, its levels in their order: the odds are those of the second.
        (b, a), (d, c) = ((float(x) for x in row) for row in table)
        n = a + b + c + d
        if n:
            parts.append((a * d / n, b * c / n, (a + d) / n, (b + c) / n))
    with_arm, against = sum(r for r, _, _, _ in parts), sum(s for _, s, _, _ in parts)
    if not with_arm or not against:
        return CommonOdds(inf if with_arm else 0.0, None)
    variance = (
        sum(p * r for r, _, p, _ in parts) / (2 * with_arm**2)
        + sum(p * s + q * r for r, s, p, q in parts) / (2 * with_arm * against)
        + sum(q * s for _, s, _, q in parts) / (2 * against**2)
    )
    return CommonOdds(with_arm / against, sqrt(variance))
