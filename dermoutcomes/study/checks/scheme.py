"""Visits, arms, factors and labels: names, schedule, and whether the design has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.errors import did_you_mean
from dermoutcomes.options.key_path import child
from dermoutcomes.study.checks.measures import OWNERS, known_codes
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Factor, Study

__all__ = [
    "SINGLE_ARM",
    "arm_problems",
    "expected_visits",
    "factor_problems",
    "label_problems",
    "visit_problems",
]

# What a comparison calls the value that a change is counted from.


def visit_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Visits that share a name, and sessions and a schedule of unknown visits or measures."""
    yield from _visit_names(study)
    for name, session in study.sessions.items():
        if session.visit is not None and session.visit not in study.visits:
            yield unknown_name(
                "visit", session.visit, study.visits, child(child("sessions", name), "visit")
            )
    for name, visits in study.schedule.items():
        path = child("schedule", name)
        if name not in known_codes(registry):
            yield undeclared_name(
                registry,
                OWNERS,
                "instrument, scale or measure",
                name,
                known_codes(registry),
                path,
                "install or name the plugin that declares it",
            )
        yield from unknown_or_repeated("visit", visits, study.visits, path)


def _visit_names(study: Study) -> Iterator[Problem]:
    """A visit is found by id, label or alias, whatever the case: no two may share one."""
    owner: dict[str, str] = {}
    for name, visit in study.visits.items():
        path = child("visits", name)
        if name.casefold() == BASELINE:
            yield problem_at(
                f"{name!r} is what comparisons call the value that a change is counted from",
                path,
                expected="another id",
            )
        for text in dict.fromkeys(
            text.strip().casefold() for text in (name, visit.label, *visit.aliases) if text
        ):
            if owner.setdefault(text, name) != name:
                yield problem_at(
                    f"the visits {owner[text]!r} and {name!r} share the name {text!r}: a row of "
                    "data could not be told",
                    path,
                    expected="ids, labels and aliases that differ, whatever the case",
                )


def expected_visits(study: Study, endpoint: Endpoint) -> tuple[str, ...] | None:
    """The visits at which the schedule expects the endpoint's measure; None where it is silent."""
    if endpoint.measure is None:
        return None
    owner = endpoint.measure.partition(".")[0]
    return study.schedule.get(endpoint.measure, study.schedule.get(owner))


SINGLE_ARM = "single-arm"


FEWEST_ARMS = {"parallel": 2, "crossover": 2}


def arm_problems(
    study: Study,
    registry: Registry,  # noqa: ARG001 - every check has one signature
) -> Iterator[Problem]:
    """Arms that do not fit the design, are not allocated, or share a name or the reference."""
    design, arms = study.study.design, study.arms
    if design == SINGLE_ARM and len(arms) > 1:
        yield problem_at(
            "a single-arm study has one arm at most",
            "arms",
            found=list(arms),
            expected='one arm, or design = "parallel", "within-subject" or "crossover"',
        )
    if len(arms) < FEWEST_ARMS.get(design, 0):
        yield problem_at(
            f"a {design} study needs at least {FEWEST_ARMS[design]} arms",
            "arms",
            found=list(arms),
            expected="[arms] with each treatment, as placebo = { reference = true }",
        )
    if design != SINGLE_ARM and arms and "allocations" not in study.sources:
        yield problem_at(
            "nothing says who was allocated to which arm",
            "arms",
            expected="[[sources.allocations]] with a file",
        )
    references = [name for name, arm in arms.items() if arm.reference]
    for name in references[1:]:
        yield problem_at(
            f"{references[0]!r} is the reference arm already",
            child(child("arms", name), "reference"),
            found=True,
            expected="reference = true in one arm",
        )
    yield from _arm_names(study)


def _arm_names(study: Study) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, arm in study.arms.items():
        for text in dict.fromkeys(text.strip().casefold() for text in (name, *arm.aliases)):
            if owner.setdefault(text, name) != name:
                yield problem_at(
                    f"the arms {owner[text]!r} and {name!r} share the name {text!r}",
                    child("arms", name),
                    expected="ids and aliases that differ, whatever the case",
                )


def factor_problems(
    study: Study,
    registry: Registry,  # noqa: ARG001 - every check has one signature
) -> Iterator[Problem]:
    """Factors that are made of no column or of themselves, and levels that are pooled twice."""
    for name, factor in study.factors.items():
        path = child("factors", name)
        if "subjects" not in study.sources:
            yield problem_at(
                f"nothing holds the column of the factor {name!r}",
                path,
                expected="[[sources.subjects]] with a file",
            )
        yield from _factor_columns(factor, path)
        pools: dict[str, str] = {}
        for pooled, levels in factor.pool.items():
            for level in levels:
                if level in pools:
                    yield problem_at(
                        f"the level {level!r} is pooled twice, into {pools[level]!r} too",
                        child(child(path, "pool"), pooled),
                        found=level,
                        expected="each level once",
                    )
                pools[level] = pooled


def _factor_columns(factor: Factor, path: str) -> Iterator[Problem]:
    if factor.column is not None and factor.randomised is not None:
        yield problem_at(
            "one column decides the level",
            child(path, "column"),
            found=factor.column,
            expected="randomised alone, where subjects were randomised by it; column alone elsewhere",
        )
    if factor.recorded is not None and factor.randomised is None:
        yield problem_at(
            "a level that was recorded is held against the one that was used in randomising",
            child(path, "recorded"),
            found=factor.recorded,
            expected='randomised = "column" with it, or column in its place',
        )
    if factor.recorded is not None and factor.recorded == factor.source:
        yield problem_at(
            "the level as recorded is in another column than the one as randomised",
            child(path, "recorded"),
            found=factor.recorded,
            expected="two columns",
        )
    if not factor.is_plain and factor.id in (factor.source, factor.recorded):
        yield problem_at(
            f"the factor has the name of the column {factor.id!r}, whose place it would take",
            path,
            found=factor.id,
            expected=f"another name, as [factors.{factor.id}_stratum], which endpoints then name",
        )


def label_problems(
    study: Study,
    registry: Registry,  # noqa: ARG001 - every check has one signature
) -> Iterator[Problem]:
    """Labels that say nothing, that two share, or of a place that is nearly another."""
    sections: Mapping[str, Mapping[str, Any]] = {
        "populations": study.populations,
        "analyses": study.analyses,
        "columns": study.columns,
        "locations": study.locations,
        "milestones": study.milestones,
        "treatments": study.treatments,
    }
    for section, items in sections.items():
        yield from _labels(section, {name: item.label for name, item in items.items()})
    for name, column in study.columns.items():
        yield from _labels(child(child("columns", name), "values"), column.values, key="")
    known = _locations(study)
    for name in study.locations:
        # A place may stand in the files alone: only a slip of one that the study names is refused.
        if name not in known and (hint := did_you_mean(name, known)):
            yield problem_at(
                f"no endpoint and no source names the place {name!r}",
                child("locations", name),
                found=name,
                expected="a place as the data have it",
                hint=hint,
            )


def _labels(
    section: str, labels: Mapping[str, str | None], key: str = "label"
) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for name, label in labels.items():
        if label is None:
            continue
        path = child(section, name)
        path = child(path, key) if key else path
        if not label.strip():
            yield problem_at(
                "a label that says nothing", path, found=label, expected="words, or no label"
            )
        elif owner.setdefault(label.strip().casefold(), name) != name:
            other = owner[label.strip().casefold()]
            yield problem_at(
                f"{other!r} and {name!r} share the label {label!r}: a reader could not tell them",
                path,
                found=label,
                expected="labels that differ, whatever the case",
            )


def _locations(study: Study) -> tuple[str, ...]:
    """Every place that the study file names: in endpoints, and in what sources recode or state."""
    of_endpoints = (place for one in study.endpoints.values() for place in _endpoint_places(one))
    specs = [spec for entries in study.sources.values() for spec in entries]
    constants = (spec.constants.get("location") for spec in specs)
    recoded = (word for spec in specs for word in (spec.values.get("location") or {}).values())
    words = (*of_endpoints, *constants, *recoded)
    return tuple(dict.fromkeys(word for word in words if isinstance(word, str)))


def _endpoint_places(endpoint: Endpoint) -> Iterable[str]:
    place = endpoint.location
    return () if place is None else (place,) if isinstance(place, str) else place
