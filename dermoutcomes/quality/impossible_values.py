"""What values are by the bounds of their measures, and those that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.study.bounds import bounds_in_force
from dermoutcomes.tables.table_rows import in_types_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.declare import PlausibleRange
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["impossible_values", "measures_beyond", "with_bounds", "with_ends_of_devices"]

# Kinds of bounds beyond which there is no reading.
EXCLUDING = ("definition", "saturation")


def with_bounds(
    study: Study, registry: Registry, rows: pl.DataFrame, measures: Iterable[str]
) -> pl.DataFrame:
    """The rows of these measures with a value, and what it is by their bounds.

    Adds `minimum`, `maximum`, `low`, `high`, `bound_unit` and five Booleans: `impossible` (outside
    a definition, or beyond the end of the device), `uncoded` (not among the values of a scale),
    `at_end` (of the device), `outside` (an assumed bound), `unlikely` (what is plausible). What is
    plausible at a place or with a setting holds where the rows say both.
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
                "_values": None if found.values is None else list(found.values),
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
    rows = rows.drop_nulls("value")
    table = in_types_of(table, rows)
    rows = rows.join(table, on="measure", how="inner", maintain_order="left")
    for measure, found in bounds:
        rows = _with_own_ranges(rows, measure, found.ranges)
    value = pl.col("value")
    below, above = value < pl.col("minimum"), value > pl.col("maximum")
    excluding = (
        (below & pl.col("minimum_is").is_in(EXCLUDING)),
        (above & pl.col("maximum_is").is_in(EXCLUDING)),
    )
    at_end = ((value == pl.col("minimum")) & (pl.col("minimum_is") == "saturation")) | (
        (value == pl.col("maximum")) & (pl.col("maximum_is") == "saturation")
    )
    # A comparison with a bound that is not stated is null in Polars, and so would be each flag.
    flags = {
        "impossible": pl.any_horizontal(each.fill_null(value=False) for each in excluding),
        "uncoded": pl.col("_values").list.contains(value).not_().fill_null(value=False),
        "at_end": at_end.fill_null(value=False),
        "outside": (below | above).fill_null(value=False),
        "unlikely": ((value < pl.col("low")) | (value > pl.col("high"))).fill_null(value=False),
    }
    return rows.with_columns(**flags).drop("_values")


def measures_beyond(study: Study, registry: Registry, rows: pl.DataFrame) -> list[str]:
    """The measures of which a value may be beyond a bound or no value of the scale.

    By their least and largest values, so that of most measures no row is looked at again. Where the
    values of a scale are listed, or a range holds at a place or with a setting, nothing but the rows
    can say it; they are there, and so are the settings.
    """
    value = pl.col("value")
    extremes = (
        rows.lazy()
        .drop_nulls(["measure", "value"])
        .group_by("measure")
        .agg(pl.concat_list(value.min(), value.max()).alias("value"))
        .collect()
        .explode("value", empty_as_null=True)
        .sort("measure")
    )
    measures = extremes["measure"].unique().sort()
    beyond = pl.any_horizontal("impossible", "outside", "unlikely")
    judged = with_bounds(study, registry, extremes, measures)
    suspected = {*judged.filter(beyond)["measure"]}
    for measure in measures:
        bounds = bounds_in_force(study, registry, measure)
        if bounds is not None and (bounds.values is not None or bounds.ranges):
            owner = measure.partition(".")[0]
            settings = (f"{owner}.{code}" for own in bounds.ranges for code in own.settings)
            suspected |= {measure, *settings}
    return sorted(suspected)


def _with_own_ranges(
    rows: pl.DataFrame, measure: str, ranges: tuple[PlausibleRange, ...]
) -> pl.DataFrame:
    """The rows, with what is plausible at their place and with their settings."""
    if not ranges or not {"location", "measurement"} <= set(rows.columns):
        return rows
    owner = measure.partition(".")[0]
    low, high = pl.col("low"), pl.col("high")
    # From the last, so that the first that fits a reading is the one that stays.
    for own in reversed(ranges):
        fits = pl.col("measure") == measure
        if own.locations:
            places = [place.casefold() for place in own.locations]
            words = pl.col("location").cast(pl.String).str.to_lowercase()
            fits &= words.is_in(places).fill_null(value=False)
        for code, value in own.settings.items():
            with_setting = rows.filter(measure=f"{owner}.{code}", value=float(value))
            fits &= pl.col("measurement").is_in(with_setting["measurement"].implode())
        low = pl.when(fits).then(pl.lit(own.low, pl.Float64)).otherwise(low)
        high = pl.when(fits).then(pl.lit(own.high, pl.Float64)).otherwise(high)
    return rows.with_columns(low=low, high=high)


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
    rows = observations.select("id", "measure", "value")
    judged = with_bounds(study, registry, rows, measures_beyond(study, registry, rows))
    ids = judged.filter(pl.col("impossible") | pl.col("uncoded"))["id"]
    if not ids.len():
        return observations.clear()
    derived = (
        observations.lazy()
        .select("id", "parents")
        .filter(pl.col("parents").list.len() > 0)
        .explode("parents", empty_as_null=False, keep_nulls=False)
        .collect()
    )
    while True:
        further = derived.filter(pl.col("parents").is_in(ids.implode()))["id"]
        every = pl.concat([ids, further]).unique()
        if every.len() == ids.len():
            return observations.filter(pl.col("id").is_in(ids.implode()))
        ids = every
