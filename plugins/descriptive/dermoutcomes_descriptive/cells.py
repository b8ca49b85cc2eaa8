"""Which records are described together: one visit against one reference, of everybody or of one arm."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from dermoutcomes import Stat, Task

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Cell", "cells"]

BASELINE = "baseline"
UNIT = ["subject", "location", "side", "period"]


@frozen(eq=False)
class Cell:
    """Records of one visit and reference; `here` is the row that its statistics are like, `expected` the units there should be.

    `plain` says that its values are described (they stand once, against the baseline), `changes` that its changes are.
    """

    here: Stat
    records: pl.DataFrame
    expected: int
    plain: bool
    changes: bool

    def known(self, column: str) -> list[Any]:
        """What a column holds, without what is missing."""
        return [value for value in self.records[column].to_list() if value is not None]

    def counted(self, column: str) -> Stat:
        """The row with the numbers of subjects and records that have a value in the column."""
        subjects = [who for who, value in zip(self.records["subject"].to_list(), self.records[column].to_list(), strict=True) if value is not None]
        return evolve(self.here, n_subjects=len(set(subjects)), n_records=len(subjects))


def cells(task: Task) -> Iterator[Cell]:
    """Every cell of the task, visits in order, all records first and then each arm."""
    import polars as pl

    for arm, records in _by_arm(task):
        expected = _expected(task, records, arm)
        for visit in _visits(task):
            at = records.filter(pl.col("visit") == visit if visit else pl.col("visit").is_null())
            for reference in _references(at):
                rows = at.filter(pl.col("reference_visit").fill_null(BASELINE) == reference)
                here = Stat("n", visit=visit, reference_visit=reference, group=arm, unit=task.unit)
                yield Cell(here, rows, expected, reference == BASELINE, visit not in _baseline(task))


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
    """Visits that have a record, used or not: in the task's order, then any other; a null one for records without visits."""
    seen = {*task.records["visit"], *task.lost["visit"]}
    others = sorted(visit for visit in seen if visit and visit not in task.visits)
    return [*(visit for visit in task.visits if visit in seen), *others, *([None] if None in seen else [])]


def _references(rows: pl.DataFrame) -> list[str]:
    others = set(rows["reference_visit"].to_list()) - {None, BASELINE}
    return [BASELINE, *sorted(others)]


def _baseline(task: Task) -> tuple[str, ...]:
    """Visits that are the baseline: their change from it says nothing."""
    endpoint = task.endpoints.get(task.endpoint or "")
    baseline = endpoint.baseline if endpoint else None
    return baseline.visits or () if baseline else ()


def _expected(task: Task, records: pl.DataFrame, arm: str | None) -> int:
    """Units that have a record at any visit, or ought to have one."""
    units = (zip(*(frame[name].to_list() for name in (*UNIT, "arm")), strict=True) for frame in (records, task.lost))
    return len({unit[:-1] for unit in chain(*units) if arm is None or unit[-1] == arm})
