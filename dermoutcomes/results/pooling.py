"""Results of one analysis on several imputations made one: what can be pooled is, what is equal passes, the rest says why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import attrs

from dermoutcomes.declare import Stat
from dermoutcomes.results.quantity import POOLED, Quantity

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling
    from dermoutcomes.task import Task

__all__ = ["pooled_stats"]

PLACE = ("endpoint", "comparison", "group", "reference_group", "visit", "reference_visit", "term", "level", "at")
SAME = ("text", "unit", "label", "n_subjects", "n_records")

Place = tuple[Any, ...]
Runs = list[list[Stat]]


def pooled_stats(analysis: Analysis, view: Task, options: Any, runs: Runs, pooling: Pooling, pooling_options: Any) -> Iterator[Stat]:
    """One statistic for each that the imputations have, in the order in which they come up.

    An estimate (or mean, or proportion) with a standard error is pooled with its interval and test, and what the pooling measures
    stands beside it. A single run means that nothing was filled: it is as it is.
    """
    found = _by_place(runs)
    for place, stats in found.items():
        quantity = Quantity.of(analysis, view, options, dict(zip(PLACE, place, strict=True)), stats, len(runs))
        pooled = None if quantity is None else quantity.pooled(pooling, pooling_options)
        for name, of_runs in stats.items():
            yield pooled[name] if pooled is not None and name in pooled else _as_they_are(of_runs, len(runs))
        if quantity is not None:
            yield from quantity.measured(pooling)


def _by_place(runs: Runs) -> dict[Place, dict[str, list[Stat]]]:
    found: dict[Place, dict[str, list[Stat]]] = {}
    for stats in runs:
        for stat in stats:
            place = tuple(getattr(stat, name) for name in PLACE)
            found.setdefault(place, {}).setdefault(stat.stat, []).append(stat)
    return found


def _as_they_are(stats: list[Stat], m: int) -> Stat:
    """The statistic where it is equal in all imputations, or that it is not pooled."""
    first = stats[0]
    if len(stats) == m and all(stat.value == first.value and stat.text == first.text and stat.error == first.error for stat in stats):
        return _shared(stats)
    return _shared(stats).failed("not_pooled", _why(stats, m))


def _why(stats: list[Stat], m: int) -> str:
    failed = [stat for stat in stats if stat.error is not None]
    if failed:
        return f"It could not be computed in {len(failed)} of {m} imputations, as in the first of them: {failed[0].error}"
    if len(stats) < m:
        return f"Only {len(stats)} of {m} imputations have it."
    if stats[0].stat in POOLED:
        return f"It differs between the {m} imputations and does not follow from an estimate and its standard error."
    return f"It differs between the {m} imputations and has no standard error to be pooled with."


def _shared(stats: Iterable[Stat]) -> Stat:
    """The first, without what is not the same in all of them; a warning of any stays."""
    listed = list(stats)
    first = listed[0]
    shared: dict[str, Any] = {name: None for name in SAME if any(getattr(stat, name) != getattr(first, name) for stat in listed)}
    shared["warning"] = min((stat.warning for stat in listed if stat.warning), default=None)
    return attrs.evolve(first, **shared)
