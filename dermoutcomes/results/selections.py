"""The records that tasks are about.

Selected once for all tasks that ask the same of the same endpoints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median
from typing import TYPE_CHECKING, Literal

import polars as pl
from attrs import define, field, frozen

from dermoutcomes.conditions import Condition
from dermoutcomes.declare.tasks.task import Views
from dermoutcomes.sources.framework.populations import members
from dermoutcomes.study.sections.adjustment import OF_NUMBERS, OWN_LEVEL
from dermoutcomes.study.task_plan import subgroup_levels

if TYPE_CHECKING:
    from dermoutcomes.study import Study
    from dermoutcomes.study.task_plan import TaskPlan

# The level of subjects of whom a stratum is not known, where it is one of its own.
BLANK = "(blank)"
# The level of each record, where the levels of a subgroup are compared.
LEVEL = "subgroup_level"

__all__ = ["Selection", "Selections", "select"]


@frozen(eq=False)
class Selection:
    """Records of one or several endpoints under one handling.

    Of one population or subgroup, with the visits that the records have.
    """

    subjects: pl.DataFrame
    visits: tuple[str, ...]
    views: Views


@define(eq=False)
class Selections:
    """The selections of the endpoints that were asked for last.

    Tasks come endpoint by endpoint, so no more is held than one has.
    """

    _endpoints: tuple[str, ...] = ()
    _by_records: dict[tuple[str | bool | None, ...], Selection] = field(factory=dict)

    def of(
        self,
        study: Study,
        plan: TaskPlan,
        tables: Mapping[str, pl.DataFrame],
        *,
        adjusts: bool | Literal["strata"],
    ) -> Selection:
        """The selection of a task: the same object for every task of the same records.

        Tables must be the same at every call.
        """
        if plan.endpoints != self._endpoints:
            self._endpoints, self._by_records = plan.endpoints, {}
        key = (plan.population, plan.handling, plan.subgroup, plan.subgroup_level, adjusts)
        if key not in self._by_records:
            self._by_records[key] = select(study, plan, tables, adjusts=adjusts)
        return self._by_records[key]


def select(
    study: Study,
    plan: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    *,
    adjusts: bool | Literal["strata"],
) -> Selection:
    """The selection of one task, from the tables `subjects` and `endpoints`.

    For an analysis that `adjusts`, the records of subjects without a stratum or a covariate that it
    uses are unused, or have what `blank` of the endpoint says: one rule for all analyses.
    One that is stratified alone keeps those without a covariate, which it does not ask for.
    """
    subjects = _selected_subjects(study, plan, tables)
    records = _selected_records(study, plan, tables, subjects)
    records = _with_blank_rules(study, plan, tables, records, adjusts=adjusts)
    used = records["used"]
    present = set(records["visit"].to_list())
    visits = tuple(visit for visit in study.visit_order if visit in present)
    return Selection(subjects, visits, Views(records.filter(used), records.filter(~used)))


def _with_blank_rules(
    study: Study,
    plan: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    records: pl.DataFrame,
    *,
    adjusts: bool | Literal["strata"],
) -> pl.DataFrame:
    """The records with what each endpoint says of blank strata and covariates.

    Where it says nothing that fits the column, the records of these subjects are unused.
    """
    for name in plan.endpoints:
        endpoint = study.endpoints[name]
        own = pl.col("endpoint") == name
        for column in endpoint.adjusting(adjusts=adjusts):
            # A baseline that is missing is a matter of its records, and of their handling.
            if column == "base" or column not in records.columns:
                continue
            rule = endpoint.blank_rule(column)
            value: str | float | None = None
            if rule == OWN_LEVEL and records.schema[column] == pl.String:
                value = BLANK
            elif rule in OF_NUMBERS and records.schema[column].is_numeric():
                value = _of_all_arms(plan, tables, name, column, rule)
            if value is not None:
                filled = pl.when(own).then(pl.col(column).fill_null(value)).otherwise(column)
                records = records.with_columns(filled.alias(column))
            blank = own & pl.col(column).is_null() & pl.col("used")
            reason = "blank_stratum" if column in endpoint.strata else "blank_covariate"
            records = records.with_columns(
                used=pl.col("used") & ~blank,
                reason=pl.when(blank).then(pl.lit(reason)).otherwise("reason"),
            )
    return records


def _of_all_arms(
    plan: TaskPlan, tables: Mapping[str, pl.DataFrame], endpoint: str, column: str, rule: str
) -> float | None:
    """The mean or median of a covariate over the population of a task, all arms together.

    Of a subgroup too it is that of all, so that one subject counts alike in every analysis.
    """
    people = _of_task(plan, tables["endpoints"], [endpoint]).select("subject").unique()
    known = tables["subjects"].join(people, on="subject", how="semi").select(column)
    values = known.drop_nulls()[column].cast(pl.Float64).to_list()
    if not values:
        return None
    # Sums of floats in no order: `fmean` adds them exactly.
    return fmean(values) if rule == "mean" else float(median(values))


def _of_task(plan: TaskPlan, endpoints: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The records of endpoints under the handling of a task, of its population."""
    return endpoints.filter(
        pl.col("endpoint").is_in(list(names))
        & (pl.col("handling") == plan.handling)
        & pl.col("populations").list.contains(plan.population or "")
    )


def _selected_subjects(
    study: Study, plan: TaskPlan, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    subjects = tables["subjects"]
    # Records of an endpoint know their populations; a task without one counts its subjects.
    if plan.population and not plan.endpoints:
        counted = members(study, tables, plan.population)
        subjects = subjects.join(counted, on="subject", how="semi", maintain_order="left")
    if plan.subgroup:
        subjects = _of_subgroup(study, plan.subgroup, plan.subgroup_level, subjects)
    return subjects


def _of_subgroup(
    study: Study, name: str, wanted: str | None, subjects: pl.DataFrame
) -> pl.DataFrame:
    """The subjects of a level; of any level, which they then have as a column, without one."""
    by = study.subgroups[name].by
    in_level = {
        level: Condition(by, "in", tuple(values)).expr()
        for level, values in subgroup_levels(study, name).items()
    }
    if wanted is not None:
        return subjects.filter(in_level[wanted])
    levels = [pl.when(is_in).then(pl.lit(level)) for level, is_in in in_level.items()]
    return subjects.with_columns(pl.coalesce(levels).alias(LEVEL)).drop_nulls(LEVEL)


def _selected_records(
    study: Study, plan: TaskPlan, tables: Mapping[str, pl.DataFrame], subjects: pl.DataFrame
) -> pl.DataFrame:
    endpoints = tables["endpoints"]
    model_columns = {
        name
        for endpoint in plan.endpoints
        for name in (*study.endpoints[endpoint].strata, *study.endpoints[endpoint].covariates)
    }
    if plan.tests_interaction:
        model_columns.add(LEVEL)
    columns = sorted(model_columns & set(subjects.columns) - set(endpoints.columns))
    return _of_task(plan, endpoints, plan.endpoints).join(
        subjects.select("subject", *columns), on="subject", how="inner", maintain_order="left"
    )
