"""Counts of arms by categories, one table a stratum, from the records of a task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import at_visit, clustered_warning, visits_of

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from dermoutcomes import Comparison

__all__ = ["CrossTable", "cross_tables"]


@frozen(eq=False)
class CrossTable:
    """Counts of arms by categories: `strata` has one table (arms by categories) a stratum.

    `template` is the row that its statistics are like.

    `values` are the categories in order, as numbers. `missing` counts records without a category.
    """

    template: Stat
    arms: tuple[str, ...]
    values: tuple[float, ...]
    strata: tuple[np.ndarray, ...]
    missing: int
    records: pl.DataFrame

    @property
    def total(self) -> np.ndarray:
        """The counts over all strata."""
        import numpy as np

        return (
            np.sum(self.strata, axis=0)
            if self.strata
            else np.zeros((len(self.arms), len(self.values)))
        )

    @property
    def empty_arms(self) -> list[str]:
        """Arms without any record."""
        return [arm for arm, n in zip(self.arms, self.total.sum(axis=1), strict=True) if not n]


def cross_tables(task: Task) -> Iterator[CrossTable]:
    """All arms at each visit that is compared (comparison None).

    Then the two arms of each comparison; categories of the whole visit.
    """
    visits = dict.fromkeys(map(visits_of, _pairs(task).values()))
    for visit, reference in visits:
        yield _table(
            task, Stat("n", visit=visit, reference_visit=reference), task.arms, visit, reference
        )
    for name, comparison in _pairs(task).items():
        visit, reference = visits_of(comparison)
        first, second = comparison.arm or ("", "")
        template = Stat(
            "n",
            comparison=name,
            visit=visit,
            reference_visit=reference,
            group=first,
            reference_group=second,
        )
        yield _table(task, template, (first, second), visit, reference)


def _pairs(task: Task) -> dict[str, Comparison]:
    return {name: comparison for name, comparison in task.comparisons.items() if comparison.arm}


def _table(
    task: Task, template: Stat, arms: Sequence[str], visit: str | None, reference: str
) -> CrossTable:
    import polars as pl

    column = "responder" if task.kind == "binary" else "value"
    of_visit, lost = (
        _at(frame, visit, reference).filter(pl.col("arm").is_in(list(arms)))
        for frame in (task.records, task.lost)
    )
    complete = of_visit.filter(pl.col(column).is_not_null())
    values = (
        (0.0, 1.0)
        if task.kind == "binary"
        else tuple(
            sorted(_at(task.records, visit, reference)[column].drop_nulls().unique().to_list())
        )
    )
    subjects = complete["subject"].n_unique()
    template = evolve(
        template,
        unit="",
        n_records=complete.height,
        n_subjects=subjects,
        warning=clustered_warning(complete.height, subjects),
    )
    return CrossTable(
        template,
        tuple(arms),
        values,
        tuple(_counts(complete, column, task.strata, arms, values)),
        of_visit.height - complete.height + lost.height,
        complete,
    )


def _at(records: pl.DataFrame, visit: str | None, reference: str) -> pl.DataFrame:

    if not records.height:
        return records
    return records.filter(at_visit(visit, reference))


def _counts(
    complete: pl.DataFrame,
    column: str,
    strata: Sequence[str],
    arms: Sequence[str],
    values: Sequence[float],
) -> Iterator[np.ndarray]:
    """The table of each stratum, in the order of the levels of its factors.

    One who has no level is in a stratum of those without.
    """
    import numpy as np

    row_of_arm, column_of_value = (
        {arm: i for i, arm in enumerate(arms)},
        {value: j for j, value in enumerate(values)},
    )
    tables: dict[tuple[str, ...], np.ndarray] = {}
    levels = (
        zip(*(map(str, complete[name].to_list()) for name in strata), strict=True)
        if strata
        else [()] * complete.height
    )
    for level, arm, value in zip(
        levels, complete["arm"].to_list(), complete[column].to_list(), strict=True
    ):
        table = tables.setdefault(level, np.zeros((len(arms), len(values))))
        table[row_of_arm[arm], column_of_value[float(value)]] += 1
    return iter([tables[level] for level in sorted(tables)])
