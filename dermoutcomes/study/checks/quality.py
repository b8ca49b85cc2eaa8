"""`[quality]`: severities, checks and ranges that exist."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from dermoutcomes.declare import Instrument
from dermoutcomes.errors import one_of
from dermoutcomes.options.key_path import child, element
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study.checks.measures import OWNERS
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated
from dermoutcomes.vocabulary import SEVERITIES

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study
    from dermoutcomes.study.sections.outputs import Bound

__all__ = ["quality_problems"]

# A name as near as this to that of a check is a slip of the pen. A finding may have a name that no
# list holds, so others are let be.
MISSPELLING_LIKENESS = 0.85


def quality_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Unknown severities, misspelt checks, unknown settings, and ranges that are none."""
    quality = study.quality
    yield from unknown_or_repeated("severity", quality.stop_on, SEVERITIES, "quality.stop_on")
    for name, severity in quality.severity.items():
        if severity not in SEVERITIES:
            yield problem_at(
                "not a severity",
                child("quality.severity", name),
                found=severity,
                expected=one_of(SEVERITIES),
            )
    yield from _misspelt_checks(study, registry)
    yield from _settings(study, registry)
    for measure, limits in quality.ranges.items():
        yield from _range(registry, measure, limits, child("quality.ranges", measure))
    for measure, bound in quality.bounds.items():
        yield from _bound(registry, measure, bound, child("quality.bounds", measure))


def _misspelt_checks(study: Study, registry: Registry) -> Iterator[Problem]:
    quality, known = study.quality, _check_names(registry)
    checks_by_path = [
        (name, element(f"quality.{key}", number))
        for key in ("off", "leave_out")
        for number, name in enumerate(getattr(quality, key), start=1)
    ]
    checks_by_path += [(name, child("quality.severity", name)) for name in quality.severity]
    for name, path in checks_by_path:
        near = get_close_matches(name, known, n=1, cutoff=MISSPELLING_LIKENESS)
        if name not in known and near:
            yield problem_at(
                f"there is no check {name!r}",
                path,
                found=name,
                hint=f"did you mean {near[0]!r}?",
                code="unknown-name",
            )


def _check_names(registry: Registry) -> tuple[str, ...]:
    """Names of all checks; those of instruments and scales also with their owner's name."""
    owners = registry.named_owners()
    owner_checks = [(name, check.name) for name, owner in owners.items() for check in owner.checks]
    owner_checks += [
        (name, check)
        for name, owner in owners.items()
        if isinstance(owner, Instrument) and owner.curves
        for check in owner.curves.checks
    ]
    return tuple(
        dict.fromkeys(
            (
                *registry.checks,
                *(check for _, check in owner_checks),
                *(f"{name}.{check}" for name, check in owner_checks),
            )
        )
    )


def _settings(study: Study, registry: Registry) -> Iterator[Problem]:
    for name, table in study.quality.options.items():
        path = child("quality.options", name)
        if name not in registry.checks:
            yield unknown_name("check with settings", name, registry.checks, path)
            continue
        option_problems: list[Problem] = []
        parse_options(table, registry.checks[name].options, path=path, problems=option_problems)
        yield from option_problems


def _bound(registry: Registry, measure: str, bound: Bound, path: str) -> Iterator[Problem]:
    """A bound of no measure, one that says nothing, and two that leave no value between them."""
    parameter = registry.parameter(measure)
    if parameter is None:
        yield undeclared_name(registry, OWNERS, "measure", measure, registry.measures(), path)
        return
    minimum = parameter.minimum if bound.minimum is None else bound.minimum
    maximum = parameter.maximum if bound.maximum is None else bound.maximum
    for name, limit, kind in (
        ("minimum", minimum, bound.minimum_is),
        ("maximum", maximum, bound.maximum_is),
    ):
        if kind is not None and limit is None:
            yield problem_at(
                f"{measure} has no {name} that could be of a kind",
                child(path, f"{name}_is"),
                found=kind,
                expected=f"{name} = a number",
            )
    if minimum is not None and maximum is not None and minimum >= maximum:
        yield problem_at(
            "no value lies between these bounds",
            path,
            found=f"{minimum:g} to {maximum:g}",
            expected="a minimum below the maximum",
        )
    stated = (bound.minimum, bound.maximum, bound.minimum_is, bound.maximum_is)
    if all(value is None for value in stated):
        yield problem_at(
            "the bound says nothing but its reason",
            path,
            expected="minimum, maximum, minimum_is or maximum_is",
        )


def _range(registry: Registry, measure: str, limits: Any, path: str) -> Iterator[Problem]:
    if registry.parameter(measure) is None:
        yield undeclared_name(registry, OWNERS, "measure", measure, registry.measures(), path)
    numbers = (
        isinstance(limits, (list, tuple))
        and len(limits) == 2
        and all(type(limit) in (int, float) for limit in limits)
    )
    if not numbers or limits[0] >= limits[1]:
        yield problem_at(
            "a range is a lowest and a highest value",
            path,
            found=limits,
            expected="two numbers, the lower first, as [0.05, 0.8]",
        )
