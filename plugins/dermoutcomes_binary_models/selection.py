"""The records that a model is fitted to.

Those that stand against baseline, with everything that the model needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import Task
from dermoutcomes.stats import RECORD_KEY, against, baseline_visits, visits_of

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Visit", "after_baseline", "arms_in_order", "compared_visits", "complete"]


@frozen
class Visit:
    """A visit with what it stands against, and the comparisons of arms at it."""

    visit: str | None
    reference: str
    comparisons: tuple[str, ...]


def compared_visits(task: Task) -> list[Visit]:
    """The visits at which arms are compared, in the order of the comparisons."""
    by_visit: dict[tuple[str | None, str], list[str]] = {}
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            by_visit.setdefault(visits_of(comparison), []).append(name)
    return [Visit(*key, tuple(names)) for key, names in by_visit.items()]


def complete(task: Task, records: pl.DataFrame, outcome: str) -> tuple[pl.DataFrame, int]:
    """Records of an arm with outcome, covariates and strata, sorted.

    And how many have the outcome but lack one of the others.
    """
    import polars as pl

    with_outcome = records.filter(pl.col("arm").is_not_null() & pl.col(outcome).is_not_null())
    needed = list(dict.fromkeys((*task.covariates, *task.strata)))
    without_gaps = with_outcome.drop_nulls(needed) if needed else with_outcome
    return without_gaps.sort(
        *RECORD_KEY, "visit", nulls_last=False
    ), with_outcome.height - without_gaps.height


def arms_in_order(task: Task, records: pl.DataFrame) -> list[str]:
    """The arms that have records, the reference first."""
    present = set(records["arm"].drop_nulls().to_list())
    reference = [task.reference_arm] if task.reference_arm else []
    return [
        arm for arm in dict.fromkeys((*reference, *task.arms, *sorted(present))) if arm in present
    ]


def after_baseline(task: Task, records: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Records against baseline at visits that it is not made of, and these visits in order."""
    import polars as pl

    compared = records.filter(against())
    present = set(compared["visit"].drop_nulls().to_list())
    ordered = [visit for visit in task.visits if visit in present] or sorted(present)
    later = [visit for visit in ordered if visit not in _of_baseline(task, compared, ordered)]
    return compared.filter(pl.col("visit").is_in(later)), later


def _of_baseline(task: Task, records: pl.DataFrame, ordered: list[str]) -> set[str]:
    """Visits that baseline is made of.

    As the endpoint says, or the first where values equal the baseline.
    """
    import polars as pl

    if task.neutral is not None or not ordered:
        return set()
    if declared := baseline_visits(task):
        return set(declared)
    first = records.filter(
        (pl.col("visit") == ordered[0])
        & pl.col("value").is_not_null()
        & pl.col("base").is_not_null()
    )
    return {ordered[0]} if first.height and bool((first["value"] == first["base"]).all()) else set()
