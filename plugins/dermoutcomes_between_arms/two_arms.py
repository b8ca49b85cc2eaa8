"""What every analysis of two arms starts from.

The outcomes of each comparison, and the row that its statistics are like.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Groups, Stat, Task
from dermoutcomes.stats import NO_DIRECTION, clustered_warning, tail_of

__all__ = ["View", "counted", "p_value", "views"]


@frozen(eq=False)
class View:
    """The outcomes of the two arms of a comparison, sorted by subject.

    `template` is the row that its statistics are like.
    """

    template: Stat
    first: list[float]
    second: list[float]
    missing: int
    records: tuple[pl.DataFrame, pl.DataFrame]

    @property
    def problem(self) -> tuple[str, str] | None:
        """Why nothing can be compared, as a code and a sentence.

        None where both arms have records.
        """
        if self.first and self.second:
            return None
        if not self.first and not self.second:
            return "one_arm_empty", "Neither arm has a record."
        empty = self.template.group if not self.first else self.template.reference_group
        return "one_arm_empty", f"The arm {empty!r} has no record."


def views(task: Task) -> Iterator[View]:
    """A view of each comparison of two arms."""
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            groups = task.groups(name)
            first, second = (
                frame["outcome"].drop_nulls().to_list() for frame in (groups.first, groups.second)
            )
            records = groups.first, groups.second
            yield View(_row(task, name, groups), first, second, groups.missing, records)


def counted(view: View, term: str) -> Iterator[Stat]:
    """How many records each arm has, how many both have, and how many are missing."""
    for arm, values in (
        (view.template.group, view.first),
        (view.template.reference_group, view.second),
    ):
        yield from evolve(
            view.template, group=arm, reference_group=None, n_records=len(values), n_subjects=None
        ).rows("arm", n=len(values))
    yield from view.template.rows(
        term, n=len(view.first) + len(view.second), n_missing=view.missing
    )


def p_value(
    task: Task, template: Stat, term: str, value: float, method: str = ""
) -> Iterator[Stat]:
    """The row of a p-value, which says its tail (and how it was made).

    An error where one side is asked for and none is better.
    """
    tail = tail_of(task)
    for row in evolve(template, text=f"{tail}, {method}" if method else tail).rows(
        term, p_value=value
    ):
        yield (row if tail else evolve(row, text=None).failed(*NO_DIRECTION))


def _row(task: Task, name: str, groups: Groups) -> Stat:
    frames = (groups.first, groups.second)
    subjects, records = (
        sum(frame["subject"].n_unique() for frame in frames),
        sum(frame.height for frame in frames),
    )
    unit = "%" if task.analyse == "pct_change" else task.unit
    return Stat(
        "n",
        comparison=name,
        visit=groups.visit,
        reference_visit=groups.reference_visit,
        group=groups.group,
        reference_group=groups.reference_group,
        unit=unit,
        n_subjects=subjects,
        n_records=records,
        warning=clustered_warning(records, subjects),
    )
