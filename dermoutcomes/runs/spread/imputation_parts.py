"""An analysis over many imputations, cut into parts for other processes.

Each imputation is an analysis with a seed of its own: whoever does it, its statistics are the
same. They are pooled in the process of the run, by the step that pools them in a run of one
process; parts leave nothing on the record.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs
import polars as pl
from attrs import frozen

from dermoutcomes.results.repeated_analysis import pooling_of

if TYPE_CHECKING:
    from dermoutcomes.declare import Stat, Step
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study
    from dermoutcomes.study.task_plan import TaskPlan

__all__ = ["PART", "ImputationPart", "parts_of", "runs_as_table", "runs_in_table", "whole_tasks"]

# Imputations of a part. Each part makes the frames of its task anew, which takes as long as some
# imputations of a quick analysis.
PART = 20


@frozen
class ImputationPart:
    """Imputations of a task, by their numbers from `first` to `last`."""

    task: TaskPlan
    first: int
    last: int

    @property
    def name(self) -> str:
        """The name of its step."""
        return f"{self.task.key}#{self.first}-{self.last}"

    @property
    def about(self) -> Mapping[str, object]:
        """What its step is about."""
        return {"task": attrs.asdict(self.task), "first": self.first, "last": self.last}


def parts_of(
    study: Study, registry: Registry, task: TaskPlan, records: pl.DataFrame | None
) -> Iterator[ImputationPart]:
    """The parts of a task over more imputations than one part has; none of any other."""
    if records is None or pooling_of(study, registry, task.handling) is None:
        return
    of_task = pl.col("endpoint").is_in(task.endpoints) & (pl.col("handling") == task.handling)
    number = records.lazy().filter(of_task).select(pl.col("imputation").max()).collect().item()
    if number is None or number <= PART:
        return
    for first in range(1, number + 1, PART):
        yield ImputationPart(task, first, min(first + PART - 1, number))


def runs_as_table(runs: Iterable[list[Stat]]) -> pl.DataFrame:
    """The statistics of imputations, a row each, as they are: between processes of one installation."""
    return pl.DataFrame({"stats": [pickle.dumps(run) for run in runs]}, schema={"stats": pl.Binary})


def runs_in_table(table: pl.DataFrame) -> list[list[Stat]]:
    """The statistics in a table of `runs_as_table`."""
    # Written by a worker of this run and held to its digest on its way.
    return [pickle.loads(content) for content in table["stats"]]  # noqa: S301


def whole_tasks(
    parts: Iterable[tuple[Step, Mapping[str, pl.DataFrame] | None]],
) -> dict[str, pl.DataFrame]:
    """Task = the table of all its imputations, of the tasks of which every part was done.

    A task with a part that failed is done as a whole, and says what failed.
    """
    tables: dict[str, list[pl.DataFrame]] = {}
    failed = set[str]()
    for step, of_part in parts:
        key = step.name.rpartition("#")[0]
        if of_part is None:
            failed.add(key)
        else:
            tables.setdefault(key, []).append(of_part["runs"])
    return {key: pl.concat(of_task) for key, of_task in tables.items() if key not in failed}
