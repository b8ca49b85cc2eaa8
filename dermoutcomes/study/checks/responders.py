"""Responders: conditions that can be compared exactly, and endpoints made of other endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dermoutcomes.conditions import parse_condition
from dermoutcomes.options.key_path import child
from dermoutcomes.study import Responder
from dermoutcomes.study.checks.measures import (
    is_relative,
    lacks_direction,
    owner_of,
    parameter_of,
)
from dermoutcomes.study.names import problem_at, unknown_name, unknown_or_repeated
from dermoutcomes.study.scale_names.named_rules import (
    band_tables_of,
    named_responders,
    responder_rule,
)

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Endpoint, Study

__all__ = ["responder_problems"]

CONDITION_KEYS = ("value", "base", "change", "pct_change")
CHANGE_KEYS = ("base", "change", "pct_change")


def responder_problems(study: Study, registry: Registry) -> Iterator[Problem]:
    """Responders that say nothing, cannot be read, or are made of themselves."""
    for name, endpoint in study.endpoints.items():
        yield from _bands(registry, endpoint, child(child("endpoints", name), "bands"))
        if endpoint.responder is not None:
            path = child(child("endpoints", name), "responder")
            yield from _named(registry, endpoint, endpoint.responder, path)
            yield from _other_codes(registry, endpoint, endpoint.responder, path)
            yield from _conditions(endpoint.responder, path)
            yield from _direction(registry, endpoint, endpoint.responder, path)
            yield from _change_of_a_change(registry, endpoint, endpoint.responder, path)
            yield from _parts(study, name, endpoint.responder, path)
        elif endpoint.kind == "binary":
            yield problem_at(
                "a binary endpoint says who responds",
                child(child("endpoints", name), "kind"),
                found="binary",
                expected='responder = { value = "<= 3" }',
            )
    for name, condition in study.eligibility.items():
        if name not in study.endpoints:
            yield unknown_name("endpoint", name, study.endpoints, child("eligibility", name))
        yield from _condition(condition, child("eligibility", name))


def _bands(registry: Registry, endpoint: Endpoint, path: str) -> Iterator[Problem]:
    """A table of bands that the scale has not for what the endpoint measures."""
    if endpoint.bands is None or (
        endpoint.measure is not None and parameter_of(registry, endpoint) is None
    ):
        return
    tables = band_tables_of(registry, endpoint)
    if not tables:
        yield problem_at(
            f"no scale has bands of {endpoint.measure or 'an endpoint without a measure'}",
            path,
            found=endpoint.bands,
            expected="no key `bands`, or a measure with bands: see dermoutcomes explain SCALE",
        )
    elif endpoint.bands not in tables:
        yield unknown_name(f"table of bands of {endpoint.measure}", endpoint.bands, tables, path)


def _named(
    registry: Registry, endpoint: Endpoint, responder: Responder, path: str
) -> Iterator[Problem]:
    """A name that the scale has not, that is of another score, or beside conditions of its own."""
    if responder.named is None or (
        endpoint.measure is not None and parameter_of(registry, endpoint) is None
    ):
        return
    known = named_responders(registry, endpoint)
    owner, _, code = (endpoint.measure or "").partition(".")
    if not known:
        yield problem_at(
            f"{owner or 'an endpoint without a measure'} has no responders by name",
            path,
            found=responder.named,
            expected='its conditions, as responder = { pct_change = "<= -75" }',
        )
        return
    if responder.named not in known:
        yield unknown_name(f"responder of {owner}", responder.named, known, path)
        return
    named = known[responder.named]
    codes = dict.fromkeys(other for other, _ in (*named.among, *named.meets))
    of_base = [other for other, _ in named.among] or [*codes]
    if code not in codes or {*(other for other, _ in named.among)} - {code}:
        yield problem_at(
            f"the responder {named.name!r} is of {owner}.{of_base[0]}",
            child(path.removesuffix(".responder"), "measure"),
            found=endpoint.measure,
            expected=f'measure = "{owner}.{of_base[0]}"',
        )
    elif responder.states_conditions and responder != responder_rule(
        Responder(
            named=responder.named,
            all_of=responder.all_of,
            any_of=responder.any_of,
            on_both_sides=responder.on_both_sides,
        ),
        named,
        code,
    ):
        yield problem_at(
            f"the responder {named.name!r} has its conditions from the scale",
            path,
            expected=f'responder = "{named.name}", or conditions without `named`',
        )


def _other_codes(
    registry: Registry, endpoint: Endpoint, responder: Responder, path: str
) -> Iterator[Problem]:
    """Conditions on codes that the scale has not, or that are no comparisons."""
    owner = owner_of(registry, endpoint)
    codes = [parameter.code for parameter in owner.parameters] if owner else []
    for code, conditions in responder.other_codes.items():
        place = child(child(path, "other_codes"), code)
        if owner is None or code not in codes:
            name = owner.name if owner else "an endpoint without a measure"
            yield unknown_name(f"code of {name}", code, codes, place)
        for key, text in conditions.items():
            if key not in CONDITION_KEYS:
                yield unknown_name("condition", key, CONDITION_KEYS, child(place, key))
            else:
                yield from _condition(text, child(place, key))


def _conditions(responder: Responder, path: str) -> Iterator[Problem]:
    conditions = [key for key in CONDITION_KEYS if getattr(responder, key) is not None]
    for key in conditions:
        yield from _condition(getattr(responder, key), child(path, key))
    if (
        not responder.states_conditions
        and responder.named is None
        and not responder.all_of
        and not responder.any_of
    ):
        yield problem_at(
            "the responder says nothing",
            path,
            expected='a condition, as value = "<= 3" or pct_change = "<= -75"',
        )


def _condition(text: str, path: str) -> Iterator[Problem]:
    """A comparison with a number: a text alone would be compared as text."""
    try:
        is_text = isinstance(parse_condition("value", text).value, str)
    except ValueError:
        is_text = True
    if is_text:
        yield problem_at(
            "not a comparison with a number",
            path,
            found=text,
            expected='<, <=, >, >=, = or != and a number, as "<= 3"',
        )


def _direction(
    registry: Registry, endpoint: Endpoint, responder: Responder, path: str
) -> Iterator[Problem]:
    if responder.improved_by is not None and lacks_direction(registry, endpoint):
        yield problem_at(
            "nothing says which way is better",
            child(path, "improved_by"),
            found=responder.improved_by,
            expected='improves = "up" or "down" in the endpoint',
        )


def _change_of_a_change(
    registry: Registry, endpoint: Endpoint, responder: Responder, path: str
) -> Iterator[Problem]:
    if not is_relative(registry, endpoint):
        return
    for key in CHANGE_KEYS:
        if getattr(responder, key) is not None:
            yield problem_at(
                f"{endpoint.measure!r} is itself a change and has no baseline",
                child(path, key),
                found=getattr(responder, key),
                expected=f'value = "{getattr(responder, key)}"',
            )


def _parts(study: Study, name: str, responder: Responder, path: str) -> Iterator[Problem]:
    """The parts of a composite exist, have responders, and are not made of the composite."""
    for key in ("all_of", "any_of"):
        parts, parts_path = getattr(responder, key), child(path, key)
        yield from unknown_or_repeated("endpoint", parts, study.endpoints, parts_path)
        for part in parts:
            endpoint = study.endpoints.get(part)
            if endpoint is not None and endpoint.responder is None:
                yield problem_at(
                    f"the endpoint {part!r} has no responder",
                    parts_path,
                    found=list(parts),
                    expected="endpoints with responders",
                )
            elif name in _components(study, part):
                yield problem_at(
                    f"the endpoint {name!r} would be made of itself",
                    parts_path,
                    found=list(parts),
                    expected="other endpoints",
                )


def _components(study: Study, name: str) -> set[str]:
    """The endpoint and all that it is made of."""
    components: set[str] = set()
    unvisited = [name]
    while unvisited:
        current = unvisited.pop()
        endpoint = study.endpoints.get(current)
        if current not in components and endpoint is not None and endpoint.responder is not None:
            unvisited += [*endpoint.responder.all_of, *endpoint.responder.any_of]
        components.add(current)
    return components
