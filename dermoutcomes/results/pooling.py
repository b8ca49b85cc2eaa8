"""Results of one analysis on several imputations made one: what can be pooled is, what is equal passes, the rest says why not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from dermoutcomes.declare import Stat
from dermoutcomes.results.pooled_quantity import Quantity

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling
    from dermoutcomes.declare.task import Task

__all__ = ["pooled_stats"]

PLACE = (
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
# What says how sure an estimate is.
INFERENCE = (
    "statistic",
    "df",
    "df_num",
    "df_den",
    "p_value",
    "p_adjusted",
    "conf_low",
    "conf_high",
)
SAME = ("text", "unit", "label", "n_subjects", "n_records")

Place = tuple[Any, ...]
Runs = list[list[Stat]]


def pooled_stats(
    analysis: Analysis, view: Task, options: Any, runs: Runs, pooling: Pooling, pooling_options: Any
) -> Iterator[Stat]:
    """One statistic for each that the imputations have, in the order in which they come up.

    An estimate (or mean, or proportion) with a standard error is pooled with its interval and test, and what the pooling measures
    stands beside it. A single run means that nothing was filled: it is as it is.
    """
    found = _by_place(runs)
    quantities = {
        place: Quantity.of(
            analysis, view, options, dict(zip(PLACE, place, strict=True)), stats, len(runs)
        )
        for place, stats in found.items()
    }
    for place, stats in found.items():
        quantity = quantities[place]
        pooled = None if quantity is None else quantity.pooled(pooling, pooling_options)
        lost = quantity is None and _differs(stats, len(runs))
        for name, of_runs in stats.items():
            untested = pooled is not None and name not in pooled and _known(of_runs)
            if name in INFERENCE and (lost or untested):
                yield _shared(of_runs).failed("not_pooled", _why(of_runs, len(runs)))
            elif (
                name == "correlation"
                and (value := correlation(place, of_runs, quantities)) is not None
            ):
                yield attrs.evolve(_shared(of_runs), value=value)
            else:
                yield (
                    pooled[name]
                    if pooled is not None and name in pooled
                    else _as_they_are(of_runs, len(runs))
                )
        if quantity is not None:
            yield from quantity.measured(pooling)


def _differs(stats: Mapping[str, list[Stat]], m: int) -> bool:
    """Whether the imputations have different estimates: then no test or interval of one of them stands for all, even if all are equal."""
    return m > 1 and any(
        len({stat.value for stat in stats.get(name, ())}) > 1
        for name in ("estimate", "mean", "proportion", "statistic")
    )


def _known(stats: list[Stat]) -> bool:
    """Whether any imputation has a value."""
    return any(stat.value is not None for stat in stats)


def _by_place(runs: Runs) -> dict[Place, dict[str, list[Stat]]]:
    found: dict[Place, dict[str, list[Stat]]] = {}
    for stats in runs:
        for stat in stats:
            place = tuple(getattr(stat, name) for name in PLACE)
            found.setdefault(place, {}).setdefault(stat.stat, []).append(stat)
    return found


def correlation(
    place: Place, stats: list[Stat], quantities: Mapping[Place, Quantity | None]
) -> float | None:
    """The correlation of two pooled estimates of one model, of total covariances: mean within, (1 + 1/m) times that between.

    Both are on the scale of pooling. It stands with the first estimate and names the comparison of the second as its level; None
    where it is no such correlation.
    """
    named = dict(zip(PLACE, place, strict=True))
    first = quantities.get(tuple({**named, "level": None}.values()))
    second = next(
        (
            quantity
            for other, quantity in quantities.items()
            if _is_of(dict(zip(PLACE, other, strict=True)), named)
        ),
        None,
    )
    within = [stat.value for stat in stats if stat.value is not None]
    if first is None or second is None or not 2 <= len(within) == len(first.parts):
        return None
    a, sa = _series(first)
    b, sb = _series(second)
    shared = _total(a, b, [r * x * y for r, x, y in zip(within, sa, sb, strict=True)])
    own = _total(a, a, [x * x for x in sa]) * _total(b, b, [y * y for y in sb])
    return max(-1.0, min(1.0, shared / math.sqrt(own))) if own > 0 else None


def _is_of(other: Mapping[str, Any], first: Mapping[str, Any]) -> bool:
    """Whether a place is that of the comparison which the first names as its level."""
    return (
        other["comparison"] == first["level"]
        and other["term"] == first["term"]
        and other["endpoint"] == first["endpoint"]
        and other["level"] is None
        and other["at"] is None
        and (other["reference_group"] is None) == (first["reference_group"] is None)
    )


def _series(quantity: Quantity) -> tuple[list[float], list[float]]:
    """Estimates and standard errors of the imputations."""
    return (
        [part.estimate for part in quantity.parts],
        [part.std_error for part in quantity.parts],
    )


def _total(first: list[float], second: list[float], within: list[float]) -> float:
    m = len(first)
    centres = math.fsum(first) / m, math.fsum(second) / m
    between = math.fsum(
        (x - centres[0]) * (y - centres[1]) for x, y in zip(first, second, strict=True)
    ) / (m - 1)
    return math.fsum(within) / m + (1 + 1 / m) * between


def _as_they_are(stats: list[Stat], m: int) -> Stat:
    """The statistic where it is equal in all imputations, or that it is not pooled."""
    first = stats[0]
    if len(stats) == m and all(
        stat.value == first.value and stat.text == first.text and stat.error == first.error
        for stat in stats
    ):
        return _shared(stats)
    return _shared(stats).failed("not_pooled", _why(stats, m))


def _why(stats: list[Stat], m: int) -> str:
    failed = [stat for stat in stats if stat.error is not None]
    if failed:
        return f"It could not be computed in {len(failed)} of {m} imputations, as in the first of them: {failed[0].error}"
    if len(stats) < m:
        return f"Only {len(stats)} of {m} imputations have it."
    if len({stat.value for stat in stats}) == 1:
        return f"Its estimate differs between the {m} imputations and has no standard error."
    return f"It differs between the {m} imputations, and neither has a standard error nor follows from an estimate that has one."


def _shared(stats: Iterable[Stat]) -> Stat:
    """The first, without what is not the same in all of them; a warning of any stays."""
    listed = list(stats)
    first = listed[0]
    shared: dict[str, Any] = {
        name: None
        for name in SAME
        if any(getattr(stat, name) != getattr(first, name) for stat in listed)
    }
    shared["warning"] = min((stat.warning for stat in listed if stat.warning), default=None)
    return attrs.evolve(first, **shared)
