"""Steps: what each kind of step asks of the study, and which plugins it runs.

What is said here of a step is all that its function is given: a study in which the rest is empty, and tables by their digests.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve, frozen

from dermoutcomes.declare import Step
from dermoutcomes.endpoints.imputation.imputation import imputation_spec
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.results.repeated_analysis import pooling_of
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.study import Endpoint, Quality, Study, StudyInfo
from dermoutcomes.study.lock.locked_items import RULE_KEYS
from dermoutcomes.study.task_plan import TaskPlan, handlings
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.opening import OpenStudy

__all__ = ["ASKS", "Asking", "make_step", "software", "source_groups", "task_of", "versions"]

DISTRIBUTIONS = ("dermoutcomes", "polars", "pyarrow", "numpy", "scipy")
About = Mapping[str, Any]


@frozen
class Asking:
    """What a kind of step asks: its part of a study, and the plugins whose code it runs. `about` is what the step is about, as JSON."""

    part: Callable[[Study, About], Study]
    plugins: Callable[[Study, Registry, About], Iterable[str | None]]


def make_step(
    opened: OpenStudy, kind: str, name: str, about: About, inputs: Mapping[str, str]
) -> Step:
    """The step of that kind and name, with all that its output rests on."""
    study, registry, asking = opened.study, opened.registry, ASKS[kind]
    part = asking.part(study, about)
    used = {*asking.plugins(part, registry, about), *opened.own_plugins}
    return Step(
        kind,
        name,
        inputs,
        canonical({"about": about, "study": with_defaults(part, registry)}),
        {plugin.name: plugin.sha256 for plugin in registry.plugins if plugin.name in used},
        software(),
    )


@cache
def versions() -> Mapping[str, str]:
    """Versions of what numbers depend on, by distribution; those that are not installed are absent."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


@cache
def software() -> tuple[tuple[str, str], ...]:
    """Versions, and the platform that the last digits depend on."""
    here = {"python": platform.python_version(), "platform": platform.platform()}
    return tuple(sorted({**versions(), **here}.items()))


def canonical(value: Any) -> str:
    """One JSON text for each value: sorted keys, no white space, declarations and sections by their fields."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Study):
        sections = {field.name: getattr(value, field.name) for field in attrs.fields(Study)}
        return {name: held for name, held in sections.items() if name not in ("path", "text")}
    if attrs.has(type(value)):
        return {field.name: getattr(value, field.name) for field in attrs.fields(type(value))}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (date, Path)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def with_defaults(study: Study, registry: Registry) -> Study:
    """The study with the options of its analyses and imputations as they are resolved."""
    analyses = {
        name: evolve(spec, options=_resolved(spec.options, registry.analyses[spec.use], name))
        for name, spec in study.analyses.items()
    }
    imputations = {
        name: evolve(spec, options=_resolved(spec.options, registry.imputations[spec.use], name))
        for name, spec in study.imputations.items()
    }
    return evolve(study, analyses=analyses, imputations=imputations)


def _resolved(given: Mapping[str, Any], declared: Any, name: str) -> Any:
    return resolve_options(given, declared.options, f"{name}.options")


def _only(study: Study, **sections: Any) -> Study:
    """A study of these sections, and of the rules that numbers rest on; the rest is empty."""
    rules = {name: getattr(study.study, name) for name in RULE_KEYS}
    return Study(study=StudyInfo(id=study.id, title="", **rules), path=study.path, **sections)


def _named(section: Mapping[str, Any], names: Iterable[str | None]) -> dict[str, Any]:
    wanted = set(names)
    return {name: item for name, item in section.items() if name in wanted}


def _whole(study: Study, about: About) -> Study:  # noqa: ARG001 - every kind has one signature
    return study


def _all_plugins(study: Study, registry: Registry, about: About) -> Iterator[str]:  # noqa: ARG001
    yield from (plugin.name for plugin in registry.plugins if plugin.loaded)


# Reading: one file, those of an entry that are judged together, or the tables of the framework.


def source_groups(registry: Registry, files: Iterable[SourceFile]) -> list[list[SourceFile]]:
    """The files of readings, each by itself; those of one entry together where their owner recodes, since one file may not settle a coding."""
    grouped: dict[tuple[str, int, int], list[SourceFile]] = {}
    for file in files:
        if file.name not in FRAMEWORK:
            together = getattr(registry.owner(file.name), "prepare", None) is not None
            entry = (file.name, file.entry, 0 if together else file.number)
            grouped.setdefault(entry, []).append(file)
    return sorted(grouped.values(), key=lambda group: [file.number for file in group])


def _reading(study: Study, about: About) -> Study:
    tables = {file["name"] for file in about["files"]}
    return _only(
        study,
        visits=study.visits,
        sessions=study.sessions,
        schedule=study.schedule,
        arms=study.arms,
        sources=_named(study.sources, tables),
    )


def _read_by(study: Study, registry: Registry, about: About) -> Iterator[str | None]:  # noqa: ARG001
    """Owners of the files, and every reader where it is the file that says which one reads it."""
    for name, specs in study.sources.items():
        yield _owner(registry, name)
        for spec in specs:
            readers = [spec.reader] if spec.reader else [*registry.readers]
            yield from (registry.plugin_of("readers", reader) for reader in readers)


def _owner(registry: Registry, name: str) -> str | None:
    return registry.plugin_of("instruments" if name in registry.instruments else "scales", name)


# Checks look at everything but what is decided and written later.


def _checking(study: Study, about: About) -> Study:  # noqa: ARG001
    return evolve(
        _only(study),
        **{
            field.name: getattr(study, field.name)
            for field in attrs.fields(Study)
            if field.name not in ("study", "claims", "planning", "outputs", "text")
        },
    )


# Records of one endpoint.


def _recording(study: Study, about: About) -> Study:
    own = _with_parts(study, about["endpoint"])
    others = {name: _outline(endpoint) for name, endpoint in study.endpoints.items()}
    endpoints = [study.endpoints[name] for name in own]
    return _only(
        study,
        visits=study.visits,
        schedule=study.schedule,
        arms=study.arms,
        populations=study.populations,
        intercurrent=study.intercurrent,
        comparisons=_named(study.comparisons, _each(endpoints, "compare")),
        subgroups=_named(study.subgroups, _each(endpoints, "subgroups")),
        imputations=_named(study.imputations, _each(endpoints, "handling")),
        endpoints={**others, **_named(study.endpoints, own)},
        quality=Quality(leave_out=study.quality.leave_out),
    )


def _with_parts(study: Study, name: str) -> tuple[str, ...]:
    """The endpoint, and those that its responder is made of, and theirs."""
    names = [name]
    for own in names:
        responder = study.endpoints[own].responder
        parts = (*responder.all_of, *responder.any_of) if responder else ()
        names += [part for part in parts if part in study.endpoints and part not in names]
    return tuple(names)


def _outline(endpoint: Endpoint) -> Endpoint:
    """What the records of one endpoint rest on of another: its name (ids are numbered by it), who is counted, whether it is a diary."""
    return Endpoint(
        id=endpoint.id,
        populations=endpoint.populations,
        measure=endpoint.measure if endpoint.days else None,
        days=endpoint.days,
    )


def _each(endpoints: Iterable[Endpoint], key: str) -> Iterator[str]:
    for endpoint in endpoints:
        yield from getattr(endpoint, key)


def _recorded_by(study: Study, registry: Registry, about: About) -> Iterator[str | None]:
    for name in _with_parts(study, about["endpoint"]):
        endpoint = study.endpoints[name]
        yield _owner(registry, (endpoint.measure or "").partition(".")[0])
        for handling in handlings(endpoint):
            declared, _ = imputation_spec(study, registry, handling)
            yield registry.plugin_of("imputations", declared.name) if declared else None


# One analysis.


def task_of(about: About) -> TaskPlan:
    """The task that a step of the kind analysis is about."""
    return TaskPlan(**{**about["task"], "endpoints": tuple(about["task"]["endpoints"])})


def _analysing(study: Study, about: About) -> Study:
    task = task_of(about)
    endpoints = _named(study.endpoints, task.endpoints)
    return _only(
        study,
        visits=study.visits,
        arms=study.arms,
        eligibility=study.eligibility,
        endpoints=endpoints,
        comparisons=_named(study.comparisons, _each(endpoints.values(), "compare")),
        populations=_named(study.populations, [task.population]),
        subgroups=_named(study.subgroups, [task.subgroup]),
        imputations=_named(study.imputations, [task.handling]),
        analyses=_named(study.analyses, [task.analysis]),
    )


def _analysed_by(study: Study, registry: Registry, about: About) -> Iterator[str | None]:
    task = task_of(about)
    spec = study.analyses.get(task.analysis)
    yield registry.plugin_of("analyses", spec.use if spec else task.analysis)
    pooled = pooling_of(study, registry, task.handling)
    yield registry.plugin_of("poolings", pooled[0].name) if pooled else None
    for endpoint in study.endpoints.values():
        yield _owner(registry, (endpoint.measure or "").partition(".")[0])


# Decisions and documents may look at everything.


def _decided_by(study: Study, registry: Registry, about: About) -> Iterator[str | None]:  # noqa: ARG001
    for family in study.multiplicity.values():
        yield registry.plugin_of("adjustments", family.method or "")
    for endpoint in study.endpoints.values():
        yield _owner(registry, (endpoint.measure or "").partition(".")[0])
        for name in endpoint.analyses[:1]:
            spec = study.analyses.get(name)
            yield registry.plugin_of("analyses", spec.use if spec else name)


def _written_by(study: Study, registry: Registry, about: About) -> Iterator[str | None]:  # noqa: ARG001
    yield registry.plugin_of("reporters", about["reporter"])


ASKS: Mapping[str, Asking] = {
    "framework": Asking(_reading, _read_by),
    "source": Asking(_reading, _read_by),
    "checks": Asking(_checking, _all_plugins),
    "records": Asking(_recording, _recorded_by),
    "analysis": Asking(_analysing, _analysed_by),
    "decisions": Asking(_whole, _decided_by),
    "document": Asking(_whole, _written_by),
}
