"""What is done about missing values and intercurrent events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.errors import one_of
from dermoutcomes.options.key_path import child, element
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.checks.analyses import analysis_of
from dermoutcomes.study.declared_names import undeclared_name, undeclared_or_repeated
from dermoutcomes.study.names import problem_at, unknown_name
from dermoutcomes.study.task_plan import leaves_records
from dermoutcomes.vocabulary import OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, ImputationSpec, Study

__all__ = ["STRATEGIES", "handling_problems"]

# The core's own handling: what was seen, and nothing in place of what was not.
REGISTRY_KINDS = ("imputations",)
STRATEGIES = ("treatment policy", "hypothetical", "non-responder", "while on treatment")


def handling_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Unknown imputations and options, and strategies for endpoints that do not exist."""
    yield from _definition_problems(study, registry)
    known = (OBSERVED, *sorted({*registry.imputations, *study.imputations}))
    for name, endpoint in study.endpoints.items():
        path = child(child("endpoints", name), "handling")
        yield from undeclared_or_repeated(
            registry, REGISTRY_KINDS, "handling of missing values", endpoint.handling, known, path
        )
        for number, handling in enumerate(endpoint.handling, start=1):
            imputation = _imputation_of(study, registry, handling)
            if imputation is not None:
                at = element(path, number)
                yield from _misfit(study, endpoint, handling, imputation, at)
                yield from _without_effect(study, registry, endpoint, handling, at)
    yield from _intercurrent(study)


def _misfit(
    study: Study, endpoint: Endpoint, handling: str, imputation: Imputation, path: str
) -> Iterator[Problem]:
    """What a handling asks of the endpoint or the arms, where they do not have it."""
    if imputation.stage == "responder" and endpoint.responder is None:
        yield problem_at(
            f"{handling!r} fills in responders, and the endpoint {endpoint.id!r} has none",
            path,
            found=handling,
            expected="a responder in the endpoint, or another handling",
        )
    if imputation.stage == "value" and endpoint.event is not None:
        yield problem_at(
            f"{handling!r} fills in values, and the endpoint {endpoint.id!r} is a time to an event",
            path,
            found=handling,
            expected='handling = ["observed"]',
        )
    has_reference = any(arm.reference for arm in study.arms.values())
    if imputation.needs_reference and not has_reference:
        arms = f"[arms]: {', '.join(study.arms)}" if study.arms else "[arms], or another handling"
        yield problem_at(
            f"{handling!r} takes over the values of the reference arm, and the study has none",
            path,
            found=handling,
            expected=f"reference = true in one of {arms}",
        )


def _without_effect(
    study: Study, registry: Registry, endpoint: Endpoint, handling: str, path: str
) -> Iterator[Problem]:
    """A handling that leaves the records of an analysis as they are, and whose name says otherwise.

    As the main handling it stands for every analysis; as a further one it has to make a difference
    to one of them.
    """
    if endpoint.responder is None or any(
        analysis_of(study, registry, name) is None for name in endpoint.analyses
    ):
        return
    untouched = [
        name
        for name in endpoint.analyses
        if leaves_records(study, registry, endpoint.id, name, handling)
    ]
    is_main = handling == endpoint.handling[0]
    # A further handling is of use where it changes any of the analyses, the main one where it
    # changes each of them.
    if not untouched or (not is_main and len(untouched) < len(endpoint.analyses)):
        return
    of_responders = ", ".join(
        name for name, analysis in registry.analyses.items() if "binary" in analysis.kinds
    )
    yield problem_at(
        f"{handling!r} fills in responders, and {', '.join(map(repr, untouched))} of "
        f"{endpoint.id!r} {'is' if len(untouched) == 1 else 'are'} of values: its records would "
        "stay as they are",
        path,
        found=handling,
        expected=f'handling = ["{OBSERVED}", "{handling}"] with an analysis of responders too '
        f"({of_responders}), or an endpoint of its own for these",
    )


def _imputation_of(study: Study, registry: Registry, name: str) -> Imputation | None:
    spec = study.imputations.get(name)
    return registry.imputations.get(spec.use if spec else name)


def _definition_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    for name, spec in study.imputations.items():
        path = child("imputations", name)
        imputation = registry.imputations.get(spec.use)
        if name == OBSERVED or (name in registry.imputations and name != spec.use):
            yield problem_at(
                f"{name!r} is the name of another handling",
                path,
                found=spec.use,
                expected="a name of its own",
            )
        if imputation is None:
            yield undeclared_name(
                registry,
                REGISTRY_KINDS,
                "imputation",
                spec.use,
                registry.imputations,
                child(path, "use"),
            )
            continue
        option_problems: list[Problem] = []
        parse_options(
            spec.options, imputation.options, path=child(path, "options"), problems=option_problems
        )
        yield from option_problems
        yield from _pooling(registry, spec, imputation, path)
    for name, imputation in registry.imputations.items():
        if (
            imputation.multiple
            and imputation.pooling not in registry.poolings
            and any(name in endpoint.handling for endpoint in study.endpoints.values())
        ):
            yield undeclared_name(
                registry,
                ("poolings",),
                "pooling",
                imputation.pooling,
                registry.poolings,
                child("imputations", name),
            )


def _pooling(
    registry: Registry, spec: ImputationSpec, imputation: Imputation, path: str
) -> Iterator[Problem]:
    """How results over several imputations are pooled; one that fills once has nothing to pool."""
    if not imputation.multiple:
        if spec.pooling is not None or spec.pooling_options:
            yield problem_at(
                f"{imputation.name!r} fills once, so there is nothing to pool",
                child(path, "pooling"),
                found=spec.pooling,
            )
        return
    name = spec.pooling or imputation.pooling
    if name not in registry.poolings:
        yield undeclared_name(
            registry, ("poolings",), "pooling", name, registry.poolings, child(path, "pooling")
        )
        return
    option_problems: list[Problem] = []
    parse_options(
        spec.pooling_options,
        registry.poolings[name].options,
        path=child(path, "pooling_options"),
        problems=option_problems,
    )
    yield from option_problems


def _intercurrent(study: Study) -> Iterator[Problem]:
    if study.intercurrent and "milestones" not in study.sources:
        yield problem_at(
            "intercurrent events are milestones, and the study has none",
            "intercurrent",
            expected="[[sources.milestones]] with a file",
        )
    for name, event in study.intercurrent.items():
        path = child(child("intercurrent", name), "strategy")
        for endpoint, strategy in event.strategy.items():
            strategy_path = child(path, endpoint)
            if endpoint not in study.endpoints:
                yield unknown_name("endpoint", endpoint, study.endpoints, strategy_path)
            elif strategy not in STRATEGIES:
                yield unknown_name("strategy", strategy, STRATEGIES, strategy_path)
            elif strategy == "non-responder" and study.endpoints[endpoint].responder is None:
                yield problem_at(
                    f"the endpoint {endpoint!r} has no responder",
                    strategy_path,
                    found=strategy,
                    expected=one_of(tuple(known for known in STRATEGIES if known != strategy)),
                )
