"""The bounds of measures that are in force, and the values that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.declare import Parameter
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["Bounds", "bounds_in_force", "impossible_values", "with_bounds", "with_ends_of_devices"]

# Kinds of bounds beyond which there is no reading.
EXCLUDING = ("definition", "saturation")
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


def bounds_in_force(study: Study, registry: Registry, measure: str) -> Bounds | None:
    """The bounds of a measure; None for one that nobody declares."""
    parameter = registry.parameter(measure)
    if parameter is None:
        return None
    own = study.quality.bounds.get(measure)
    usual = _usual_kind(parameter)
    low, high = study.quality.ranges.get(measure, (parameter.low, parameter.high))
    return Bounds(
        minimum=_first(own.minimum if own else None, parameter.minimum),
        maximum=_first(own.maximum if own else None, parameter.maximum),
        minimum_is=(own and own.minimum_is) or parameter.minimum_is or usual,
        maximum_is=(own and own.maximum_is) or parameter.maximum_is or usual,
        low=_real(low),
        high=_real(high),
        values=parameter.values,
        unit=parameter.unit,
    )


def _usual_kind(parameter: Parameter) -> str:
    """Items and scores are coded, so that their bounds are what they are; others are assumed."""
    return "definition" if parameter.kind in CODED else "assumed"


def _first(*bounds: float | None) -> float | None:
    return next((float(bound) for bound in bounds if bound is not None), None)


def _real(bound: float | None) -> float | None:
    return None if bound is None else float(bound)


def with_bounds(
    study: Study, registry: Registry, rows: pl.DataFrame, measures: Iterable[str]
) -> pl.DataFrame:
    """The rows of these measures with a value, and what it is by their bounds.

    Adds `minimum`, `maximum`, `low`, `high`, `bound_unit` and five Booleans: `impossible` (outside
    a definition, or beyond the end of the device), `uncoded` (not among the values of a scale),
    `at_end` (of the device), `outside` (an assumed bound), `unlikely` (what is plausible).
    """
    bounds = [
        (measure, found)
        for measure in measures
        if (found := bounds_in_force(study, registry, measure)) is not None
    ]
    table = pl.DataFrame(
        [
            {
                "measure": measure,
                "minimum": found.minimum,
                "maximum": found.maximum,
                "minimum_is": found.minimum_is,
                "maximum_is": found.maximum_is,
                "low": found.low,
                "high": found.high,
                "bound_unit": found.unit,
                "_values": None if found.values is None else list(map(float, found.values)),
            }
            for measure, found in bounds
        ],
        schema={
            "measure": pl.String,
            "minimum": pl.Float64,
            "maximum": pl.Float64,
            "minimum_is": pl.String,
            "maximum_is": pl.String,
            "low": pl.Float64,
            "high": pl.Float64,
            "bound_unit": pl.String,
            "_values": pl.List(pl.Float64),
        },
    )
    rows = rows.drop_nulls("value").join(table, on="measure", how="inner", maintain_order="left")
    value = pl.col("value")
    below, above = value < pl.col("minimum"), value > pl.col("maximum")
    excluding = (
        (below & pl.col("minimum_is").is_in(EXCLUDING)),
        (above & pl.col("maximum_is").is_in(EXCLUDING)),
    )
    at_end = ((value == pl.col("minimum")) & (pl.col("minimum_is") == "saturation")) | (
        (value == pl.col("maximum")) & (pl.col("maximum_is") == "saturation")
    )
    flags = {
        "impossible": pl.any_horizontal(each.fill_null(value=False) for each in excluding),
        "uncoded": pl.col("_values").list.contains(value).not_().fill_null(value=False),
        "at_end": at_end.fill_null(value=False),
        "outside": (below | above).fill_null(value=False),
        "unlikely": ((value < pl.col("low")) | (value > pl.col("high"))).fill_null(value=False),
    }
    return rows.with_columns(**flags).drop("_values")


def with_ends_of_devices(
    study: Study, registry: Registry, observations: pl.DataFrame
) -> pl.DataFrame:
    """The observations with `censored` of readings that stand at the end of their device.

    What was computed from them has none: it is a number between the ends.
    """
    read = observations.filter(pl.col("parents").list.len().fill_null(0) == 0)
    measures = read["measure"].unique().drop_nulls().sort()
    judged = with_bounds(study, registry, read.select("id", "measure", "value"), measures)
    ends = judged.filter("at_end").select(
        "id",
        "measure",
        _end=pl.when(pl.col("value") == pl.col("maximum"))
        .then(pl.lit("above"))
        .otherwise(pl.lit("below")),
    )
    if not ends.height:
        return observations
    # Id and measure are the key together, since settings of a whole source share a cell.
    joined = observations.join(ends, on=["id", "measure"], how="left", maintain_order="left")
    return joined.with_columns(censored=pl.coalesce("censored", "_end")).drop("_end")


def impossible_values(study: Study, registry: Registry, observations: pl.DataFrame) -> pl.DataFrame:
    """The observations whose value cannot be, and those that were computed from one of them."""
    judged = with_bounds(
        study,
        registry,
        observations.select("id", "measure", "value"),
        observations["measure"].unique().drop_nulls().sort(),
    )
    ids = judged.filter(pl.col("impossible") | pl.col("uncoded"))["id"]
    if not ids.len():
        return observations.clear()
    derived = observations.select("id", "parents").explode(
        "parents", empty_as_null=False, keep_nulls=False
    )
    while True:
        further = derived.filter(pl.col("parents").is_in(ids.implode()))["id"]
        every = pl.concat([ids, further]).unique()
        if every.len() == ids.len():
            return observations.filter(pl.col("id").is_in(ids.implode()))
        ids = every
