"""The bounds in force on what endpoints are made of: those of plugins and of the study together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["bounds_in_force", "bounds_text", "bounds_under"]

RANGE_CHECK = "range"


def bounds_in_force(study: Study, registry: Registry) -> dict[str, dict[str, Any]]:
    """Measure = its bounds, of every measure that an endpoint is made of; empty where it has none.

    They are held as values and not as a digest of the plugin, whose code may change while its
    bounds stay. Plausible bounds are among them where `quality.leave_out` keeps out what they
    catch: else they only warn.
    """
    measures = dict.fromkeys(
        measure
        for endpoint in study.endpoints.values()
        for measure in bounds_under(registry, endpoint.measure)
    )
    return {measure: _bounds(study, registry, measure) for measure in measures}


def bounds_under(registry: Registry, measure: str | None) -> Iterator[str]:
    """The measure, and those of its owner that it is computed from."""
    parameter = registry.parameter(measure or "")
    owner = registry.owner((measure or "").partition(".")[0])
    if parameter is None or owner is None:
        return
    codes = [parameter.code]
    for code in codes:
        codes += [part for part in _parts(owner, code) if part not in codes]
    yield from (f"{owner.name}.{code}" for code in codes)


def _parts(owner: Instrument | Scale, code: str) -> list[str]:
    expr = next(parameter.expr for parameter in owner.parameters if parameter.code == code)
    names = set() if expr is None else set(expr.meta.root_names())
    return [parameter.code for parameter in owner.parameters if parameter.code in names]


def _bounds(study: Study, registry: Registry, measure: str) -> dict[str, Any]:
    parameter = registry.parameter(measure)
    assert parameter is not None
    own = study.quality.bounds.get(measure)
    possible = (
        parameter.minimum if own is None or own.minimum is None else own.minimum,
        parameter.maximum if own is None or own.maximum is None else own.maximum,
    )
    bounds: dict[str, Any] = {} if possible == (None, None) else {"possible": _reals(possible)}
    if parameter.values is not None:
        bounds["values"] = _reals(parameter.values)
    plausible = _plausible(study, parameter, measure)
    if RANGE_CHECK in study.quality.leave_out and plausible != (None, None):
        bounds["plausible"] = _reals(plausible)
    return bounds


def _plausible(study: Study, parameter: Parameter, measure: str) -> tuple[Any, ...]:
    return tuple(study.quality.ranges.get(measure, (parameter.low, parameter.high)))


def _reals(values: tuple[Any, ...]) -> list[float | None]:
    """As floats, so that a bound of 10 and one of 10.0 are one bound."""
    return [None if value is None else float(value) for value in values]


def bounds_text(bounds: dict[str, Any]) -> str:
    """Bounds in words, as a lock and a report have them."""
    words = [
        f"{kind} {', '.join(f'{value:g}' for value in values)}"
        if kind == "values"
        else f"{kind} {_side(values[0])} to {_side(values[1])}"
        for kind, values in bounds.items()
    ]
    return "; ".join(words) or "none"


def _side(value: float | None) -> str:
    return "any" if value is None else f"{value:g}"
