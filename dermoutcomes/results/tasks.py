"""Running one task: the records that it gets, and the rows that its statistics become."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from numbers import Real
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.declare import Stat
from dermoutcomes.declare.tasks.task import Task, seed_of
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.results.analysis_accounts import analysis_entries
from dermoutcomes.results.one_arm_strata import with_one_arm_strata
from dermoutcomes.results.option_text import cited_authors, fill_sentence, option_words
from dermoutcomes.results.pooling import pooled_stats
from dermoutcomes.results.repeated_analysis import (
    pooling_of,
    pooling_sentence,
    run_imputations,
    runs_of_imputations,
    stats_of_pooling,
)
from dermoutcomes.results.row_rules import RowRules
from dermoutcomes.results.selections import Selections
from dermoutcomes.study.scale_names.named_rules import band_table_of
from dermoutcomes.study.task_plan import TaskPlan, analysis_with_options, fitting_kind
from dermoutcomes.tables import RESULT_KEY
from dermoutcomes.tables.ledger import no_entries

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.results.selections import Selection
    from dermoutcomes.study import Study

__all__ = ["analysis_options", "build_task", "result_id", "result_rows", "run_part", "run_task"]

KEY_OF = itemgetter(*RESULT_KEY)


def result_id(row: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of a hash of the key columns, never of the value.

    So it is equal in every run of a study.
    """
    # Joined by a separator, or ("a", "bc") and ("ab", "c") would have one id.
    key = "\x1f".join(["" if value is None else str(value) for value in KEY_OF(row)])
    return sha256(key.encode()).hexdigest()[:16]


def analysis_options(analysis: Analysis, given: Mapping[str, Any], name: str) -> Any:
    """The options object of an analysis that the study calls `name`.

    Raises StudyError for what does not fit.
    """
    return resolve_options(given, analysis.options, f"analyses.{name}.options")


def build_task(
    study: Study,
    registry: Registry,
    plan: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    selections: Selections | None = None,
) -> Task:
    """The frozen view of the data that the analysis gets.

    `tables` are those of the run (`endpoints`, `subjects`, and what the analysis reads besides).
    `selections` holds what earlier tasks of the same tables selected.
    """
    analysis, _ = analysis_with_options(study, registry, plan.analysis)
    selection = (selections or Selections()).of(study, plan, tables, adjusts=analysis.adjusts)
    task = _task_of_study(study, plan, selection)
    if plan.endpoints:
        task = _with_endpoint(study, registry, task, plan.endpoints[0])
        kind = fitting_kind(study, registry, plan.endpoints[0], analysis) or "continuous"
        task = attrs.evolve(task, kind=kind)
    further = (*analysis.reads, *analysis.reads_if_any)
    return attrs.evolve(task, tables={name: tables[name] for name in further if name in tables})


def _task_of_study(study: Study, plan: TaskPlan, selection: Selection) -> Task:
    """The task with its records, and with what the study says whatever the endpoint."""
    # Frames of its own: an analysis that changes one in place changes it for no other task.
    views = selection.views.for_one()
    info = study.study
    return Task(
        id=plan.key,
        analysis=plan.analysis,
        endpoints={name: study.endpoints[name] for name in plan.endpoints},
        endpoint=plan.endpoints[0] if len(plan.endpoints) == 1 else None,
        population=plan.population,
        handling=plan.handling,
        subgroup=plan.subgroup,
        subgroup_level=plan.subgroup_level,
        records=views.records,
        unused=views.unused,
        views=views,
        subjects=selection.subjects,
        visits=selection.visits,
        comparisons={},
        design=info.design,
        alpha=info.alpha,
        sided=info.sided,
        confidence=study.confidence,
        seed=seed_of(info.seed, plan.key),
        sides_randomised=info.sides_randomised,
        residuals=plan.residuals,
        eligibility=study.eligibility,
        planned_days={name: visit.at.days for name, visit in study.visits.items()},
        arms=tuple(study.arms),
        reference_arm=next((name for name, arm in study.arms.items() if arm.reference), None),
        doses={name: arm.dose for name, arm in study.arms.items() if arm.dose is not None},
    )


def _with_endpoint(study: Study, registry: Registry, task: Task, endpoint_id: str) -> Task:
    """With what an endpoint and its measure say; of several endpoints, the first speaks for all."""
    endpoint = study.endpoints[endpoint_id]
    task = attrs.evolve(
        task,
        comparisons={name: study.comparisons[name] for name in endpoint.compare},
        improves=endpoint.improves,
        strata=endpoint.strata,
        covariates=endpoint.covariates,
        analyse=endpoint.analyse,
    )
    measure = endpoint.measure or ""
    parameter = registry.parameter(measure)
    if parameter is None:
        return task
    # Only a scale that is itself a change has a value that means "no change".
    is_change = getattr(registry.owner(measure.partition(".")[0]), "relative", False)
    return attrs.evolve(
        task,
        unit=parameter.unit,
        improves=endpoint.improves or parameter.improves,
        neutral=parameter.neutral if is_change else None,
        labels=parameter.labels,
        allowed_values=tuple(parameter.values or ()),
        bands=table.bands if (table := band_table_of(registry, endpoint)) else (),
    )


def run_task(
    study: Study,
    registry: Registry,
    plan: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    selections: Selections | None = None,
    runs: list[list[Stat]] | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any], pl.DataFrame]:
    """The rows of `results` that one task gives, its row of `tasks` and its entries of the ledger.

    `selections` are shared by tasks of the same tables. `runs` has the statistics of each of its
    imputations where they are at hand (`run_part`). Raises StudyError for options that do not
    fit, and PluginError, with task and analysis, for an analysis that raises.
    """
    analysis, given = analysis_with_options(study, registry, plan.analysis)
    options = analysis_options(analysis, given, plan.analysis)
    analysis = _as_planned(analysis, plan)
    task = build_task(study, registry, plan, tables, selections)
    pooling = pooling_of(study, registry, plan.handling)
    with blamed(f"{plan.key}: the analysis {analysis.name!r}"):
        if pooling is None:
            stats = list(analysis.run(task, options))
        elif runs is None:
            stats = run_imputations(analysis, task, options, *pooling)
        else:
            stats = list(pooled_stats(analysis, task, options, runs, *pooling))
        # After pooling: a margin or an adjustment is of the pooled rows.
        if analysis.conclude is not None:
            stats += analysis.conclude(tuple(stats), task, options)
    rows = list(result_rows(study, plan, analysis, task, options, stats, pooling))
    rows = with_one_arm_strata(analysis, task, rows)
    # Only main analyses decide: the others are about the same subjects, who are counted once.
    ledger = analysis_entries(analysis, task, rows) if plan.role == "main" else no_entries()
    return rows, _task_row(study, plan, analysis, task, options), ledger


def run_part(
    study: Study,
    registry: Registry,
    plan: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    numbers: tuple[int, int],
    selections: Selections | None = None,
) -> list[list[Stat]]:
    """The statistics of a task by each of its imputations from one number to another.

    There are fewer where the task has fewer. Raises as `run_task`.
    """
    analysis, given = analysis_with_options(study, registry, plan.analysis)
    options = analysis_options(analysis, given, plan.analysis)
    analysis = _as_planned(analysis, plan)
    task = build_task(study, registry, plan, tables, selections)
    with blamed(f"{plan.key}: the analysis {analysis.name!r}"):
        return runs_of_imputations(analysis, task, options, *numbers)


def _as_planned(analysis: Analysis, plan: TaskPlan) -> Analysis:
    """The analysis, or its test of whether the effect differs between levels of a subgroup."""
    test = analysis.interaction
    if test is None or not plan.tests_interaction:
        return analysis
    return attrs.evolve(
        analysis,
        run=test.run,
        method=test.method,
        references=test.references,
        conclude=None,
        rests_on=None,
    )


def result_rows(
    study: Study,
    plan: TaskPlan,
    analysis: Analysis,
    task: Task,
    options: Any,
    stats: Iterable[Stat],
    pooling: tuple[Pooling, Any] | None = None,
) -> Iterator[dict[str, Any]]:
    """Each statistic with its key, held to the rules of rows.

    `pooling` is what pooled them, with its options. Raises PluginError for what is no Stat.
    """
    columns = _task_columns(study, plan, analysis, options)
    if pooling is not None:
        columns["method"] += f" {pooling_sentence(*pooling, task)}"
    rules = RowRules.of(analysis, task, stats_of_pooling(pooling[0]) if pooling else ())
    rows = (_result_row(plan, task, columns, _checked_stat(stat, analysis)) for stat in stats)
    yield from rules.kept(rows)


def _checked_stat(stat: object, analysis: Analysis) -> Stat:
    if not isinstance(stat, Stat):
        raise PluginError(
            f"the analysis {analysis.name!r} returned {type(stat).__name__}; expected Stat"
        )
    value: object = stat.value
    if value is not None and not isinstance(value, Real):
        raise PluginError(
            f"the analysis {analysis.name!r} returned {value!r} as the value of {stat.stat!r}; "
            "expected a number or None"
        )
    return stat


def _task_columns(study: Study, plan: TaskPlan, analysis: Analysis, options: Any) -> dict[str, Any]:
    """The columns that all rows of a task have in common."""
    return {
        "study": study.id,
        "analysis": plan.analysis,
        "population": plan.population,
        "handling": plan.handling,
        "subgroup": plan.subgroup,
        "subgroup_level": plan.subgroup_level,
        "task": plan.key,
        "analysis_role": plan.role,
        "method": (_method_sentence(analysis, options) or analysis.label) + _arms(study, plan),
    }


def _arms(study: Study, plan: TaskPlan) -> str:
    """A sentence on arms where they are those of the treatment received, or safety is as randomised."""
    endpoints = [study.endpoints[name] for name in plan.endpoints]
    if any(endpoint.arm == "received" for endpoint in endpoints):
        return " Arms are those of the treatment received."
    is_safety = any(endpoint.role == "safety" and endpoint.compare for endpoint in endpoints)
    return " Arms are as randomised." if is_safety and study.study.design == "parallel" else ""


def _method_sentence(analysis: Analysis, options: Any) -> str:
    """The method of an analysis with its options in words."""
    authors = cited_authors(analysis)
    values = attrs.asdict(options, recurse=False)
    return fill_sentence(
        analysis.method, {name: option_words(value, authors) for name, value in values.items()}
    )


def _result_row(
    plan: TaskPlan, task: Task, columns: Mapping[str, Any], stat: Stat
) -> dict[str, Any]:
    endpoint = stat.endpoint or "+".join(plan.endpoints) or None
    row = {
        **columns,
        "endpoint": endpoint,
        "comparison": stat.comparison,
        "group": stat.group,
        "reference_group": stat.reference_group,
        "visit": stat.visit,
        "reference_visit": stat.reference_visit,
        "term": stat.term,
        "level": stat.level,
        "at": stat.at,
        "stat": stat.stat,
        "value": stat.value,
        "text": stat.text,
        "unit": stat.unit,
        "label": stat.label,
        "n_subjects": stat.n_subjects,
        "n_records": stat.n_records,
        "warning": stat.warning,
        "error": stat.error,
        "endpoint_role": task.endpoints[endpoint].role
        if endpoint and endpoint in task.endpoints
        else None,
    }
    return {"id": result_id(row), **row}


def _task_row(
    study: Study, plan: TaskPlan, analysis: Analysis, task: Task, options: Any
) -> dict[str, Any]:
    """What was asked, and of which records, subjects, events and observations."""
    rests_on = analysis.rests_on(task, options) if analysis.rests_on else {}
    return {
        "study": study.id,
        "task": plan.key,
        "analysis": plan.analysis,
        "endpoints": list(plan.endpoints),
        "population": plan.population,
        "handling": plan.handling,
        "subgroup": plan.subgroup,
        "subgroup_level": plan.subgroup_level,
        "comparisons": list(task.comparisons),
        "options": json.dumps(attrs.asdict(options), sort_keys=True, default=str),
        "seed": task.seed,
        "n_records": task.records.height,
        # In order already, but for what was selected of several endpoints. Records that were given
        # to an evaluation have no ids, which Python cannot sort.
        "records": task.records["id"].sort().to_list(),
        "subjects": sorted(set(task.subjects["subject"])),
        **{name: _ids(task, name, rests_on) for name in ("events", "observations")},
    }


def _ids(task: Task, name: str, rests_on: Mapping[str, pl.DataFrame]) -> list[int]:
    """The ids of the rows of a table that a task rests on; none where it does not read it."""
    if name in rests_on:
        return sorted(rests_on[name]["id"].unique())
    if name not in task.tables:
        return []
    of_subjects = pl.col("subject").is_in(task.subjects["subject"].unique().implode())
    return sorted(task.tables[name].select("id", "subject").filter(of_subjects)["id"])
