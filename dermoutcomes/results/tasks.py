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
from dermoutcomes.declare.task import Task, seed_of
from dermoutcomes.errors import PluginError, blamed
from dermoutcomes.results.option_text import authors, in_words
from dermoutcomes.results.repeated_analysis import (
    added_stats,
    pooling_of,
    pooling_sentence,
    repeated,
)
from dermoutcomes.results.row_rules import RowRules
from dermoutcomes.results.selections import Selections
from dermoutcomes.study.task_plan import TaskPlan, analysis_with_options, fitting_kind
from dermoutcomes.tables import RESULT_KEY

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Pooling
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = [
    "analysis_options",
    "build_task",
    "recorded_task",
    "result_id",
    "result_rows",
]

KEY_OF = itemgetter(*RESULT_KEY)


def result_id(row: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of a hash of the key columns, never of the value: equal in every run of a study."""
    return sha256(
        "\x1f".join(["" if value is None else str(value) for value in KEY_OF(row)]).encode()
    ).hexdigest()[:16]


def analysis_options(analysis: Analysis, given: Mapping[str, Any], name: str) -> Any:
    """The options object of an analysis that the study calls `name`.

    Raises StudyError for what does not fit.
    """
    from dermoutcomes.options.parsing import resolve_options

    return resolve_options(given, analysis.options, f"analyses.{name}.options")


def build_task(
    study: Study,
    registry: Registry,
    task: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    selections: Selections | None = None,
) -> Task:
    """The frozen view of the data that the analysis gets. `selections` holds what earlier tasks of the same tables selected."""
    analysis, _ = analysis_with_options(study, registry, task.analysis)
    endpoints = {name: study.endpoints[name] for name in task.endpoints}
    selection = (selections or Selections()).of(study, task, tables)
    views = selection.views.for_one()
    first = next(iter(endpoints.values()), None)
    parameter = registry.parameter(first.measure or "") if first else None
    relative = first is not None and getattr(
        registry.owner((first.measure or "").partition(".")[0]), "relative", False
    )
    info = study.study
    return Task(
        id=task.key,
        analysis=task.analysis,
        endpoints=endpoints,
        records=views.records,
        unused=views.unused,
        views=views,
        subjects=selection.subjects,
        design=info.design,
        alpha=info.alpha,
        sided=info.sided,
        comparisons={name: study.comparisons[name] for name in (first.compare if first else ())},
        confidence=study.confidence,
        endpoint=task.endpoints[0] if len(task.endpoints) == 1 else None,
        kind=(fitting_kind(study, registry, task.endpoints[0], analysis) or "continuous")
        if task.endpoints
        else "continuous",
        unit=parameter.unit if parameter else "",
        improves=(first.improves if first else None) or (parameter.improves if parameter else None),
        neutral=parameter.neutral if parameter and relative else None,
        labels=parameter.labels if parameter else {},
        population=task.population,
        handling=task.handling,
        visits=selection.visits,
        arms=tuple(study.arms),
        planned_days={name: visit.at.days for name, visit in study.visits.items()},
        reference_arm=next((name for name, arm in study.arms.items() if arm.reference), None),
        doses={name: arm.dose for name, arm in study.arms.items() if arm.dose is not None},
        strata=first.strata if first else (),
        covariates=first.covariates if first else (),
        analyse=first.analyse if first else "change",
        subgroup=task.subgroup,
        subgroup_level=task.subgroup_level,
        tables={
            name: tables[name]
            for name in (*analysis.reads, *analysis.reads_if_any)
            if name in tables
        },
        seed=seed_of(info.seed, task.key),
        eligibility=study.eligibility,
        sides_randomised=info.sides_randomised,
    )


def recorded_task(
    study: Study,
    registry: Registry,
    task: TaskPlan,
    tables: Mapping[str, pl.DataFrame],
    selections: Selections | None = None,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows of `results` that one task gives, and its row of `tasks`. `selections` are shared by tasks of the same tables.

    An analysis that raises is an error that names task and analysis.
    """
    analysis, given = analysis_with_options(study, registry, task.analysis)
    options = analysis_options(analysis, given, task.analysis)
    view = build_task(study, registry, task, tables, selections)
    pooled = pooling_of(study, registry, task.handling)
    with blamed(f"{task.key}: the analysis {analysis.name!r}"):
        stats = (
            list(analysis.run(view, options))
            if pooled is None
            else repeated(analysis, view, options, *pooled)
        )
        stats += (
            analysis.conclude(tuple(stats), view, options) if analysis.conclude is not None else ()
        )
    rows = list(result_rows(study, task, analysis, view, options, stats, pooled))
    return rows, _task_row(study, task, view, options)


def result_rows(
    study: Study,
    task: TaskPlan,
    analysis: Analysis,
    view: Task,
    options: Any,
    stats: Iterable[Stat],
    pooled: tuple[Pooling, Any] | None = None,
) -> Iterator[dict[str, Any]]:
    """Each statistic with its key, held to the rules of rows; `pooled` names what pooled them."""
    same = _of_task(study, task, analysis, options)
    if pooled is not None:
        same["method"] += f" {pooling_sentence(*pooled, view)}"
    rules = RowRules.of(analysis, view, added_stats(pooled[0]) if pooled else ())
    yield from rules.kept(_row(task, view, same, _well_formed(stat, analysis)) for stat in stats)


def _well_formed(stat: object, analysis: Analysis) -> Stat:
    value: object = stat.value if isinstance(stat, Stat) else None
    if not isinstance(stat, Stat):
        raise PluginError(
            f"the analysis {analysis.name!r} returned {type(stat).__name__}; expected Stat"
        )
    if value is not None and not isinstance(value, Real):
        raise PluginError(
            f"the analysis {analysis.name!r} returned {value!r} as the value of {stat.stat!r}; expected a number or None"
        )
    return stat


def _of_task(study: Study, task: TaskPlan, analysis: Analysis, options: Any) -> dict[str, Any]:
    """The columns that all rows of a task have in common."""
    return {
        "study": study.id,
        "analysis": task.analysis,
        "population": task.population,
        "handling": task.handling,
        "subgroup": task.subgroup,
        "subgroup_level": task.subgroup_level,
        "task": task.key,
        "analysis_role": task.role,
        "method": analysis.method.format_map(_Words(options, authors(analysis))) or analysis.label,
    }


def _row(task: TaskPlan, view: Task, same: Mapping[str, Any], stat: Stat) -> dict[str, Any]:
    endpoint = stat.endpoint or (
        task.endpoints[0] if len(task.endpoints) == 1 else "+".join(task.endpoints) or None
    )
    row = {
        **same,
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
        "endpoint_role": view.endpoints[endpoint].role
        if endpoint and endpoint in view.endpoints
        else None,
    }
    return {"id": result_id(row), **row}


class _Words(dict[str, Any]):
    """Option names in a method sentence, in words; a brace that names none is left as it stands."""

    def __init__(self, options: Any, text: str) -> None:
        super().__init__(
            {
                name: in_words(value, text)
                for name, value in attrs.asdict(options, recurse=False).items()
            }
        )

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _task_row(study: Study, task: TaskPlan, view: Task, options: Any) -> dict[str, Any]:
    """What was asked, of which records: their ids in the table `endpoints`."""
    return {
        "study": study.id,
        "task": task.key,
        "analysis": task.analysis,
        "endpoints": list(task.endpoints),
        "population": task.population,
        "handling": task.handling,
        "subgroup": task.subgroup,
        "subgroup_level": task.subgroup_level,
        "comparisons": list(view.comparisons),
        "options": json.dumps(attrs.asdict(options), sort_keys=True, default=str),
        "seed": view.seed,
        "n_records": view.records.height,
        "records": view.records["id"].sort().to_list(),
    }
