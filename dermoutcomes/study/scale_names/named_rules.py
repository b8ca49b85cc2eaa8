"""Responders that a study states by their name, with the conditions that their scale has for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve

from dermoutcomes.conditions import Condition, Conditions
from dermoutcomes.declare import Scale
from dermoutcomes.declare.forms.scale_form import NamedResponder

if TYPE_CHECKING:
    from dermoutcomes.declare.forms.scale_form import BandTable, ImportantChange
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Responder, Study

__all__ = [
    "band_table_of",
    "band_tables_of",
    "named_responder",
    "named_responders",
    "responder_rule",
    "with_named_rules",
]

# How the label of an endpoint ends that stands on a source that was not read.
UNVERIFIED = " (unverified)"


def with_named_rules(study: Study, registry: Registry) -> Study:
    """The study with the conditions of each responder that it names.

    A name that the scale has not, or that does not fit its endpoint, stays without conditions:
    `check_study` says so. Whoever is not among those that the name can judge is left out by the
    endpoint's `among`, and so is on the record. An endpoint without a label gets that of the name.
    The label of one whose measure was not verified says so, in the head of all its tables.
    """
    endpoints = {
        name: _with_doubt(registry, _with_rule(registry, item))
        for name, item in study.endpoints.items()
    }
    changed = any(endpoints[name] is not item for name, item in study.endpoints.items())
    return evolve(study, endpoints=endpoints) if changed else study


def named_responders(registry: Registry, endpoint: Endpoint) -> Mapping[str, NamedResponder]:
    """The responders that the scale of an endpoint has by name.

    An important change of a person in what the endpoint measures is one too: who is better by it
    or more. Which way is better must be known for that.
    """
    name, _, code = (endpoint.measure or "").partition(".")
    scale = registry.owner(name)
    form = scale.form if isinstance(scale, Scale) else None
    if form is None:
        return {}
    parameter = registry.parameter(endpoint.measure or "")
    improves = endpoint.improves or (parameter.improves if parameter else None)
    changes = [change for change in form.important_changes if improves and change.of == code]
    better = [_of_change(change, improves) for change in changes if not change.worsening]
    return {responder.name: responder for responder in (*better, *form.responders)}


def named_responder(registry: Registry, endpoint: Endpoint) -> NamedResponder | None:
    """The responder that an endpoint names, as its scale has it."""
    rule = endpoint.responder
    if rule is None or rule.named is None:
        return None
    return named_responders(registry, endpoint).get(rule.named)


def band_tables_of(registry: Registry, endpoint: Endpoint) -> Mapping[str, BandTable]:
    """The tables of bands that the scale has of what an endpoint measures, by name."""
    name, _, code = (endpoint.measure or "").partition(".")
    scale = registry.owner(name)
    form = scale.form if isinstance(scale, Scale) else None
    return {table.name: table for table in form.band_tables if table.of == code} if form else {}


def band_table_of(registry: Registry, endpoint: Endpoint) -> BandTable | None:
    """The table of bands that an endpoint names, as its scale has it."""
    return band_tables_of(registry, endpoint).get(endpoint.bands) if endpoint.bands else None


def _of_change(change: ImportantChange, improves: str | None) -> NamedResponder:
    """Whoever is better by an important change or more. Never of a difference of two means."""
    column, size = (
        ("change", change.points)
        if change.points is not None
        else ("pct_change", change.percent or 0.0)
    )
    operator, limit, word = ("<=", -size, "lower") if improves == "down" else (">=", size, "higher")
    unit = "" if column == "change" else " %"
    return NamedResponder(
        change.name,
        f"{word} by {size:g}{unit} or more, an important change of one person",
        ((change.of, Condition(column, operator, limit)),),
        source=change.source,
        verified=change.verified,
    )


def responder_rule(rule: Responder, named: NamedResponder, code: str) -> Responder:
    """The conditions of a named responder: those of `code` itself, and of other codes."""
    others = dict.fromkeys(other for other, _ in named.meets if other != code)
    own: Mapping[str, Any] = _texts(condition for other, condition in named.meets if other == code)
    return evolve(
        rule,
        **own,
        other_codes={
            other: _texts(condition for name, condition in named.meets if name == other)
            for other in others
        },
    )


def _with_rule(registry: Registry, endpoint: Endpoint) -> Endpoint:
    rule, named = endpoint.responder, named_responder(registry, endpoint)
    code = (endpoint.measure or "").partition(".")[2]
    if rule is None or named is None or rule.states_conditions:
        return endpoint
    # The checks tell of a responder that is of other codes; it is left as it stands.
    if {code} != {other for other, _ in named.among} | {code} or code not in dict(named.meets):
        return endpoint
    among = tuple(condition for _, condition in named.among)
    parameter = registry.parameter(endpoint.measure or "")
    score = parameter.label if parameter else ""
    doubt = "" if named.verified else UNVERIFIED
    label = named.label if named.label.startswith(score) else f"{score}: {named.label}"
    return evolve(
        endpoint,
        label=f"{endpoint.label or label}{doubt}",
        responder=responder_rule(rule, named, code),
        among=Conditions((*endpoint.among.parts, *among)),
    )


def _with_doubt(registry: Registry, endpoint: Endpoint) -> Endpoint:
    parameter = registry.parameter(endpoint.measure or "")
    if parameter is None or parameter.verified or endpoint.name.endswith(UNVERIFIED):
        return endpoint
    return evolve(endpoint, label=f"{endpoint.name}{UNVERIFIED}")


def _texts(conditions: Iterable[Condition]) -> dict[str, str]:
    """Column = condition, as a study file has it."""
    return {
        condition.column: str(condition).removeprefix(condition.column).strip()
        for condition in conditions
    }
