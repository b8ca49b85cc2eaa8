"""What is looked at.

The differences of pairs, or what is left of values when each arm's mean is taken off.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from attrs import frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import clustered_warning, with_warning

__all__ = ["Sample", "samples"]


@frozen(eq=False)
class Sample:
    """Values of one comparison, sorted, and the row that its statistics are like."""

    template: Stat
    values: list[float]


def samples(task: Task) -> Iterator[Sample]:
    """The sample that each comparison's t-test takes for normal.

    Differences within units, or residuals within arms.
    """
    for name, comparison in task.comparisons.items():
        yield (
            _residuals(task, name)
            if comparison.arm and task.design == "parallel"
            else _differences(task, name)
        )


def _differences(task: Task, name: str) -> Sample:
    pairs = task.pairs(name)
    template = Stat(
        "n",
        comparison=name,
        visit=pairs.visit,
        reference_visit=pairs.reference_visit,
        group=pairs.group,
        reference_group=pairs.reference_group,
        unit=task.unit,
        n_subjects=pairs.frame["subject"].n_unique(),
        n_records=pairs.frame.height,
        label="Differences within units",
    )
    return Sample(_with_warning(template), sorted(pairs.frame["difference"].to_list()))


def _residuals(task: Task, name: str) -> Sample:
    groups = task.groups(name)
    arms = [frame["outcome"].drop_nulls().to_list() for frame in (groups.first, groups.second)]
    values = sorted(value - fsum(arm) / len(arm) for arm in arms for value in arm)
    unit = "%" if task.analyse == "pct_change" else task.unit
    template = Stat(
        "n",
        comparison=name,
        visit=groups.visit,
        reference_visit=groups.reference_visit,
        group=groups.group,
        reference_group=groups.reference_group,
        unit=unit,
        n_records=len(values),
        n_subjects=sum(frame["subject"].n_unique() for frame in (groups.first, groups.second)),
        label="Residuals within arms",
    )
    return Sample(_with_warning(template), values)


def _with_warning(template: Stat) -> Stat:
    """The row with a warning where subjects have several values."""
    return with_warning(
        template, clustered_warning(template.n_records or 0, template.n_subjects or 0, "values")
    )
