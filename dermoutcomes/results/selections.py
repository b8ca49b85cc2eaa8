"""The records that tasks are about: selected once for all tasks that ask the same of the same endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import define, field, frozen

from dermoutcomes.conditions import Condition
from dermoutcomes.declare.task import Views
from dermoutcomes.study.task_plan import subgroup_levels

if TYPE_CHECKING:
    from dermoutcomes.study import Study
    from dermoutcomes.study.task_plan import TaskPlan

__all__ = ["Selection", "Selections", "select"]


@frozen(eq=False)
class Selection:
    """Records of one or several endpoints under one handling, of one population or subgroup, and the visits that they have."""

    subjects: pl.DataFrame
    visits: tuple[str, ...]
    views: Views


@define(eq=False)
class Selections:
    """The selections of the endpoints that were asked for last. Tasks come endpoint by endpoint, so no more is held than one has."""

    _endpoints: tuple[str, ...] = ()
    _made: dict[tuple[str | None, ...], Selection] = field(factory=dict)

    def of(self, study: Study, task: TaskPlan, tables: Mapping[str, pl.DataFrame]) -> Selection:
        """The selection of a task: the same object for every task of the same records. Tables must be the same at every call."""
        if task.endpoints != self._endpoints:
            self._endpoints, self._made = task.endpoints, {}
        key = (task.population, task.handling, task.subgroup, task.subgroup_level)
        if key not in self._made:
            self._made[key] = select(study, task, tables)
        return self._made[key]


def select(study: Study, task: TaskPlan, tables: Mapping[str, pl.DataFrame]) -> Selection:
    """The selection of one task, made anew."""
    subjects = _of_population(study, task, tables)
    records = _records(study, task, tables, subjects)
    used = records["used"]
    present = set(records["visit"].to_list())
    visits = tuple(visit for visit in study.visit_order if visit in present)
    return Selection(subjects, visits, Views(records.filter(used), records.filter(~used)))


def _of_population(
    study: Study, task: TaskPlan, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    subjects = tables["subjects"]
    if task.population and not task.endpoints:
        subjects = subjects.filter(study.populations[task.population].where.expr())
    if task.subgroup:
        values = subgroup_levels(study, task.subgroup)[task.subgroup_level or ""]
        subjects = subjects.filter(
            Condition(study.subgroups[task.subgroup].by, "in", tuple(values)).expr()
        )
    return subjects


def _records(
    study: Study, task: TaskPlan, tables: Mapping[str, pl.DataFrame], subjects: pl.DataFrame
) -> pl.DataFrame:
    endpoints = tables["endpoints"]
    wanted = {
        name
        for endpoint in task.endpoints
        for name in (*study.endpoints[endpoint].strata, *study.endpoints[endpoint].covariates)
    }
    columns = sorted(wanted & set(subjects.columns) - set(endpoints.columns))
    rows = endpoints.lazy().filter(
        pl.col("endpoint").is_in(list(task.endpoints))
        & (pl.col("handling") == task.handling)
        & pl.col("populations").list.contains(task.population or "")
    )
    return rows.join(
        subjects.lazy().select("subject", *columns),
        on="subject",
        how="inner",
        maintain_order="left",
    ).collect()
