"""Which analyses are run on which records: the tasks of a study, as plain keys that any worker can take up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from attrs import frozen

from dermoutcomes.words import OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = [
    "TaskPlan",
    "declared",
    "described_handlings",
    "descriptions",
    "fitting_kind",
    "handlings",
    "is_multiple",
    "kind_of",
    "plan",
    "subgroup_levels",
]


@frozen
class TaskPlan:
    """One task to be: the analysis (under the study's name for it), its endpoints, and the records that it gets."""

    analysis: str
    endpoints: tuple[str, ...]
    population: str | None
    handling: str = OBSERVED
    role: str = "descriptive"
    subgroup: str | None = None
    subgroup_level: str | None = None

    @property
    def key(self) -> str:
        """The task's id: the same in every run, since no value is in it."""
        parts = [
            "+".join(self.endpoints) or "-",
            self.analysis,
            self.population or "-",
            self.handling,
        ]
        if self.subgroup:
            parts.append(f"{self.subgroup}={self.subgroup_level}")
        return "/".join(parts)


def declared(study: Study, registry: Registry, name: str) -> tuple[Analysis, Mapping[str, Any]]:
    """The declaration behind the study's name for an analysis, and the options that the study gives it."""
    spec = study.analyses.get(name)
    return (registry.analyses[spec.use], spec.options) if spec else (registry.analyses[name], {})


def handlings(endpoint: Endpoint) -> tuple[str, ...]:
    """Handlings of missing values, the main one first."""
    return endpoint.handling or (OBSERVED,)


def described_handlings(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
    """Handlings under which an endpoint is described: what is filled several times has no median, so what was observed is shown.

    Descriptions that the endpoint lists itself are made under every handling.
    """
    endpoint = study.endpoints[name]
    once = tuple(
        OBSERVED if is_multiple(study, registry, handling) else handling
        for handling in handlings(endpoint)
    )
    return handlings(endpoint) if endpoint.also is not None else tuple(dict.fromkeys(once))


def is_multiple(study: Study, registry: Registry, handling: str) -> bool:
    """Whether a handling fills missing values several times."""
    spec = study.imputations.get(handling)
    declared = registry.imputations.get(spec.use if spec else handling)
    return declared is not None and declared.multiple


def kind_of(study: Study, registry: Registry, name: str) -> str:
    """How an endpoint is analysed: as stated, or by its event, its responder or the scale type of its measure."""
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
    """The kind under which an analysis takes an endpoint: its own, or binary where it has responders; None if it takes neither."""
    kind = kind_of(study, registry, name)
    if kind in analysis.kinds:
        return kind
    return "binary" if study.endpoints[name].responder and "binary" in analysis.kinds else None


def subgroup_levels(study: Study, name: str) -> Mapping[str, tuple[Any, ...]]:
    """Level = values of the subject column, as the study states them."""
    levels = study.subgroups[name].levels
    return {
        level: tuple(values) if isinstance(values, (list, tuple)) else (values,)
        for level, values in levels.items()
    }


def plan(study: Study, registry: Registry) -> tuple[TaskPlan, ...]:
    """Every task, sorted by key. The first analysis on the first population and handling is the main one."""
    found = [*_of_endpoints(study, registry), *_of_studies(study, registry)]
    return tuple(sorted(found, key=lambda task: task.key))


def descriptions(study: Study, registry: Registry, name: str) -> tuple[str, ...]:
    """Analyses that describe an endpoint and decide nothing: as listed, or those that are always made."""
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


def _of_endpoints(study: Study, registry: Registry) -> Iterator[TaskPlan]:
    for name, endpoint in study.endpoints.items():
        also = descriptions(study, registry, name)
        for handling in described_handlings(study, registry, name):
            for population in endpoint.populations:
                yield from (TaskPlan(analysis, (name,), population, handling) for analysis in also)
        for handling in handlings(endpoint):
            for population in endpoint.populations:
                main_records = (handling, population) == (
                    handlings(endpoint)[0],
                    endpoint.populations[0],
                )
                for position, analysis in enumerate(endpoint.analyses):
                    if position == 0 or main_records:
                        role = "main" if position == 0 and main_records else "sensitivity"
                        yield TaskPlan(analysis, (name,), population, handling, role)
        yield from _of_subgroups(study, registry, name, endpoint, also)


def _of_subgroups(
    study: Study, registry: Registry, name: str, endpoint: Endpoint, also: tuple[str, ...]
) -> Iterator[TaskPlan]:
    for subgroup in endpoint.subgroups:
        for level in subgroup_levels(study, subgroup):
            described = described_handlings(study, registry, name)[0]
            for analysis, handling in (
                *((listed, described) for listed in also),
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


def _of_studies(study: Study, registry: Registry) -> Iterator[TaskPlan]:
    """Analyses of several endpoints or of none; those that an endpoint lists by name are planned there."""
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
