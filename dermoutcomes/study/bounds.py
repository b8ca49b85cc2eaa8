"""The bounds of a measure that are in force: those of its plugin and of the study together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter, PlausibleRange
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["Bounds", "bounds_in_force", "range_place", "usual_kind"]

CODED = ("item", "score")


@frozen
class Bounds:
    """What a measure can be: as declared, or as the study has it with its reason."""

    minimum: float | None
    maximum: float | None
    minimum_is: str
    maximum_is: str
    low: float | None
    high: float | None
    values: tuple[float, ...] | None
    unit: str
    # Of some places or settings, in place of low and high; none where the study states its own.
    ranges: tuple[PlausibleRange, ...] = ()


def bounds_in_force(study: Study, registry: Registry, measure: str) -> Bounds | None:
    """The bounds of a measure; None for one that nobody declares."""
    parameter = registry.parameter(measure)
    if parameter is None:
        return None
    own = study.quality.bounds.get(measure)
    usual = usual_kind(parameter)
    low, high = study.quality.ranges.get(measure, (parameter.low, parameter.high))
    return Bounds(
        minimum=_first(own.minimum if own else None, parameter.minimum),
        maximum=_first(own.maximum if own else None, parameter.maximum),
        minimum_is=(own and own.minimum_is) or parameter.minimum_is or usual,
        maximum_is=(own and own.maximum_is) or parameter.maximum_is or usual,
        low=_real(low),
        high=_real(high),
        values=None if parameter.values is None else tuple(map(float, parameter.values)),
        unit=parameter.unit,
        ranges=() if measure in study.quality.ranges else parameter.ranges,
    )


def range_place(own: PlausibleRange) -> str:
    """Where a range holds, in words: at forehead or cheek, with probe_mm 2."""
    places = [f"at {' or '.join(own.locations)}"] if own.locations else []
    return " ".join([*places, *(f"with {code} {value:g}" for code, value in own.settings.items())])


def usual_kind(parameter: Parameter) -> str:
    """Items and scores are coded, so that their bounds are what they are; others are assumed."""
    return "definition" if parameter.kind in CODED else "assumed"


def _first(*bounds: float | None) -> float | None:
    return next((float(bound) for bound in bounds if bound is not None), None)


def _real(bound: float | None) -> float | None:
    return None if bound is None else float(bound)
