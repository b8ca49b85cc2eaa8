"""Estimands: whether population, handling, events and analysis estimate what an endpoint says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.options.key_path import child
from dermoutcomes.study.checks.analyses import analysis_of
from dermoutcomes.study.checks.measures import is_relative
from dermoutcomes.study.names import problem_at, unknown_name
from dermoutcomes.study.sections.estimand import (
    COMPOSITE,
    HYPOTHETICAL,
    ON_TREATMENT,
    POLICY,
    STRATEGIES,
    STRATUM,
    WHILE,
)
from dermoutcomes.study.task_plan import fitting_kind
from dermoutcomes.vocabulary import OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.declare import Analysis
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Estimand, Study

__all__ = ["analysis_without_summary", "estimand_problems"]

# What an event's strategy in [intercurrent] must be for each of the estimand. Who would never have
# the event is a matter of the population.
EVENT_STRATEGIES = {
    POLICY: "treatment policy",
    HYPOTHETICAL: "hypothetical",
    COMPOSITE: "non-responder",
    WHILE: "while on treatment",
    STRATUM: "treatment policy",
}
ANALYSE_KEYS = {"change": "change", "value": "value", "percent change": "pct_change"}


def estimand_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Every contradiction between an endpoint's estimand and the rest of the study file."""
    for name, endpoint in study.endpoints.items():
        if endpoint.estimand is None:
            continue
        path = child(child("endpoints", name), "estimand")
        analysis = analysis_of(study, registry, endpoint.analyses[0]) if endpoint.analyses else None
        if not endpoint.analyses:
            yield problem_at(
                "nothing estimates it: the endpoint has no analysis",
                path,
                expected=f"{child(child('endpoints', name), 'analyses')}",
            )
        yield from _population(endpoint, endpoint.estimand, path)
        yield from _treatment(study, endpoint, endpoint.estimand, path)
        yield from _variable(study, registry, endpoint, endpoint.estimand, path)
        yield from _events(study, endpoint, endpoint.estimand, path)
        yield from _strategies(study, endpoint.estimand, path)
        if analysis is not None:
            yield from _summary(registry, endpoint, endpoint.estimand, analysis, path)
            yield from _hypothetical_problems(
                study, registry, endpoint, endpoint.estimand, analysis, path
            )


def _population(endpoint: Endpoint, estimand: Estimand, path: str) -> Iterator[Problem]:
    main = endpoint.populations[0] if endpoint.populations else None
    if main is not None and estimand.population != main:
        yield problem_at(
            "the estimand is about another population than the main analysis",
            child(path, "population"),
            found=estimand.population,
            expected=f'"{main}", the first of endpoints.{endpoint.id}.populations',
        )


def _treatment(
    study: Study, endpoint: Endpoint, estimand: Estimand, path: str
) -> Iterator[Problem]:
    """The arms, against those that the endpoint's comparisons or its difference name."""
    treatment_path = child(path, "treatment")
    arm_pairs = {
        study.comparisons[name].arm for name in endpoint.compare if name in study.comparisons
    } - {None}
    if endpoint.difference is not None and endpoint.difference.arm:
        arm_pairs.add(endpoint.difference.arm)
    unknown_arms = [arm for arm in estimand.treatment if arm not in study.arms]
    yield from (unknown_name("arm", arm, study.arms, treatment_path) for arm in unknown_arms)
    if (
        unknown_arms
        or estimand.treatment in arm_pairs
        or (not estimand.treatment and not arm_pairs)
    ):
        return
    pairs = " or ".join(
        str(list(pair)).replace("'", '"') for pair in sorted(pair for pair in arm_pairs if pair)
    )
    yield problem_at(
        "the endpoint compares other treatments",
        treatment_path,
        found=list(estimand.treatment),
        expected=f"{pairs}, as in endpoints.{endpoint.id}.compare"
        if pairs
        else "no treatment: the endpoint compares no arms",
    )


def _variable(
    study: Study, registry: Registry, endpoint: Endpoint, estimand: Estimand, path: str
) -> Iterator[Problem]:
    variable_path, variable, name = child(path, "variable"), estimand.variable, endpoint.id
    if variable == "response" and endpoint.responder is None:
        yield problem_at(
            "the endpoint has no responder",
            variable_path,
            found=variable,
            expected=f"endpoints.{name}.responder, or another variable",
        )
    elif variable == "response" and not _takes_responders(study, registry, endpoint):
        yield problem_at(
            "the main analysis is not of responders",
            variable_path,
            found=variable,
            expected=f"an analysis of binary endpoints first in endpoints.{name}.analyses",
        )
    elif (variable == "time to event") != (endpoint.event is not None):
        yield problem_at(
            "a time to an event and an endpoint with an event go together",
            variable_path,
            found=variable,
            expected=f"endpoints.{name}.event",
        )
    elif variable in ANALYSE_KEYS:
        yield from _analysed_variable(study, registry, endpoint, variable, variable_path)


def _takes_responders(study: Study, registry: Registry, endpoint: Endpoint) -> bool:
    analysis = analysis_of(study, registry, endpoint.analyses[0]) if endpoint.analyses else None
    return analysis is None or fitting_kind(study, registry, endpoint.id, analysis) == "binary"


def _analysed_variable(
    study: Study, registry: Registry, endpoint: Endpoint, variable: str, variable_path: str
) -> Iterator[Problem]:
    """The variable against what comparisons are made on: two visits are always a change."""
    comparisons = [
        study.comparisons[name] for name in endpoint.compare if name in study.comparisons
    ]
    if is_relative(registry, endpoint):
        analysed = "value"
    elif comparisons and all(
        comparison.visit is not None and len(comparison.visit) > 1 for comparison in comparisons
    ):
        analysed = (
            "change"
            if endpoint.analyse == "value" or not all(comparison.arm for comparison in comparisons)
            else endpoint.analyse
        )
    else:
        analysed = endpoint.analyse
    if ANALYSE_KEYS[variable] != analysed:
        words = {value: key for key, value in ANALYSE_KEYS.items()}
        yield problem_at(
            "the endpoint is analysed as another variable",
            variable_path,
            found=variable,
            expected=f'"{words[analysed]}", as endpoints.{endpoint.id}.analyse and its comparisons '
            "say",
        )


def _events(study: Study, endpoint: Endpoint, estimand: Estimand, path: str) -> Iterator[Problem]:
    """Every event has a strategy, the same in both places."""
    intercurrent_path = child(path, "intercurrent")
    for event, strategy in estimand.intercurrent.items():
        if event not in study.intercurrent:
            yield unknown_name(
                "intercurrent event", event, study.intercurrent, child(intercurrent_path, event)
            )
        elif strategy not in STRATEGIES:
            yield unknown_name("strategy", strategy, STRATEGIES, child(intercurrent_path, event))
        else:
            study_strategy = study.intercurrent[event].strategy.get(
                endpoint.id, study.intercurrent[event].default
            )
            if study_strategy != EVENT_STRATEGIES[strategy]:
                yield problem_at(
                    f"the estimand says {strategy}, and what is done about the event is "
                    f"{study_strategy}",
                    child(intercurrent_path, event),
                    found=strategy,
                    expected=f"intercurrent.{event}.strategy with {endpoint.id} = "
                    f'"{EVENT_STRATEGIES[strategy]}"',
                )
    for event in study.intercurrent:
        if event not in estimand.intercurrent:
            yield problem_at(
                f"the estimand says nothing about the intercurrent event {event!r}",
                intercurrent_path,
                expected=f"{event} = one of {', '.join(STRATEGIES)}",
            )


def _strategies(study: Study, estimand: Estimand, path: str) -> Iterator[Problem]:
    """What a strategy asks of the variable and the population."""
    strategies = set(estimand.intercurrent.values())
    if COMPOSITE in strategies and estimand.variable != "response":
        yield problem_at(
            "a composite strategy makes the event a failure, so the variable is a response",
            child(path, "variable"),
            found=estimand.variable,
            expected='"response"',
        )
    if (WHILE in strategies) != (estimand.variable in ON_TREATMENT):
        yield problem_at(
            "a while-on-treatment strategy and a variable on treatment go together",
            child(path, "variable"),
            found=estimand.variable,
            expected=" or ".join(f'"{word}"' for word in ON_TREATMENT)
            if WHILE in strategies
            else "another variable",
        )
    population = study.populations.get(estimand.population)
    if STRATUM in strategies and population is not None and not population.where:
        yield problem_at(
            "a principal stratum is a part of the subjects, and the population is everybody",
            child(path, "population"),
            found=estimand.population,
            expected=f"conditions in populations.{estimand.population}",
        )


def _summary(
    registry: Registry, endpoint: Endpoint, estimand: Estimand, analysis: Analysis, path: str
) -> Iterator[Problem]:
    """The quantity, against what the main analysis says that it estimates.

    An analysis that says nothing cannot contradict.
    """
    summary_path = child(path, "summary")
    known_summaries = sorted(
        {word for candidate in registry.analyses.values() for word in candidate.summary}
    )
    if analysis.summary and estimand.summary not in analysis.summary:
        other_analyses = [
            candidate.name
            for candidate in registry.analyses.values()
            if estimand.summary in candidate.summary
        ]
        hint = (
            f"{', '.join(other_analyses)} would estimate it"
            if other_analyses
            else f"known are {', '.join(known_summaries)}"
        )
        yield problem_at(
            f"the main analysis {endpoint.analyses[0]!r} estimates another quantity",
            summary_path,
            found=estimand.summary,
            expected=" or ".join(f'"{word}"' for word in analysis.summary),
            hint=hint,
        )
    elif analysis.decides is None:
        yield problem_at(
            f"the main analysis {endpoint.analyses[0]!r} describes, and estimates nothing",
            summary_path,
            found=estimand.summary,
            expected=f"an analysis that decides, first in endpoints.{endpoint.id}.analyses",
        )


def analysis_without_summary(study: Study, registry: Registry, name: str) -> str | None:
    """The main analysis of an endpoint with an estimand, where it does not say what it estimates.

    Nothing of the estimand could then be checked against it. None for every other endpoint.
    """
    endpoint = study.endpoints[name]
    if endpoint.estimand is None or not endpoint.analyses:
        return None
    analysis = analysis_of(study, registry, endpoint.analyses[0])
    return (
        endpoint.analyses[0]
        if analysis is not None and analysis.decides is not None and not analysis.summary
        else None
    )


def _hypothetical_problems(
    study: Study,
    registry: Registry,
    endpoint: Endpoint,
    estimand: Estimand,
    analysis: Analysis,
    path: str,
) -> Iterator[Problem]:
    """Values set aside for a hypothetical strategy have to be modelled, or imputed."""
    if HYPOTHETICAL not in estimand.intercurrent.values():
        return
    handling = endpoint.handling[0] if endpoint.handling else OBSERVED
    spec = study.imputations.get(handling)
    imputation = registry.imputations.get(spec.use if spec else handling)
    if analysis.valid == "mar" or (imputation is not None and imputation.valid):
        return
    event = next(
        event for event, strategy in estimand.intercurrent.items() if strategy == HYPOTHETICAL
    )
    yield problem_at(
        "what would have been without the event has to be modelled, and neither the handling "
        f"{handling!r} nor the analysis {endpoint.analyses[0]!r} does",
        child(child(path, "intercurrent"), event),
        found=HYPOTHETICAL,
        expected=f"a multiple imputation first in endpoints.{endpoint.id}.handling, or a model of "
        "all visits as main analysis",
    )
