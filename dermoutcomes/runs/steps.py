"""Steps: what each kind of step asks of the study, and which plugins it runs.

What is said here of a step is all that its function is given: a study in which the rest is empty,
and tables by their digests.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
from dermoutcomes.runs.canonical_text import CanonicalTexts
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.together.entry_files import can_be_together
from dermoutcomes.study import Claim, Endpoint, Quality, Study, StudyInfo
from dermoutcomes.study.lock.locked_items import RULE_KEYS
from dermoutcomes.study.lock.reading_rules import source_owner
from dermoutcomes.study.task_plan import TaskPlan, handlings
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.opening import OpenStudy

__all__ = [
    "SCOPES",
    "StepScope",
    "make_step",
    "numbers_of_files",
    "software",
    "source_groups",
    "source_steps",
    "tables_read",
    "task_of",
    "versions",
    "with_defaults",
]

DISTRIBUTIONS = ("dermoutcomes", "polars", "pyarrow", "numpy", "scipy")
About = Mapping[str, Any]
# So many files of an entry are read in steps of several, and so many at most in one: it is a piece
# of progress, of work for another process, and of what is read again where one of them changed.
FEWEST_TOGETHER, MOST_TOGETHER = 16, 500
# The largest file, in bytes, that is read with others: of a larger one the rows take the time.
SMALL = 2**18


@frozen
class StepScope:
    """All that a kind of step may rest on: its part of a study, and the plugins whose code it runs.

    `about` is what the step is about, as its kind has it: plain data, since it goes into `asks`.
    """

    part: Callable[[Study, About], Study]
    plugins: Callable[[Study, Registry, About], Iterable[str | None]]


def make_step(
    opened: OpenStudy, kind: str, name: str, about: About, inputs: Mapping[str, str]
) -> Step:
    """The step of that kind and name, with all that its output rests on."""
    study, registry, scope = opened.study, opened.registry, SCOPES[kind]
    # A study has thousands of steps, which ask for the same sections in all but a few items.
    texts = opened.once("canonical_texts", id(study), CanonicalTexts)
    part = scope.part(study, about)
    plugins = {*scope.plugins(part, registry, about), *opened.own_plugins}
    return Step(
        kind,
        name,
        inputs,
        texts.of_step(about, with_defaults(part, registry)),
        {plugin.name: plugin.sha256 for plugin in registry.plugins if plugin.name in plugins},
        software(),
    )


@cache
def versions() -> Mapping[str, str]:
    """Versions of what numbers depend on, by distribution; absent where it is not installed."""
    installed = {}
    for name in DISTRIBUTIONS:
        try:
            installed[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return installed


@cache
def software() -> tuple[tuple[str, str], ...]:
    """Versions, and the platform that the last digits depend on."""
    machine = {"python": platform.python_version(), "platform": platform.platform()}
    return tuple(sorted({**versions(), **machine}.items()))


def with_defaults(study: Study, registry: Registry) -> Study:
    """The study with the options of its analyses and imputations as they are resolved."""
    analyses = {
        name: evolve(
            spec, options=_resolved_options(spec.options, registry.analyses[spec.use], name)
        )
        for name, spec in study.analyses.items()
    }
    imputations = {
        name: evolve(
            spec, options=_resolved_options(spec.options, registry.imputations[spec.use], name)
        )
        for name, spec in study.imputations.items()
    }
    return evolve(study, analyses=analyses, imputations=imputations)


def _resolved_options(given: Mapping[str, Any], declared: Any, name: str) -> Any:
    return resolve_options(given, declared.options, f"{name}.options")


def _only(study: Study, **sections: Any) -> Study:
    """A study of these sections, and of the rules that numbers rest on; the rest is empty."""
    rules = {name: getattr(study.study, name) for name in RULE_KEYS}
    return Study(study=StudyInfo(id=study.id, title="", **rules), path=study.path, **sections)


def _items(section: Mapping[str, Any], names: Iterable[str | None]) -> dict[str, Any]:
    wanted = set(names)
    return {name: item for name, item in section.items() if name in wanted}


# The functions of a scope have one signature; some need not all that they are given.


def _whole_study(study: Study, about: About) -> Study:  # noqa: ARG001
    return study


def _all_plugins(study: Study, registry: Registry, about: About) -> Iterator[str]:  # noqa: ARG001
    yield from (plugin.name for plugin in registry.plugins if plugin.loaded)


# Reading: one file, those of an entry that are judged together, or the tables of the framework.


def source_groups(registry: Registry, files: Iterable[SourceFile]) -> list[list[SourceFile]]:
    """The files of readings, each by itself.

    Those of one entry together where their owner recodes, since one file may not settle a coding.
    """
    groups: dict[tuple[str, int, int], list[SourceFile]] = {}
    for file in files:
        if file.name not in FRAMEWORK:
            settles_coding = getattr(registry.owner(file.name), "prepare", None) is not None
            entry = (file.name, file.entry, 0 if settles_coding else file.number)
            groups.setdefault(entry, []).append(file)
    return sorted(groups.values(), key=lambda group: [file.number for file in group])


def source_steps(registry: Registry, files: Iterable[SourceFile]) -> list[list[SourceFile]]:
    """The files of each step that reads: one, those that settle a coding, or many small ones.

    Of many small files of one entry most of the work is the same for each; that of a step is done
    once.
    """
    steps, small = list[list[SourceFile]](), dict[tuple[str, int], list[SourceFile]]()
    for group in source_groups(registry, files):
        file = group[0]
        if len(group) == 1 and can_be_together(file.spec) and _is_small(file.path):
            small.setdefault((file.name, file.entry), []).append(file)
        else:
            steps.append(group)
    for of_entry in small.values():
        size = 1 if len(of_entry) < FEWEST_TOGETHER else MOST_TOGETHER
        steps += (of_entry[start : start + size] for start in range(0, len(of_entry), size))
    return sorted(steps, key=lambda group: [file.number for file in group])


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= SMALL
    except OSError:
        return False


def numbers_of_files(files: Sequence[SourceFile]) -> str:
    """The name of a step that reads: the numbers of its files, of many those of the first and last."""
    numbers = [str(file.number) for file in files]
    many = len(numbers) >= FEWEST_TOGETHER
    return f"{numbers[0]}-{numbers[-1]}" if many else "+".join(numbers)


def _part_to_read(study: Study, about: About) -> Study:
    # What the list of subjects says of its rows holds for readings of the same file.
    tables = {"subjects", *(file["name"] for file in about["files"])}
    return _only(
        study,
        visits=study.visits,
        sessions=study.sessions,
        schedule=study.schedule,
        arms=study.arms,
        sources=_items(study.sources, tables),
        # Of readings at the end of their device `observations` says so.
        quality=Quality(bounds=study.quality.bounds),
    )


def _part_of_framework(study: Study, about: About) -> Study:
    """For the tables of the framework: the words of levels are words, whatever `missing` says."""
    part = _part_to_read(study, about)
    return evolve(
        part,
        subgroups=study.subgroups,
        populations=study.populations,
        factors=study.factors,
        # A label of a word that no table holds is refused here.
        columns=study.columns,
        milestones=study.milestones,
        treatments=study.treatments,
    )


def _readers_and_owners(study: Study, registry: Registry, about: About) -> Iterator[str | None]:  # noqa: ARG001
    """Owners of the files and their readers: all readers where the file says which reads it."""
    for name, specs in study.sources.items():
        yield source_owner(registry, name)
        for spec in specs:
            readers = [spec.reader] if spec.reader else [*registry.readers]
            yield from (registry.plugin_of("readers", reader) for reader in readers)


# Checks look at everything but what is decided and written later. Of claims they see what these rest
# on: a claim in other words is checked as before. Findings name endpoints by their labels.


def _part_to_check(study: Study, about: About) -> Study:  # noqa: ARG001
    part = _only(study)
    return evolve(
        part,
        study=evolve(part.study, outcome_set=study.study.outcome_set),
        **{
            field.name: getattr(study, field.name)
            for field in attrs.fields(Study)
            if field.name not in ("study", "claims", "planning", "tables", "outputs", "text")
        },
        claims={
            name: Claim(
                text="", kind=claim.kind, all_of=claim.all_of, analysis=claim.analysis, id=name
            )
            for name, claim in study.claims.items()
        },
    )


# Records of one endpoint.


def _part_of_records(study: Study, about: About) -> Study:
    with_parts = _with_parts(study, about["endpoint"])
    endpoints = [study.endpoints[name] for name in with_parts]
    return _only(
        study,
        visits=study.visits,
        sessions=study.sessions,
        schedule=study.schedule,
        arms=study.arms,
        populations=study.populations,
        intercurrent=study.intercurrent,
        comparisons=_items(study.comparisons, _each(endpoints, "compare")),
        subgroups=_items(study.subgroups, _each(endpoints, "subgroups")),
        imputations=_items(study.imputations, _each(endpoints, "handling")),
        endpoints={**study.endpoint_outlines, **_items(study.endpoints, with_parts)},
        quality=Quality(
            leave_out=study.quality.leave_out,
            ranges=study.quality.ranges if "range" in study.quality.leave_out else {},
            bounds=study.quality.bounds,
        ),
    )


def _with_parts(study: Study, name: str) -> tuple[str, ...]:
    """The endpoint, and those that its responder is made of, and theirs."""
    names = [name]
    for endpoint in names:
        responder = study.endpoints[endpoint].responder
        parts = (*responder.all_of, *responder.any_of) if responder else ()
        names += [part for part in parts if part in study.endpoints and part not in names]
    return tuple(names)


def _each(endpoints: Iterable[Endpoint], key: str) -> Iterator[str]:
    for endpoint in endpoints:
        yield from getattr(endpoint, key)


def _plugins_of_records(study: Study, registry: Registry, about: About) -> Iterator[str | None]:
    for name in _with_parts(study, about["endpoint"]):
        endpoint = study.endpoints[name]
        yield source_owner(registry, (endpoint.measure or "").partition(".")[0])
        for handling in handlings(endpoint):
            declared, _ = imputation_spec(study, registry, handling)
            yield registry.plugin_of("imputations", declared.name) if declared else None


# One analysis.


def task_of(about: About) -> TaskPlan:
    """The task that a step of the kind analysis is about."""
    return TaskPlan(**{**about["task"], "endpoints": tuple(about["task"]["endpoints"])})


def _part_of_analysis(study: Study, about: About) -> Study:
    task = task_of(about)
    endpoints = _items(study.endpoints, task.endpoints)
    return _only(
        study,
        visits=study.visits,
        arms=study.arms,
        eligibility=study.eligibility,
        endpoints=endpoints,
        comparisons=_items(study.comparisons, _each(endpoints.values(), "compare")),
        populations=_items(study.populations, [task.population]),
        subgroups=_items(study.subgroups, [task.subgroup]),
        imputations=_items(study.imputations, [task.handling]),
        analyses=_items(study.analyses, [task.analysis]),
    )


def _plugins_of_analysis(study: Study, registry: Registry, about: About) -> Iterator[str | None]:
    task = task_of(about)
    spec = study.analyses.get(task.analysis)
    yield registry.plugin_of("analyses", spec.use if spec else task.analysis)
    pooled = pooling_of(study, registry, task.handling)
    yield registry.plugin_of("poolings", pooled[0].name) if pooled else None
    for endpoint in study.endpoints.values():
        yield source_owner(registry, (endpoint.measure or "").partition(".")[0])


def tables_read(analysis: Analysis, task: TaskPlan) -> tuple[str, ...]:
    """The tables that an analysis gets; without endpoints also those that say who is counted."""
    who = ("allocations", "exposures") if task.population and not task.endpoints else ()
    return tuple(dict.fromkeys(("subjects", *who, *analysis.reads, *analysis.reads_if_any)))


# Decisions and documents may look at everything.


def _plugins_of_decisions(study: Study, registry: Registry, about: About) -> Iterator[str | None]:
    # Beside a verdict stands which of those that read files are not as they were at the lock.
    yield from _readers_and_owners(study, registry, about)
    for family in study.multiplicity.values():
        yield registry.plugin_of("adjustments", family.method or "")
    for endpoint in study.endpoints.values():
        yield source_owner(registry, (endpoint.measure or "").partition(".")[0])
        for name in endpoint.analyses[:1]:
            spec = study.analyses.get(name)
            yield registry.plugin_of("analyses", spec.use if spec else name)


def _plugins_of_document(study: Study, registry: Registry, about: About) -> Iterator[str | None]:
    if "reporter" in about:
        yield registry.plugin_of("reporters", about["reporter"])
        return
    asked = (
        ("documents", about["documents"]),
        ("formats", registry.formats),
        ("sections", study.outputs.sections),
        ("tables", registry.tables),
        ("figures", registry.figures),
    )
    for kind, names in asked:
        yield from (registry.plugin_of(kind, name) for name in names)


SCOPES: Mapping[str, StepScope] = {
    "framework": StepScope(_part_of_framework, _readers_and_owners),
    "source": StepScope(_part_to_read, _readers_and_owners),
    "locked_reading": StepScope(_whole_study, _all_plugins),
    "checks": StepScope(_part_to_check, _all_plugins),
    "records": StepScope(_part_of_records, _plugins_of_records),
    "analysis": StepScope(_part_of_analysis, _plugins_of_analysis),
    "imputation": StepScope(_part_of_analysis, _plugins_of_analysis),
    "decisions": StepScope(_whole_study, _plugins_of_decisions),
    "document": StepScope(_whole_study, _plugins_of_document),
}
