"""Which records are described together.

One visit against one reference, of everybody or of one arm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import BASELINE, RECORD_KEY, baseline_visits

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

__all__ = ["Cell", "cells"]

# What cells are told apart by, and what is described of their records: many rows of other columns
# would be copied for each cell.
COLUMNS = (
    "subject",
    "arm",
    "visit",
    "reference_visit",
    "value",
    "base",
    "change",
    "pct_change",
    "responder",
)


@frozen(eq=False)
class Cell:
    """Records of one visit and reference.

    `template` is the row that its statistics are like, `expected` the units there should be.

    `plain` says that its values are described (they stand once, against the baseline), `changes`
    that its changes are.
    """

    template: Stat
    records: pl.DataFrame
    expected: int
    plain: bool
    changes: bool

    def known(self, column: str) -> NDArray[np.float64]:
        """The numbers of a column (1 and 0 of responders), without what is missing."""
        import polars as pl

        return self.records[column].drop_nulls().cast(pl.Float64).to_numpy()

    def counted(self, column: str) -> Stat:
        """The row with the numbers of subjects and records that have a value in the column."""
        known = self.records["subject"].filter(self.records[column].is_not_null())
        return evolve(self.template, n_subjects=known.n_unique(), n_records=known.len())


def cells(task: Task) -> Iterator[Cell]:
    """Every cell of the task, visits in order, all records first and then each arm."""
    import polars as pl

    counts = UnitCounts.of(task)
    for arm, records in _by_arm(task):
        for visit in _visits(task):
            expected = counts.expected(arm, visit)
            of_visit = records.filter(
                pl.col("visit") == visit if visit else pl.col("visit").is_null()
            )
            for reference in _references(of_visit):
                rows = of_visit.filter(pl.col("reference_visit").fill_null(BASELINE) == reference)
                template = Stat(
                    "n", visit=visit, reference_visit=reference, group=arm, unit=task.unit
                )
                yield Cell(
                    template,
                    rows,
                    expected,
                    reference == BASELINE,
                    visit not in baseline_visits(task),
                )


def _by_arm(task: Task) -> Iterator[tuple[str | None, pl.DataFrame]]:
    """Everybody, unless arms lie inside subjects; then each arm, where there are two or more."""
    import polars as pl

    present = {*task.records["arm"].unique()} - {None}
    arms = [*(arm for arm in task.arms if arm in present), *sorted(present - set(task.arms))]
    records = task.records.select(COLUMNS)
    if len(arms) < 2 or task.design == "parallel":
        yield None, records
    if len(arms) > 1:
        yield from ((arm, records.filter(pl.col("arm") == arm)) for arm in arms)


def _visits(task: Task) -> list[str | None]:
    """Visits that have a record, used or not: in the task's order, then any other.

    A null one for records without visits.
    """
    present = {*task.records["visit"].unique(), *task.lost["visit"].unique()}
    unplanned = sorted(visit for visit in present if visit and visit not in task.visits)
    return [
        *(visit for visit in task.visits if visit in present),
        *unplanned,
        *([None] if None in present else []),
    ]


def _references(rows: pl.DataFrame) -> list[str]:
    visits = {*rows["reference_visit"].unique()} - {None, BASELINE}
    return [BASELINE, *sorted(visits)]


@frozen(eq=False)
class UnitCounts:
    """How many units there are: all, of an arm, and of an arm at a visit.

    A unit counts for each visit at which it has a record, or ought to have one.
    """

    n: int
    of_arm: Mapping[str | None, int]
    of_visit: Mapping[tuple[str | None, str | None], int]

    @classmethod
    def of(cls, task: Task) -> UnitCounts:
        """The units of a task."""
        import polars as pl

        frames = (task.records, task.lost)
        units = pl.concat(frame.select(*RECORD_KEY, "arm", "visit") for frame in frames).unique()
        of_arm = units.select(*RECORD_KEY, "arm").unique().group_by("arm").len()
        of_visit = units.group_by("arm", "visit").len()
        return cls(
            units.select(RECORD_KEY).n_unique(),
            dict(of_arm.iter_rows()),
            {(arm, visit): n for arm, visit, n in of_visit.iter_rows()},
        )

    def expected(self, arm: str | None, visit: str | None) -> int:
        """Units of an arm (of any, if None) at a visit, whether they have a record there or not.

        Where units change their arm between visits, as they do when they are drawn again, those
        count that have it at this one.
        """
        if arm is None:
            return self.n
        drawn_again = sum(self.of_arm.values()) > self.n
        return self.of_visit.get((arm, visit), 0) if drawn_again else self.of_arm[arm]
