"""The bounds in force on what endpoints are made of, as a lock holds them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes.study.bounds import bounds_in_force, range_place, usual_kind

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["bounds_text", "bounds_under", "locked_bounds"]

RANGE_CHECK = "range"
ENDS = ("minimum", "maximum")


def locked_bounds(study: Study, registry: Registry) -> dict[str, dict[str, Any]]:
    """Measure = its bounds, of every measure that an endpoint is made of; empty where it has none.

    They are held as values and not as a digest of the plugin, whose code may change while its
    bounds stay, and with their kinds, which say whether a value beyond one decides. Plausible
    bounds are among them where `quality.leave_out` keeps out what they catch: else they only warn.
    """
    measures = dict.fromkeys(
        measure
        for endpoint in study.endpoints.values()
        for measure in bounds_under(registry, endpoint.measure)
    )
    return {measure: _locked(study, registry, measure) for measure in measures}


def bounds_under(registry: Registry, measure: str | None) -> Iterator[str]:
    """The measure, and those of its owner that it is computed from."""
    parameter = registry.parameter(measure or "")
    owner = registry.owner((measure or "").partition(".")[0])
    if parameter is None or owner is None:
        return
    codes = [parameter.code]
    # The list grows as it is read, until no part has further parts.
    for code in codes:
        codes += [part for part in _parts(owner, code) if part not in codes]
    yield from (f"{owner.name}.{code}" for code in codes)


def _parts(owner: Instrument | Scale, code: str) -> list[str]:
    expr = next(parameter.expr for parameter in owner.parameters if parameter.code == code)
    names = set() if expr is None else set(expr.meta.root_names())
    return [parameter.code for parameter in owner.parameters if parameter.code in names]


def _locked(study: Study, registry: Registry, measure: str) -> dict[str, Any]:
    """The bounds of a measure that decide; the kind of one where it is not the usual."""
    bounds, parameter = bounds_in_force(study, registry, measure), registry.parameter(measure)
    assert bounds is not None
    assert parameter is not None
    held: dict[str, Any] = {}
    if (bounds.minimum, bounds.maximum) != (None, None):
        held["possible"] = [bounds.minimum, bounds.maximum]
    usual = usual_kind(parameter)
    for end in ENDS:
        kind = getattr(bounds, f"{end}_is")
        if getattr(bounds, end) is not None and kind != usual:
            held[f"{end}_is"] = kind
    if bounds.values is not None:
        held["values"] = list(bounds.values)
    if RANGE_CHECK in study.quality.leave_out and (bounds.low, bounds.high) != (None, None):
        held["plausible"] = [bounds.low, bounds.high]
    if RANGE_CHECK in study.quality.leave_out:
        for own in bounds.ranges:
            held[f"plausible {range_place(own)}"] = [own.low, own.high]
    return held


def bounds_text(bounds: dict[str, Any]) -> str:
    """Bounds in words, as a lock and a report have them: possible 0 (definition) to 10."""
    words = []
    for name, values in bounds.items():
        if name == "values":
            words.append(f"values {', '.join(f'{value:g}' for value in values)}")
        elif name == "possible":
            ends = (
                _side(value) + (f" ({kind})" if (kind := bounds.get(f"{end}_is")) else "")
                for end, value in zip(ENDS, values, strict=True)
            )
            words.append(f"possible {' to '.join(ends)}")
        elif name.startswith("plausible"):
            words.append(f"{name} {' to '.join(map(_side, values))}")
    return "; ".join(words) or "none"


def _side(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"
