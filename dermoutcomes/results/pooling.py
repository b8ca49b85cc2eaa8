"""Results of one analysis on several imputations made one.

What can be pooled is, what is equal passes, the rest says why not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from dermoutcomes.declare import Stat
from dermoutcomes.results.pooled_quantity import Quantity

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling
    from dermoutcomes.declare.tasks.task import Task

__all__ = ["pooled_stats"]

# What names a quantity: columns of the key of a result that its statistics have in common.
QUANTITY_KEY = (
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
# What an estimate, or a test without one, is by: if it differs, the imputations do not agree.
ESTIMATES = ("estimate", "mean", "proportion", "statistic")
# What a row keeps where all imputations have the same.
SHARED = ("text", "unit", "label", "n_subjects", "n_records")

Key = tuple[Any, ...]
Runs = list[list[Stat]]


def pooled_stats(
    analysis: Analysis, task: Task, options: Any, runs: Runs, pooling: Pooling, pooling_options: Any
) -> Iterator[Stat]:
    """One statistic for each that the imputations have, in the order in which they come up.

    `runs` has the statistics of each imputation, `task` is the task with all of them. An estimate
    (or mean, or proportion) with a standard error is pooled with its interval and test, and what
    the pooling measures stands beside it. What is not pooled and differs has the error
    `not_pooled`. A single run means that nothing was filled: it is as it is.
    """
    m = len(runs)
    by_key = _by_quantity(runs)
    quantities = {
        key: Quantity.of(analysis, task, options, _named(key), stats, m)
        for key, stats in by_key.items()
    }
    for key, stats in by_key.items():
        quantity = quantities[key]
        pooled = None if quantity is None else quantity.pool(pooling, pooling_options)
        disagree = quantity is None and _estimates_differ(stats, m)
        for stat, of_runs in stats.items():
            # A test that the pooled estimate does not have: that of one run does not stand for it.
            untested = pooled is not None and stat not in pooled and _any_value(of_runs)
            if stat in INFERENCE and (disagree or untested):
                yield _shared_row(of_runs).failed("not_pooled", _why_not_pooled(of_runs, m))
            elif (
                stat == "correlation"
                and (value := _pooled_correlation(key, of_runs, quantities)) is not None
            ):
                yield attrs.evolve(_shared_row(of_runs), value=value)
            elif pooled is not None and stat in pooled:
                yield pooled[stat]
            else:
                yield _unpooled_row(of_runs, m)
        if quantity is not None:
            yield from quantity.measures(pooling)


def _by_quantity(runs: Runs) -> dict[Key, dict[str, list[Stat]]]:
    """The statistics of all runs by quantity and stat, in the order in which they come up."""
    by_key: dict[Key, dict[str, list[Stat]]] = {}
    for stats in runs:
        for stat in stats:
            key = tuple(getattr(stat, name) for name in QUANTITY_KEY)
            by_key.setdefault(key, {}).setdefault(stat.stat, []).append(stat)
    return by_key


def _named(key: Key) -> dict[str, Any]:
    return dict(zip(QUANTITY_KEY, key, strict=True))


def _estimates_differ(stats: Mapping[str, list[Stat]], m: int) -> bool:
    """Whether the imputations have different estimates.

    Then no test or interval of one of them stands for all, even if all are equal.
    """
    return m > 1 and any(
        len({stat.value for stat in stats.get(name, ())}) > 1 for name in ESTIMATES
    )


def _any_value(stats: list[Stat]) -> bool:
    """Whether any imputation has a value."""
    return any(stat.value is not None for stat in stats)


def _pooled_correlation(
    key: Key, stats: list[Stat], quantities: Mapping[Key, Quantity | None]
) -> float | None:
    """The correlation of two pooled estimates of one model, from their total covariances.

    A total covariance is the mean of those within, and (1 + 1/m) times that between imputations
    (Rubin's rule for several estimates). Both estimates are on the scale of pooling. The
    correlation stands with the first and names the comparison of the second as its level; None
    where it is no such correlation.
    """
    row = _named(key)
    # The key of the estimate is that of its correlation without a level; a dict keeps the order.
    first = quantities.get(tuple({**row, "level": None}.values()))
    second = next(
        (
            quantity
            for other, quantity in quantities.items()
            if _is_second_estimate(_named(other), row)
        ),
        None,
    )
    correlations = [stat.value for stat in stats if stat.value is not None]
    # As many correlations as estimates, or they could not be told to be of the same imputations.
    if first is None or second is None or not 2 <= len(correlations) == len(first.parts):
        return None
    a, b = [part.estimate for part in first.parts], [part.estimate for part in second.parts]
    se_a, se_b = [part.std_error for part in first.parts], [part.std_error for part in second.parts]
    within = [r * x * y for r, x, y in zip(correlations, se_a, se_b, strict=True)]
    covariance = _total_covariance(a, b, within)
    variances = _total_covariance(a, a, [x * x for x in se_a]) * _total_covariance(
        b, b, [y * y for y in se_b]
    )
    return max(-1.0, min(1.0, covariance / math.sqrt(variances))) if variances > 0 else None


def _is_second_estimate(other: Mapping[str, Any], correlation: Mapping[str, Any]) -> bool:
    """Whether a quantity is that of the comparison which a correlation names as its level."""
    return (
        other["comparison"] == correlation["level"]
        and other["term"] == correlation["term"]
        and other["endpoint"] == correlation["endpoint"]
        and other["level"] is None
        and other["at"] is None
        and (other["reference_group"] is None) == (correlation["reference_group"] is None)
    )


def _total_covariance(first: list[float], second: list[float], within: list[float]) -> float:
    """Mean within, plus (1 + 1/m) between; of two estimates with a value an imputation each."""
    m = len(first)
    mean_first, mean_second = math.fsum(first) / m, math.fsum(second) / m
    between = math.fsum(
        (x - mean_first) * (y - mean_second) for x, y in zip(first, second, strict=True)
    ) / (m - 1)
    return math.fsum(within) / m + (1 + 1 / m) * between


def _unpooled_row(stats: list[Stat], m: int) -> Stat:
    """The statistic where it is equal in all imputations, or that it is not pooled."""
    first = stats[0]
    if len(stats) == m and all(
        stat.value == first.value and stat.text == first.text and stat.error == first.error
        for stat in stats
    ):
        return _shared_row(stats)
    return _shared_row(stats).failed("not_pooled", _why_not_pooled(stats, m))


def _why_not_pooled(stats: list[Stat], m: int) -> str:
    failed = [stat for stat in stats if stat.error is not None]
    if failed:
        return (
            f"It could not be computed in {len(failed)} of {m} imputations, as in the first of "
            f"them: {failed[0].error}"
        )
    if len(stats) < m:
        return f"Only {len(stats)} of {m} imputations have it."
    if len({stat.value for stat in stats}) == 1:
        return f"Its estimate differs between the {m} imputations and has no standard error."
    return (
        f"It differs between the {m} imputations, and neither has a standard error nor follows "
        "from an estimate that has one."
    )


def _shared_row(stats: Sequence[Stat]) -> Stat:
    """The first, without what is not the same in all of them; a warning of any stays."""
    first = stats[0]
    differing: dict[str, Any] = {
        name: None
        for name in SHARED
        if any(getattr(stat, name) != getattr(first, name) for stat in stats)
    }
    warning = min((stat.warning for stat in stats if stat.warning), default=None)
    return attrs.evolve(first, warning=warning, **differing)
