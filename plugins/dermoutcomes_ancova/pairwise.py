"""P-values of all pairs of arms, adjusted for their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from attrs import evolve

from dermoutcomes import Stat

__all__ = ["adjusted", "adjusted_pairs"]


def adjusted_pairs(stats: Sequence[Stat], adjustment: str) -> Iterator[Stat]:
    """The adjusted p-value of each pair, those of a visit together.

    An error where one of the visit's pairs has none.
    """
    by_visit: dict[tuple[str | None, ...], dict[tuple[str | None, ...], dict[str, Stat]]] = {}
    for stat in stats:
        by_visit.setdefault((stat.visit, stat.reference_visit), {}).setdefault(
            (stat.group, stat.reference_group), {}
        )[stat.stat] = stat
    for pairs in by_visit.values():
        arms = {arm for pair in pairs for arm in pair}
        tests = [
            tuple(rows[name].value for name in ("p_value", "statistic", "df"))
            for rows in pairs.values()
        ]
        complete = [
            (p, t, df) for p, t, df in tests if p is not None and t is not None and df is not None
        ]
        adjusted_p: Sequence[float | None] = (
            adjusted(complete, adjustment, len(arms))
            if len(complete) == len(tests)
            else [None] * len(tests)
        )
        for rows, value in zip(pairs.values(), adjusted_p, strict=True):
            row = evolve(rows["p_value"], stat="p_adjusted", value=value)
            yield (
                row
                if value is not None
                else row.failed("not_adjusted", "A pair of the visit has no p-value.")
            )


def adjusted(
    tests: Sequence[tuple[float, float, float]], adjustment: str, arms: int
) -> list[float]:
    """(p, t, df) of each pair.

    P adjusted by Bonferroni, by Holm, by Tukey and Kramer's studentised range, or not.
    """
    p = [value for value, _, _ in tests]
    if adjustment == "bonferroni":
        return [min(1.0, value * len(p)) for value in p]
    if adjustment == "holm":
        return _holm(p)
    # Of two arms there is one pair, and the range is t itself.
    if adjustment == "tukey" and arms > 2:
        return [_tukey(t, df, arms) for _, t, df in tests]
    return p


def _holm(p: Sequence[float]) -> list[float]:
    adjusted_p, highest = [0.0] * len(p), 0.0
    for rank, index in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        highest = max(highest, min(1.0, (len(p) - rank) * p[index]))
        adjusted_p[index] = highest
    return adjusted_p


def _tukey(t: float, df: float, arms: int) -> float:
    from scipy.stats import studentized_range

    # The studentised range is of a difference over the error of one mean, t over that of a
    # difference: the root of 2 apart. Tukey-Kramer where arms differ in size.
    return float(studentized_range.sf(abs(t) * sqrt(2), arms, df))
