"""From readings to verdicts in memory: what a run does between its files.

For studies that are simulated by the thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.imputation.missing_values import settled_records
from dermoutcomes.results.selections import Selections
from dermoutcomes.results.tasks import run_task
from dermoutcomes.runs.work import decision_tables
from dermoutcomes.study.task_plan import plan_tasks
from dermoutcomes.tables import conform, empty

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["evaluate"]


def evaluate(
    study: Study,
    registry: Registry,
    tables: Mapping[str, pl.DataFrame],
    *,
    roles: Collection[str] | None = None,
) -> dict[str, pl.DataFrame]:
    """`tables` with `endpoints`, `results`, `hypotheses` and `claims`, as a run would make them.

    `tables` holds `subjects`, and `observations` or finished `endpoints`; a claim about events
    needs the table `events`, which may be empty. `roles` (main, sensitivity, subgroup, supporting,
    descriptive) keeps to the tasks that matter. Everything counts as fixed before the data: they
    come after the study file here. Nothing is read or written; StudyError as in a run.
    """
    evaluated = dict(tables)
    if "endpoints" not in evaluated:
        records = [settled_records(study, registry, name, evaluated) for name in study.endpoints]
        evaluated["endpoints"] = conform(
            pl.concat([empty("endpoints"), *records], how="diagonal_relaxed"),
            "endpoints",
            study.id,
        )
    selections = Selections()
    rows = [
        row
        for task in plan_tasks(study, registry)
        if roles is None or task.role in roles
        for row in run_task(study, registry, task, evaluated, selections)[0]
    ]
    results = pl.DataFrame(rows, schema=empty("results").schema)
    evaluated["results"] = conform(results, "results", study.id)
    return {**evaluated, **decision_tables(study, registry, evaluated, lambda _: True)}
