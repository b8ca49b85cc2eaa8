"""On which scale an estimate is normal, and its standard errors there: as given, or as its interval shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from dermoutcomes.declare import Stat

__all__ = ["Scale", "complete", "scale_of"]

NEAR = 1e-6
# How an analysis says that a standard error is not that of the ratio itself.
OF_LOGARITHM = "logarithm"


@frozen
class Scale:
    """`log`: estimates are pooled as logarithms. `natural`: the standard errors that were given are those of the ratio itself."""

    log: bool
    natural: bool
    errors: list[float]


def complete(stats: Sequence[Stat], m: int) -> bool:
    """Whether each imputation has a value."""
    return len(stats) == m and all(stat.value is not None for stat in stats)


def scale_of(
    stats: Mapping[str, Sequence[Stat]], centre: str, m: int, level: float, *, ratio: bool
) -> Scale | None:
    """The scale of a quantity, or None where nothing gives it a standard error.

    An estimate is a ratio where it is declared to be one, or where its intervals are symmetric as logarithms and not otherwise.
    """
    centres = [float(stat.value or 0.0) for stat in stats[centre]]
    given = (
        [float(stat.value or 0.0) for stat in stats["std_error"]]
        if complete(stats.get("std_error", ()), m)
        else None
    )
    reaches = _log_reaches(stats, centres, m, level)
    if not ratio and (reaches is None or _symmetric(stats, centres)):
        return None if given is None else Scale(False, False, given)
    if min(centres) <= 0:
        return None
    if given is None:
        return None if reaches is None else Scale(True, False, reaches)
    return _with_errors(stats, centres, given, reaches)


def _with_errors(
    stats: Mapping[str, Sequence[Stat]],
    centres: list[float],
    given: list[float],
    reaches: list[float] | None,
) -> Scale | None:
    """Whether the standard errors of a ratio are of the logarithm or of the ratio, as the intervals or the label say."""
    said = any(OF_LOGARITHM in (stat.label or "") for stat in stats["std_error"])
    if reaches is None:
        return Scale(True, False, given) if said else None
    if said or _alike(given, reaches):
        return Scale(True, False, given)
    on_log = [error / value for error, value in zip(given, centres, strict=True)]
    return Scale(True, True, on_log) if _alike(on_log, reaches) else Scale(True, False, reaches)


def _alike(errors: list[float], others: list[float]) -> bool:
    return all(
        math.isclose(error, other, rel_tol=0.05)
        for error, other in zip(errors, others, strict=True)
    )


def _log_reaches(
    stats: Mapping[str, Sequence[Stat]], centres: list[float], m: int, level: float
) -> list[float] | None:
    """Standard errors of the logarithm from intervals, taken for normal ones; None where an interval is not symmetric as a logarithm."""
    from scipy.special import ndtri

    lows, highs = stats.get("conf_low", ()), stats.get("conf_high", ())
    if not complete(lows, m) or not complete(highs, m) or min(centres) <= 0:
        return None
    found = []
    for value, low, high in zip(
        centres,
        (stat.value or 0.0 for stat in lows),
        (stat.value or 0.0 for stat in highs),
        strict=True,
    ):
        if not 0 < low <= value <= high or abs(
            math.log(low) + math.log(high) - 2 * math.log(value)
        ) > NEAR * (math.log(high / low) + NEAR):
            return None
        found.append(math.log(high / low) / 2 / float(ndtri(0.5 + level / 2)))
    return found


def _symmetric(stats: Mapping[str, Sequence[Stat]], centres: list[float]) -> bool:
    """Whether intervals are symmetric as they are: then the quantity is no ratio."""
    limits = (
        (low.value or 0.0, high.value or 0.0)
        for low, high in zip(stats["conf_low"], stats["conf_high"], strict=True)
    )
    return all(
        abs(low + high - 2 * value) <= NEAR * (high - low)
        for (low, high), value in zip(limits, centres, strict=True)
    )
