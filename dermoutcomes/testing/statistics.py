"""What the batteries compare of two runs of an analysis: statistics by their key."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

if TYPE_CHECKING:
    from dermoutcomes.declare import Stat

__all__ = ["QUANTITY", "Key", "assert_alike", "by_key", "close", "quantities"]

# What tells the quantities of an analysis apart; each has statistics, such as an estimate and
# its p-value.
QUANTITY = (
    "endpoint",
    "comparison",
    "group",
    "reference_group",
    "visit",
    "reference_visit",
    "term",
    "level",
    "at",
)
Key: TypeAlias = tuple[Any, ...]


def by_key(stats: Iterable[Stat]) -> dict[Key, Stat]:
    """The statistics by what a table of results would know them by."""
    return {(*_quantity(stat), stat.stat): stat for stat in stats}


def quantities(stats: Iterable[Stat]) -> dict[Key, dict[str, Stat]]:
    """The statistics of each quantity, by name."""
    gathered: dict[Key, dict[str, Stat]] = {}
    for stat in stats:
        gathered.setdefault(_quantity(stat), {})[stat.stat] = stat
    return gathered


def _quantity(stat: Stat) -> Key:
    return tuple(getattr(stat, name) for name in QUANTITY)


def close(first: float | None, second: float | None, tolerance: float = 1e-9) -> bool:
    """Whether two values are the same but for rounding; nothing is close to nothing alone."""
    if first is None or second is None:
        return first is second
    return math.isclose(first, second, rel_tol=tolerance, abs_tol=tolerance / 1000)


def assert_alike(
    stats: Iterable[Stat],
    others: Iterable[Stat],
    case: str,
    *,
    tolerance: float = 1e-9,
    compares: Callable[[Stat], bool] | None = None,
    arms: Mapping[str, str] | None = None,
) -> None:
    """Both have the same statistics with the same values.

    Of those that `compares` picks (all, without it); `arms` gives the arms of the first other
    names.
    """
    first = by_key(
        _with_arms(stat, arms or {}) for stat in stats if compares is None or compares(stat)
    )
    second = by_key(stat for stat in others if compares is None or compares(stat))
    assert first.keys() == second.keys(), case
    for key, stat in first.items():
        assert close(stat.value, second[key].value, tolerance), (
            f"{case}: {key} is {stat.value}, then {second[key].value}"
        )


def _with_arms(stat: Stat, arms: Mapping[str, str]) -> Stat:
    return attrs.evolve(
        stat,
        group=_renamed(stat.group, arms),
        reference_group=_renamed(stat.reference_group, arms),
        level=_renamed(stat.level, arms),
        term=_renamed(stat.term, arms),
    )


def _renamed(name: str | None, arms: Mapping[str, str]) -> str | None:
    """The name with every arm in it under its other name ("arm: A" of a coefficient)."""
    return name if name is None else re.sub(r"\w+", lambda word: arms.get(word[0], word[0]), name)
