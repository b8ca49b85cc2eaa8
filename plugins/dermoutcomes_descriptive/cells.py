"""Which records are described together.

One visit against one reference, of everybody or of one arm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import BASELINE, RECORD_KEY, baseline_visits

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Cell", "cells"]

Unit: TypeAlias = "tuple[str | None, ...]"


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

    def known(self, column: str) -> list[Any]:
        """What a column holds, without what is missing."""
        return [value for value in self.records[column].to_list() if value is not None]

    def counted(self, column: str) -> Stat:
        """The row with the numbers of subjects and records that have a value in the column."""
        subjects = [
            who
            for who, value in zip(
                self.records["subject"].to_list(), self.records[column].to_list(), strict=True
            )
            if value is not None
        ]
        return evolve(self.template, n_subjects=len(set(subjects)), n_records=len(subjects))


def cells(task: Task) -> Iterator[Cell]:
    """Every cell of the task, visits in order, all records first and then each arm."""
    import polars as pl

    units = list(_units(task))
    for arm, records in _by_arm(task):
        for visit in _visits(task):
            expected = _expected(units, arm, visit)
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

    present = set(task.records["arm"].to_list()) - {None}
    arms = [*(arm for arm in task.arms if arm in present), *sorted(present - set(task.arms))]
    if len(arms) < 2 or task.design == "parallel":
        yield None, task.records
    if len(arms) > 1:
        yield from ((arm, task.records.filter(pl.col("arm") == arm)) for arm in arms)


def _visits(task: Task) -> list[str | None]:
    """Visits that have a record, used or not: in the task's order, then any other.

    A null one for records without visits.
    """
    present = {*task.records["visit"], *task.lost["visit"]}
    unplanned = sorted(visit for visit in present if visit and visit not in task.visits)
    return [
        *(visit for visit in task.visits if visit in present),
        *unplanned,
        *([None] if None in present else []),
    ]


def _references(rows: pl.DataFrame) -> list[str]:
    visits = set(rows["reference_visit"].to_list()) - {None, BASELINE}
    return [BASELINE, *sorted(visits)]


def _units(task: Task) -> Iterator[tuple[Unit, str | None, str | None]]:
    """Every unit with its arm at each visit at which it has a record, or ought to have one."""
    for frame in (task.records, task.lost):
        for *unit, arm, visit in frame.select(*RECORD_KEY, "arm", "visit").iter_rows():
            yield tuple(unit), arm, visit


def _expected(
    units: Sequence[tuple[Unit, str | None, str | None]], arm: str | None, visit: str | None
) -> int:
    """Units of an arm (of any, if None) at a visit, whether they have a record there or not.

    Where units change their arm between visits, as they do when they are drawn again, those count
    that have it at this one.
    """
    all_units = {unit for unit, _, _ in units}
    if arm is None:
        return len(all_units)
    arms = {(unit, arm_of_unit) for unit, arm_of_unit, _ in units}
    drawn_again = len(arms) > len(all_units)
    return len(
        {
            unit
            for unit, arm_of_unit, when in units
            if arm_of_unit == arm and (when == visit or not drawn_again)
        }
    )
