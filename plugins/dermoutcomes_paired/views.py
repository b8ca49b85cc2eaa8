"""What every paired analysis starts from: the differences of each comparison, and the row that its statistics are like."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Pairs, Stat, Task

__all__ = ["View", "failing", "views", "warned"]


@frozen(eq=False)
class View:
    """The pairs of one comparison as plain lists, sorted by unit; `here` is the row that its statistics are like."""

    here: Stat
    first: list[float]
    second: list[float]
    differences: list[float]
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
            yield View(
                _row(task, name, pairs),
                frame["first"].to_list(),
                frame["second"].to_list(),
                frame["difference"].to_list(),
                pairs.missing,
            )


def failing(
    here: Stat, term: str, stats: tuple[str, ...], code: str, sentence: str
) -> Iterator[Stat]:
    """The stats of a term that could not be computed, all for one reason."""
    for row in here.rows(term, **dict.fromkeys(stats)):
        yield row.failed(code, sentence)


def warned(here: Stat, warning: str) -> Stat:
    """The row with a further warning."""
    return evolve(here, warning=f"{here.warning} {warning}" if here.warning else warning)


def _row(task: Task, name: str, pairs: Pairs) -> Stat:
    subjects, records = pairs.frame["subject"].n_unique(), pairs.frame.height
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
        warning=_clustered(subjects, records),
    )


def _clustered(subjects: int, records: int) -> str | None:
    if records == subjects:
        return None
    return f"clustered: {records} pairs of {subjects} subjects are counted as if independent; intervals are too narrow."
