"""Analyses: that they exist, fit the endpoints that list them, and take their options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.options.key_path import child, element
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.checks.clustering import dependence_problems
from dermoutcomes.study.checks.comparisons import of_two_visits, unknown_population
from dermoutcomes.study.declared_names import analysis_hint, undeclared_name, undeclared_or_repeated
from dermoutcomes.study.names import problem_at, unknown_or_repeated
from dermoutcomes.study.task_plan import endpoint_kind, fitting_kind

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import AnalysisSpec, Endpoint, Study

__all__ = ["analysis_of", "analysis_problems", "beside_problems"]

REGISTRY_KINDS = ("analyses",)


def analysis_of(study: Study, registry: Registry, name: str) -> Analysis | None:
    """The analysis that a name of the study stands for, or None."""
    spec = study.analyses.get(name)
    return registry.analyses.get(spec.use if spec else name)


def analysis_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Unknown analyses and options, and analyses that fit no endpoint, design or comparison."""
    for name, spec in study.analyses.items():
        yield from _definition_problems(study, registry, name, spec)
    known = tuple(sorted({*registry.analyses, *study.analyses}))
    for name, endpoint in study.endpoints.items():
        declared_names = _declared_names(study, registry, endpoint)
        for key in ("analyses", "also"):
            path = child(child("endpoints", name), key)
            names = getattr(endpoint, key) or ()
            yield from undeclared_or_repeated(
                registry,
                REGISTRY_KINDS,
                "analysis",
                names,
                known,
                path,
                lambda word: analysis_hint(registry, study.study.design, word),
            )
            for number, name_in_study in enumerate(names, start=1):
                analysis = analysis_of(study, registry, name_in_study)
                if analysis is None:
                    continue
                name_path = element(path, number)
                yield from _listing_problems(
                    study, registry, name, name_in_study, analysis, name_path
                )
                yield from beside_problems(registry, analysis, declared_names, name_path)
                # What stands under `also` decides nothing, however it counts the sides of a
                # subject.
                if key == "analyses":
                    yield from dependence_problems(study, registry, endpoint, analysis, name_path)


def _declared_names(study: Study, registry: Registry, endpoint: Endpoint) -> frozenset[str]:
    """The analyses that the endpoint lists, by the names of their declarations."""
    analyses = (
        analysis_of(study, registry, name) for name in (*endpoint.analyses, *(endpoint.also or ()))
    )
    return frozenset(analysis.name for analysis in analyses if analysis is not None)


def _takes_endpoint(study: Study, registry: Registry, name: str, analysis: Analysis) -> bool:
    """Whether the endpoint is of a kind that the analysis takes."""
    return fitting_kind(study, registry, name, analysis) is not None


def _definition_problems(
    study: Study, registry: Registry, name: str, spec: AnalysisSpec
) -> Iterator[Problem]:
    path = child("analyses", name)
    analysis = registry.analyses.get(spec.use)
    if analysis is None:
        yield undeclared_name(
            registry, REGISTRY_KINDS, "analysis", spec.use, registry.analyses, child(path, "use")
        )
        return
    if name in registry.analyses and name != spec.use:
        yield problem_at(
            f"{name!r} is the name of another analysis",
            path,
            found=spec.use,
            expected=f"a name of its own, as {spec.use}_2",
        )
    option_problems: list[Problem] = []
    parse_options(
        spec.options, analysis.options, path=child(path, "options"), problems=option_problems
    )
    yield from option_problems
    yield from unknown_or_repeated(
        "endpoint", spec.endpoints, study.endpoints, child(path, "endpoints")
    )
    yield from unknown_population(study, spec.population, child(path, "population"))
    yield from _endpoint_count_problems(study, registry, name, spec, analysis)
    if study.study.design not in analysis.designs:
        yield _wrong_design(study, analysis, child(path, "use"))


def _endpoint_count_problems(
    study: Study, registry: Registry, name: str, spec: AnalysisSpec, analysis: Analysis
) -> Iterator[Problem]:
    """Whether the analysis has as many endpoints as it takes, and of kinds that it takes."""
    path = child("analyses", name)
    if analysis.endpoints == "none" and spec.endpoints:
        yield problem_at(
            f"the analysis {analysis.name!r} takes no endpoint",
            child(path, "endpoints"),
            found=list(spec.endpoints),
        )
    if analysis.endpoints == "several" and len(spec.endpoints) < 2:
        yield problem_at(
            f"the analysis {analysis.name!r} takes several endpoints",
            child(path, "endpoints"),
            found=list(spec.endpoints),
            expected="two or more endpoints",
        )
    for number, endpoint in enumerate(spec.endpoints, start=1):
        if (
            endpoint in study.endpoints
            and analysis.endpoints != "none"
            and not _takes_endpoint(study, registry, endpoint, analysis)
        ):
            yield _wrong_kind(
                study, registry, endpoint, analysis, element(child(path, "endpoints"), number)
            )
    for table in analysis.reads:
        if (
            table in ("events", "milestones", "exposures", "allocations")
            and table not in study.sources
        ):
            yield problem_at(
                f"the analysis {analysis.name!r} reads {table}, and the study has none",
                child(path, "use"),
                found=spec.use,
                expected=f"[[sources.{table}]] with a file",
            )


def _listing_problems(
    study: Study, registry: Registry, name: str, name_in_study: str, analysis: Analysis, path: str
) -> Iterator[Problem]:
    if analysis.endpoints != "one":
        endpoints_key = ', endpoints = ["…", "…"]' if analysis.endpoints == "several" else ""
        takes = "several endpoints at once" if analysis.endpoints == "several" else "no endpoint"
        yield problem_at(
            f"the analysis {name_in_study!r} takes {takes}, so no endpoint can list it",
            path,
            found=name_in_study,
            expected=f'[analyses.{name_in_study}] with use = "{analysis.name}"{endpoints_key}',
        )
        return
    if not _takes_endpoint(study, registry, name, analysis):
        yield _wrong_kind(study, registry, name, analysis, path)
    if study.study.design not in analysis.designs:
        yield _wrong_design(study, analysis, path)
    yield from _missing_comparison(study, study.endpoints[name], analysis, path)


def _wrong_kind(
    study: Study, registry: Registry, name: str, analysis: Analysis, path: str
) -> Problem:
    kind = endpoint_kind(study, registry, name)
    hint = "give the endpoint a responder to make it binary" if "binary" in analysis.kinds else None
    fitting_analyses = [
        candidate.name
        for candidate in registry.analyses.values()
        if candidate.endpoints == analysis.endpoints
        and _takes_endpoint(study, registry, name, candidate)
        and candidate.decides
    ]
    return problem_at(
        f"the analysis {analysis.name!r} does not fit the endpoint {name!r}, which is {kind}",
        path,
        found=analysis.name,
        expected=f"an analysis of {kind} endpoints"
        + (f": {', '.join(fitting_analyses)}" if fitting_analyses else ""),
        hint=hint,
    )


def _wrong_design(study: Study, analysis: Analysis, path: str) -> Problem:
    return problem_at(
        f"the analysis {analysis.name!r} does not fit a {study.study.design} study",
        path,
        found=analysis.name,
        expected=f"a design that is {' or '.join(analysis.designs)}",
    )


def _missing_comparison(
    study: Study, endpoint: Endpoint, analysis: Analysis, path: str
) -> Iterator[Problem]:
    """Whether the endpoint has a comparison of the sort that the analysis is about.

    Unknown comparisons are a problem of the endpoint, told elsewhere.
    """
    compared = [study.comparisons[name] for name in endpoint.compare if name in study.comparisons]
    if len(compared) < len(endpoint.compare):
        return
    has_kind = {
        "nothing": True,
        "comparison": bool(compared),
        "visit pair": any(map(of_two_visits, compared)),
        "arm pair": any(comparison.arm is not None for comparison in compared),
    }
    kind_words = {
        "comparison": "a comparison",
        "visit pair": "a comparison of two visits",
        "arm pair": "a comparison of two arms",
    }
    if not has_kind[analysis.needs]:
        yield problem_at(
            f"the analysis {analysis.name!r} needs {kind_words[analysis.needs]}, and the endpoint "
            f"{endpoint.id!r} has none",
            path,
            found=analysis.name,
            expected="one in `compare`, defined in [comparisons]",
        )


def beside_problems(
    registry: Registry, analysis: Analysis, declared_names: frozenset[str], path: str
) -> Iterator[Problem]:
    """A check of an assumption on an endpoint that lacks an analysis to be printed beside it."""
    for group in analysis.beside:
        known = [name for name in group if name in registry.analyses]
        if known and not declared_names & frozenset(known):
            yield problem_at(
                f"{analysis.name!r} may not choose an analysis, so both kinds are printed and the "
                "first of `analyses` decides; one kind is not listed",
                path,
                found=analysis.name,
                expected=f"beside it one of {', '.join(known)}",
            )
