"""Measures: whether what an endpoint names exists, may be used so, and was verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.declare import Instrument, Parameter, Scale
from dermoutcomes.options.key_path import child
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.names import problem_at, unknown_name
from dermoutcomes.study.scale_names.unverified import unverified_rules_of
from dermoutcomes.study.sections.reductions import Training

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = [
    "OWNERS",
    "improves",
    "is_relative",
    "known_codes",
    "lacks_direction",
    "measure_problems",
    "owner_of",
    "parameter_of",
    "unverified_directions",
]

DIRECTIONS = {"up": "when higher", "down": "when lower", None: "at all"}
# The kinds of what a measure is of.
OWNERS = ("instruments", "scales")


def known_codes(registry: Registry) -> tuple[str, ...]:
    """Every instrument, scale and measure by name."""
    return (*registry.instruments, *registry.scales, *registry.measures())


def owner_of(registry: Registry, endpoint: Endpoint) -> Instrument | Scale | None:
    """The instrument or scale that the endpoint measures with."""
    return registry.owner((endpoint.measure or "").partition(".")[0])


def parameter_of(registry: Registry, endpoint: Endpoint) -> Parameter | None:
    """What the endpoint measures, as its plugin declares it."""
    return registry.parameter(endpoint.measure or "")


def is_relative(registry: Registry, endpoint: Endpoint) -> bool:
    """Whether a value of the endpoint is itself a change, so that it has no baseline."""
    owner = owner_of(registry, endpoint)
    return isinstance(owner, Scale) and owner.relative


def improves(registry: Registry, endpoint: Endpoint) -> str | None:
    """Which way is better: as the endpoint says, or as its measure does."""
    parameter = parameter_of(registry, endpoint)
    return endpoint.improves or (parameter.improves if parameter else None)


def lacks_direction(registry: Registry, endpoint: Endpoint) -> bool:
    """Whether nothing says which way is better; of an unknown measure nobody can tell."""
    unknown_measure = endpoint.measure is not None and parameter_of(registry, endpoint) is None
    return improves(registry, endpoint) is None and not unknown_measure


def measure_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Endpoints whose measure is unknown, unverified, or does not fit what they ask of it."""
    for name, endpoint in study.endpoints.items():
        path = child("endpoints", name)
        parameter = parameter_of(registry, endpoint)
        if endpoint.measure is None:
            yield from _without_measure(endpoint, path)
        elif parameter is None:
            yield _unknown_measure(registry, endpoint.measure, child(path, "measure"))
        elif parameter.kind == "setting":
            yield problem_at(
                f"{endpoint.measure!r} is a setting of the device, not an outcome",
                child(path, "measure"),
                found=endpoint.measure,
            )
        else:
            if name in study.main_endpoints:
                yield from _unverified(study, endpoint.measure, parameter, child(path, "measure"))
                yield from _unverified_direction(study, name, endpoint, parameter)
                yield from _unverified_rules(study, registry, name, endpoint)
            yield from _conversion(study, registry, endpoint, path)
            yield from _percent(endpoint, parameter, path)
            yield from _ratio(endpoint, parameter, path)
            yield from _curves(registry, endpoint, path)
            yield from _rater(study, registry, endpoint, path)


def _without_measure(endpoint: Endpoint, path: str) -> Iterator[Problem]:
    composite = endpoint.responder is not None and (
        endpoint.responder.all_of or endpoint.responder.any_of
    )
    if not composite and endpoint.event is None:
        yield problem_at(
            "the endpoint does not say what is measured",
            path,
            expected='measure = "instrument.parameter", responder.all_of or any_of, or event',
        )


def _unknown_measure(registry: Registry, measure: str, path: str) -> Problem:
    name, _, code = measure.partition(".")
    owner = registry.owner(name)
    if owner is None:
        return undeclared_name(
            registry,
            OWNERS,
            "measure",
            measure,
            registry.measures(),
            path,
            "install or name the plugin that declares it",
        )
    codes = tuple(f"{name}.{parameter.code}" for parameter in owner.parameters)
    if not code:
        return problem_at(
            f"{name!r} is a whole {type(owner).__name__.lower()}, not one of its measures",
            path,
            found=measure,
            expected="one of " + ", ".join(codes),
        )
    return unknown_name("measure", measure, codes, path)


def _ratio(endpoint: Endpoint, parameter: Parameter, path: str) -> Iterator[Problem]:
    """A ratio of means needs the numbers that the ratio is made of, and so an expression."""
    if endpoint.replicates.ratio == "ratio of means" and parameter.expr is None:
        yield problem_at(
            f"{endpoint.measure!r} is not derived from other codes, so no ratio of means can be "
            "formed",
            child(child(path, "replicates"), "ratio"),
            found=endpoint.replicates.ratio,
            expected='"mean of ratios"',
        )


def _unverified(study: Study, measure: str, parameter: Parameter, path: str) -> Iterator[Problem]:
    """A measure without a source that was read, where the endpoint decides."""
    accepted = study.study.accept_unverified
    if (
        not parameter.verified
        and measure not in accepted
        and measure.partition(".")[0] not in accepted
    ):
        yield problem_at(
            f"the definition of {measure!r} was not verified against a primary source",
            path,
            found=measure,
            expected=f'accept_unverified = ["{measure}"] in [study], if it is used all the same; '
            'the report then says so. An endpoint with role = "exploratory" that no claim names '
            "needs none",
        )


def unverified_directions(registry: Registry) -> Iterator[str]:
    """What a study writes to accept a direction whose source was not read: measure.improves."""
    for measure in registry.measures():
        parameter = registry.parameter(measure)
        if parameter is not None and "improves" in parameter.unverified:
            yield f"{measure}.improves"


def _unverified_direction(
    study: Study, name: str, endpoint: Endpoint, parameter: Parameter
) -> Iterator[Problem]:
    """A usual direction without a source, where the endpoint decides."""
    if endpoint.improves is not None or "improves" not in parameter.unverified:
        return
    accepted = f"{endpoint.measure}.improves"
    if accepted not in study.study.accept_unverified:
        yield problem_at(
            f"that {endpoint.measure!r} is better {DIRECTIONS[parameter.improves]} is usual, and "
            "no source of it was read",
            child(child("endpoints", name), "improves"),
            expected='improves = "up" or "down", as the protocol says; or accept_unverified = '
            f'["{accepted}"] in [study]',
        )


def _unverified_rules(
    study: Study, registry: Registry, name: str, endpoint: Endpoint
) -> Iterator[Problem]:
    """Responders and bands without a source that was read, where the endpoint decides."""
    for rule in unverified_rules_of(registry, endpoint):
        if rule.accepted_as not in study.study.accept_unverified:
            yield problem_at(
                f"the source of {rule.words} was not read",
                child(child("endpoints", name), rule.key),
                found=rule.accepted_as.rpartition(".")[2],
                expected=f'accept_unverified = ["{rule.accepted_as}"] in [study], if it is used '
                "all the same; the report then says so",
            )


def _conversion(
    study: Study, registry: Registry, endpoint: Endpoint, path: str
) -> Iterator[Problem]:
    """A score that a table of the licence makes, and no source that has table or score."""
    name, _, code = (endpoint.measure or "").partition(".")
    owner = registry.owner(name)
    form = owner.form if isinstance(owner, Scale) else None
    if form is None or code not in form.conversions:
        return
    specs = study.sources.get(name, ())
    if not any(spec.conversion or code in spec.columns for spec in specs):
        yield problem_at(
            f"{endpoint.measure!r} is made by a table of the licence, and no source names one",
            child(path, "measure"),
            found=endpoint.measure,
            expected=f'conversion = "TABLE.csv" in [[sources.{name}]], a file with the columns '
            f'{form.conversions[code].of} and {code}; or columns.{code} = "…" where the export '
            f"has the score; or measure = {name}.{form.conversions[code].of}",
        )


def _percent(endpoint: Endpoint, parameter: Parameter, path: str) -> Iterator[Problem]:
    if parameter.scale_type == "ratio":
        return
    reason = (
        f"a percent change of {endpoint.measure!r} means nothing: its scale type is "
        f"{parameter.scale_type}, so that its zero is not the absence of what is measured"
    )
    if endpoint.analyse == "pct_change":
        yield problem_at(
            reason, child(path, "analyse"), found="pct_change", expected="change or value"
        )
    if endpoint.responder is not None and endpoint.responder.pct_change is not None:
        yield problem_at(
            reason,
            child(child(path, "responder"), "pct_change"),
            found=endpoint.responder.pct_change,
            expected="a condition on change or value",
        )


def _curves(registry: Registry, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    owner = owner_of(registry, endpoint)
    if endpoint.origin == "curves" and (not isinstance(owner, Instrument) or owner.curves is None):
        yield problem_at(
            f"{endpoint.measure!r} is not computed from curves",
            child(path, "origin"),
            found="curves",
            expected="auto or device",
        )


def _rater(study: Study, registry: Registry, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """Raters of two roles are never pooled, so a scale that several roles rate asks which."""
    owner = owner_of(registry, endpoint)
    roles = owner.rater_roles if isinstance(owner, Scale) else ()
    if endpoint.rater is None:
        if len(roles) > 1:
            yield problem_at(
                f"{endpoint.measure!r} is rated by several roles, which are never pooled",
                path,
                expected="rater = { role = … } with " + " or ".join(map(repr, roles)),
            )
    elif (
        roles
        and endpoint.rater.role not in (known_roles := (*roles, *_roles_in_data(study, endpoint)))
        and not _open_roles(study, endpoint)
    ):
        yield unknown_name(
            "role of a rater", endpoint.rater.role, known_roles, child(child(path, "rater"), "role")
        )
    if endpoint.rater is not None and endpoint.rater.training == Training():
        yield problem_at(
            "a training of raters of which nothing is said",
            child(child(path, "rater"), "training"),
            found={},
            expected="some of date, by, on and criterion",
            hint='training = { date = 2024-02-20, by = "…", on = "…", criterion = "…" }',
        )


def _roles_in_data(study: Study, endpoint: Endpoint) -> tuple[str, ...]:
    """Roles that the sources of the scale state or recode to."""
    specs = study.sources.get((endpoint.measure or "").partition(".")[0], ())
    constants = [spec.constants.get("rater_role") for spec in specs]
    recodings = [
        word for spec in specs for word in dict(spec.values.get("rater_role", {})).values()
    ]
    return tuple(str(role) for role in (*constants, *recodings) if role is not None)


def _open_roles(study: Study, endpoint: Endpoint) -> bool:
    """Whether some source has a column of roles whose words are its own."""
    specs = study.sources.get((endpoint.measure or "").partition(".")[0], ())
    return any("rater_role" in spec.columns and "rater_role" not in spec.values for spec in specs)
