"""An analysis on trial: the data that it is tried on, and what it says of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from dermoutcomes.testing.contracts.declaration import DeclarationContract
from dermoutcomes.testing.tasks import CASES, task_of, tasks

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Stat
    from dermoutcomes.declare.tasks.task import Task

__all__ = ["AnalysisCases"]


class AnalysisCases(DeclarationContract):
    """What every part of the battery of an analysis starts from."""

    analysis: Analysis
    computed: ClassVar[dict[str, tuple[Task, list[Stat]]]]

    @property
    def declaration(self) -> Analysis:
        """The analysis."""
        return self.analysis

    def tasks(self) -> Iterator[tuple[str, Task]]:
        """The data that it is tried on; override it for an analysis that reads its own tables."""
        yield from tasks(self.analysis)

    def stats(self, task: Task) -> list[Stat]:
        """What the analysis says of a task."""
        options = self.parsed_options()
        stats = list(self.analysis.run(task, options))
        return [
            *stats,
            *(
                self.analysis.conclude(tuple(stats), task, options)
                if self.analysis.conclude is not None
                else ()
            ),
        ]

    def cases(self) -> dict[str, tuple[Task, list[Stat]]]:
        """Each case's task and statistics, by the name of the case; computed once a class."""
        cls = type(self)
        if "computed" not in vars(cls):
            cls.computed = {case: (task, self.stats(task)) for case, task in self.tasks()}
        return cls.computed

    def results(self) -> Iterator[tuple[str, Stat]]:
        """Every statistic of every case."""
        yield from ((case, stat) for case, (_, stats) in self.cases().items() for stat in stats)

    def task(self, kind: str, values: str, **given: Any) -> Task:
        """One of the battery's own cases for this analysis."""
        return task_of(self.analysis, CASES[values], kind, **given)

    def stats_of(self, kind: str, values: str) -> list[Stat]:
        """The statistics of one of the battery's own cases."""
        held = self.cases().get(f"{kind}, {values}")
        return (
            held[1]
            if held is not None and held[0].id == "battery"
            else self.stats(self.task(kind, values))
        )
