"""What every paired analysis starts from.

The differences of each comparison, and the row that its statistics are like.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Pairs, Stat, Task
from dermoutcomes.stats import RECORD_KEY, clustered_warning, unit_names

__all__ = ["View", "views"]


@frozen(eq=False)
class View:
    """The pairs of one comparison as plain lists, sorted by unit.

    `units` names the unit of each. `template` is the row that its statistics are like.
    """

    template: Stat
    first: list[float]
    second: list[float]
    differences: list[float]
    units: list[str]
    missing: int

    @property
    def n(self) -> int:
        """Number of complete pairs."""
        return len(self.differences)


def views(task: Task) -> Iterator[View]:
    """A view of each comparison that pairs can be made of; arms of a parallel design cannot."""
    for name, comparison in task.comparisons.items():
        if not (comparison.arm and task.design == "parallel"):
            pairs = task.pairs(name)
            frame = pairs.frame
            keys = [frame[name].to_list() for name in RECORD_KEY if name in frame.columns]
            yield View(
                _row(task, name, pairs),
                frame["first"].to_list(),
                frame["second"].to_list(),
                frame["difference"].to_list(),
                unit_names([*zip(*keys, strict=True)]),
                pairs.missing,
            )


def _row(task: Task, name: str, pairs: Pairs) -> Stat:
    subjects, records = len(set(pairs.frame["subject"].to_list())), pairs.frame.height
    return Stat(
        "n",
        comparison=name,
        visit=pairs.visit,
        reference_visit=pairs.reference_visit,
        group=pairs.group,
        reference_group=pairs.reference_group,
        unit=task.unit,
        n_subjects=subjects,
        n_records=records,
        warning=clustered_warning(records, subjects, "pairs"),
    )
