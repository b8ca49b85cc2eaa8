"""Which analyses are run on which records: the tasks of a study, as keys for any worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from dermoutcomes.vocabulary import ALL_VALUES, OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis, Parameter
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = [
    "TaskPlan",
    "all_values_task",
    "analysis_with_options",
    "description_handlings",
    "descriptive_analyses",
    "endpoint_kind",
    "fitting_kind",
    "handlings",
    "is_multiple",
    "leaves_records",
    "plan_tasks",
    "subgroup_levels",
]

# Grades at baseline by grades at a visit are a table that can be read, up to so many.
MOST_GRADES = 12


@frozen
class TaskPlan:
    """One task to be: an analysis under the study's name for it, its endpoints and its records.

    With a subgroup and no level of it, it is the test of whether the effect differs between levels.
    `residuals` says that a figure of the study shows those of its model.
    """

    analysis: str
    endpoints: tuple[str, ...]
    population: str | None
    handling: str = OBSERVED
    role: str = "descriptive"
    subgroup: str | None = None
    subgroup_level: str | None = None
    residuals: bool = False

    @property
    def tests_interaction(self) -> bool:
        """Whether it compares the levels of a subgroup, rather than look at one of them."""
        return self.subgroup is not None and self.subgroup_level is None

    @property
    def key(self) -> str:
        """The task's id: the same in every run, since no value is in it."""
        parts = [
            "+".join(self.endpoints) or "-",
            self.analysis,
            self.population or "-",
            self.handling,
        ]
        if self.tests_interaction:
            parts.append(str(self.subgroup))
        elif self.subgroup:
            parts.append(f"{self.subgroup}={self.subgroup_level}")
        return "/".join(parts)


def analysis_with_options(
    study: Study, registry: Registry, name: str
) -> tuple[Analysis, Mapping[str, Any]]:
    """The analysis behind the study's name for it, and the options that the study gives it."""
    spec = study.analyses.get(name)
    return (registry.analyses[spec.use], spec.options) if spec else (registry.analyses[name], {})


def handlings(endpoint: Endpoint) -> tuple[str, ...]:
    """Handlings of missing values, the main one first."""
    return endpoint.handling or (OBSERVED,)


def description_handlings(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
    """Handlings of missing values under which an endpoint is described, the main one first.

    What is filled several times has no median, so what was observed is shown in its place.
    Descriptions that the endpoint lists itself are made under every handling.
    """
    endpoint = study.endpoints[name]
    if endpoint.also is not None:
        return handlings(endpoint)
    single = (
        OBSERVED if is_multiple(study, registry, handling) else handling
        for handling in handlings(endpoint)
    )
    return tuple(dict.fromkeys(single))


def is_multiple(study: Study, registry: Registry, handling: str) -> bool:
    """Whether a handling fills missing values several times."""
    spec = study.imputations.get(handling)
    imputation = registry.imputations.get(spec.use if spec else handling)
    return imputation is not None and imputation.multiple


def endpoint_kind(study: Study, registry: Registry, name: str) -> str:
    """How an endpoint is analysed: as it says, or by its event, responder or scale type."""
    endpoint = study.endpoints[name]
    if endpoint.kind:
        return endpoint.kind
    if endpoint.event:
        return "time_to_event"
    parameter = registry.parameter(endpoint.measure or "")
    if parameter is None:
        return "binary" if endpoint.responder else "continuous"
    return {"ordinal": "ordinal", "nominal": "ordinal"}.get(parameter.scale_type, "continuous")


def fitting_kind(study: Study, registry: Registry, name: str, analysis: Analysis) -> str | None:
    """The kind under which an analysis takes an endpoint; None where it does not take it.

    That is the endpoint's own kind, or binary where it has responders.
    """
    kind = endpoint_kind(study, registry, name)
    if kind in analysis.kinds:
        return kind
    return "binary" if study.endpoints[name].responder and "binary" in analysis.kinds else None


def leaves_records(
    study: Study, registry: Registry, name: str, analysis: str, handling: str
) -> bool:
    """Whether a handling changes nothing that the analysis of an endpoint looks at.

    One that fills in responders leaves every analysis of values with what was observed.
    """
    spec = study.imputations.get(handling)
    imputation = registry.imputations.get(spec.use if spec else handling)
    if imputation is None or imputation.stage != "responder":
        return False
    declared, _ = analysis_with_options(study, registry, analysis)
    return fitting_kind(study, registry, name, declared) not in ("binary", None)


def subgroup_levels(study: Study, name: str) -> Mapping[str, tuple[Any, ...]]:
    """Level = values of the subject column, as the study states them."""
    levels = study.subgroups[name].levels
    return {
        level: tuple(values) if isinstance(values, (list, tuple)) else (values,)
        for level, values in levels.items()
    }


def plan_tasks(study: Study, registry: Registry) -> tuple[TaskPlan, ...]:
    """Every task, sorted by key.

    The first analysis on the first population and handling is the main one.
    """
    tasks = [*_endpoint_tasks(study, registry), *_study_tasks(study, registry)]
    tasks += _printed_tasks(study, registry, tasks)
    if _shows_residuals(study, registry):
        tasks = [
            evolve(task, residuals=True) if _on_main_records(study, registry, task) else task
            for task in tasks
        ]
    return tuple(sorted(tasks, key=lambda task: task.key))


def _printed_tasks(
    study: Study, registry: Registry, planned: Sequence[TaskPlan]
) -> Iterator[TaskPlan]:
    """Descriptions that a document of the study prints and that no endpoint lists itself.

    Under the study's own name for them, if it has one: so they have the options that it states.
    """
    of_records = {
        (_declared_name(study, task.analysis), task.endpoints, task.population, task.handling)
        for task in planned
        if task.subgroup is None
    }
    for analysis, populations in _printed_analyses(study, registry).items():
        own = (name for name, spec in study.analyses.items() if spec.use == analysis)
        name = next(own, analysis)
        for endpoint_name, endpoint in study.endpoints.items():
            if not _has_printed(study, registry, endpoint_name, analysis):
                continue
            first = handlings(endpoint)[0]
            handling = OBSERVED if is_multiple(study, registry, first) else first
            stated = {population or endpoint.populations[0]: None for population in populations}
            for population in stated:
                records = (analysis, (endpoint_name,), population, handling)
                if records not in of_records:
                    yield TaskPlan(name, (endpoint_name,), population, handling)


def _declared_name(study: Study, name: str) -> str:
    spec = study.analyses.get(name)
    return spec.use if spec else name


def _printed_analyses(study: Study, registry: Registry) -> Mapping[str, Mapping[str | None, None]]:
    """Descriptions that documents and standard tables of the study print, each with populations.

    None of these is the first one of each endpoint. A study without documents prints none.
    """
    listed, outputs = study.outputs.documents, study.outputs
    documents = [
        plan
        for name, plan in registry.documents.items()
        if (plan.always if listed is None else name in listed)
    ]
    printed: dict[str, dict[str | None, None]] = {}
    if not documents:
        return printed
    for analysis in (name for plan in documents for name in plan.analyses):
        printed.setdefault(analysis, {})[None] = None
    tables = registry.tables
    names = outputs.tables
    if names is None:
        names = tuple(name for name, plan in tables.items() if plan.always)
    for name in dict.fromkeys((*names, *study.tables)):
        choice = study.tables.get(name)
        plan = tables.get(choice.use if choice else name)
        for analysis in plan.analyses if plan else ():
            printed.setdefault(analysis, {})[choice.population if choice else None] = None
    return {name: own for name, own in printed.items() if name in registry.analyses}


def _has_printed(study: Study, registry: Registry, name: str, analysis: str) -> bool:
    """Whether a description that documents print says anything of an endpoint."""
    endpoint, declared = study.endpoints[name], registry.analyses[analysis]
    if endpoint.event or not fitting_kind(study, registry, name, declared):
        return False
    parameter = registry.parameter(endpoint.measure or "")
    if declared.from_grades:
        return bool(endpoint.baseline) and _has_few_grades(parameter)
    if not declared.directional:
        return True
    improves = endpoint.improves or (parameter.improves if parameter else None)
    return bool(endpoint.baseline) and improves in ("up", "down")


def _has_few_grades(parameter: Parameter | None) -> bool:
    """Whether a measure has so few values that pairs of them fit a page: listed, or by its bounds.

    One that is itself a change has no grade at baseline.
    """
    if parameter is None or parameter.neutral is not None:
        return False
    if parameter.values:
        return len(parameter.values) <= MOST_GRADES
    low, high = parameter.minimum, parameter.maximum
    return low is not None and high is not None and high - low < MOST_GRADES


def _shows_residuals(study: Study, registry: Registry) -> bool:
    """Whether the study names a figure that draws residuals."""
    names = study.outputs.figures or ()
    return any(registry.figures[name].residuals for name in names if name in registry.figures)


def _on_main_records(study: Study, registry: Registry, task: TaskPlan) -> bool:
    """Whether a task compares the main records of an endpoint, which no value is filled in twice of.

    A model of each imputation has residuals of its own, and none of them stand for all.
    """
    if task.role not in ("main", "sensitivity") or len(task.endpoints) != 1:
        return False
    endpoint = study.endpoints[task.endpoints[0]]
    main = (endpoint.populations[0], handlings(endpoint)[0])
    return (task.population, task.handling) == main and not is_multiple(
        study, registry, task.handling
    )


def all_values_task(study: Study, name: str) -> TaskPlan:
    """The main analysis of an endpoint once more, on values that cannot be as well."""
    endpoint = study.endpoints[name]
    return TaskPlan(
        endpoint.analyses[0], (name,), endpoint.populations[0], ALL_VALUES, "sensitivity"
    )


def descriptive_analyses(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
    """Analyses that describe an endpoint and decide nothing: as listed, or those always made."""
    also = study.endpoints[name].also
    if also is not None:
        return also
    return tuple(
        key
        for key, analysis in registry.analyses.items()
        if analysis.always
        and fitting_kind(study, registry, name, analysis)
        and (name in study.eligibility or not analysis.enrolment)
    )


def _endpoint_tasks(study: Study, registry: Registry) -> Iterator[TaskPlan]:
    """Descriptions, main and sensitivity analyses.

    A sensitivity analysis differs from the main one in one thing: the first analysis is repeated on
    every population and handling, the others are run on the main records alone. Under a handling
    that leaves what the first one looks at as it is, the first that it does not is repeated.
    """
    for name, endpoint in study.endpoints.items():
        descriptive = descriptive_analyses(study, registry, name)
        for handling in description_handlings(study, registry, name):
            for population in endpoint.populations:
                yield from (
                    TaskPlan(analysis, (name,), population, handling) for analysis in descriptive
                )
        for handling in handlings(endpoint):
            repeated = _repeated_analysis(study, registry, name, handling)
            for population in endpoint.populations:
                main_records = (handling, population) == (
                    handlings(endpoint)[0],
                    endpoint.populations[0],
                )
                for position, analysis in enumerate(endpoint.analyses):
                    if main_records or position == repeated:
                        role = "main" if position == 0 and main_records else "sensitivity"
                        yield TaskPlan(analysis, (name,), population, handling, role)
        yield from _subgroup_tasks(study, registry, name, endpoint, descriptive)


def _repeated_analysis(study: Study, registry: Registry, name: str, handling: str) -> int | None:
    """The position of the first analysis to which a handling matters; None without one."""
    for position, analysis in enumerate(study.endpoints[name].analyses):
        if not leaves_records(study, registry, name, analysis, handling):
            return position
    return None


def _subgroup_tasks(
    study: Study, registry: Registry, name: str, endpoint: Endpoint, descriptive: tuple[str, ...]
) -> Iterator[TaskPlan]:
    for subgroup in endpoint.subgroups:
        if _has_interaction(study, registry, name, subgroup):
            yield TaskPlan(
                endpoint.analyses[0],
                (name,),
                endpoint.populations[0],
                handlings(endpoint)[0],
                "subgroup",
                subgroup,
            )
        for level in subgroup_levels(study, subgroup):
            description_handling = description_handlings(study, registry, name)[0]
            for analysis, handling in (
                *((description, description_handling) for description in descriptive),
                *((main, handlings(endpoint)[0]) for main in endpoint.analyses[:1]),
            ):
                yield TaskPlan(
                    analysis,
                    (name,),
                    endpoint.populations[0],
                    handling,
                    "subgroup",
                    subgroup,
                    level,
                )


def _has_interaction(study: Study, registry: Registry, name: str, subgroup: str) -> bool:
    """Whether the main analysis tests if levels differ, and these are levels of which one is true.

    Where a value stands in two levels, a subject is in both, and they cannot be set side by side.
    A test without an estimate cannot be pooled over imputations.
    """
    endpoint = study.endpoints[name]
    if not endpoint.analyses or not endpoint.compare:
        return False
    if is_multiple(study, registry, handlings(endpoint)[0]):
        return False
    analysis, _ = analysis_with_options(study, registry, endpoint.analyses[0])
    levels = subgroup_levels(study, subgroup)
    values = [value for own in levels.values() for value in own]
    return analysis.interaction is not None and len(levels) > 1 and len({*values}) == len(values)


def _study_tasks(study: Study, registry: Registry) -> Iterator[TaskPlan]:
    """Analyses of several endpoints or of none; those that an endpoint lists are planned there."""
    for name, spec in study.analyses.items():
        takes = registry.analyses[spec.use].endpoints
        if takes == "none":
            yield TaskPlan(name, (), spec.population)
        elif spec.endpoints:
            first = study.endpoints[spec.endpoints[0]]
            groups = (
                [spec.endpoints]
                if takes == "several"
                else [(endpoint,) for endpoint in spec.endpoints]
            )
            for endpoints in groups:
                yield TaskPlan(
                    name,
                    endpoints,
                    spec.population or first.populations[0],
                    handlings(first)[0],
                    "supporting",
                )
