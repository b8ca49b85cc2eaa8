"""Settings that the study file states for a whole source.

A value of every measurement, at no column of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.sources.measurement_index import INDEX

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["constant_settings"]

# Added to a code's index among the owner's parameters to make the last part of an id; a file has
# fewer columns.
FIRST_COLUMN = 4096
OF_THE_MEASUREMENT = (*INDEX, "measurement", "source", "row")


def constant_settings(context: MeasurementContext, values: pl.DataFrame) -> pl.DataFrame:
    """Observations of the source's constant settings, with column 0: one a measurement of `values`.

    A setting is what `options` or `constants` give for a code of the kinds setting and
    circumstance. A measurement that has read it itself keeps what it read. Ids end in 4096 plus
    the code's index among the owner's parameters, plus the number of parameters for each
    measurement before it in the same row.
    """
    settings = list(_settings_of_source(context))
    if not settings:
        return values.clear()
    measurements = (
        values.sort("id")
        .unique("measurement", keep="first", maintain_order=True)
        .select(OF_THE_MEASUREMENT)
        .with_columns(
            (pl.col("measurement").rank("dense").over("row") - 1).cast(pl.Int64).alias("turn")
        )
    )
    frames = [
        _values_of_setting(context, values, measurements, index, parameter, value)
        for index, parameter, value in settings
    ]
    return pl.concat(frames)


def _settings_of_source(context: MeasurementContext) -> Iterator[tuple[int, Parameter, Any]]:
    spec = context.spec
    # What stands under `options` leads.
    constants = {**spec.constants, **spec.options}
    for index, parameter in enumerate(context.owner.parameters):
        if parameter.code in constants and context.is_setting(parameter.code):
            yield index, parameter, constants[parameter.code]


def _values_of_setting(
    context: MeasurementContext,
    values: pl.DataFrame,
    measurements: pl.DataFrame,
    index: int,
    parameter: Parameter,
    value: Any,
) -> pl.DataFrame:
    measure = f"{context.owner.name}.{parameter.code}"
    read_itself = values.filter(pl.col("measure") == measure).select("measurement")
    number = float(value) if isinstance(value, (int, float)) else None
    # The id of column 0 in the row where the measurement begins.
    row_id = (
        (pl.col("measurement") - pl.col("measurement") % 2**14)
        if measurements.height
        else pl.col("measurement")
    )
    turn = pl.col("turn") * len(context.owner.parameters)
    return (
        measurements.join(read_itself, on="measurement", how="anti", maintain_order="left")
        .with_columns(
            (row_id + FIRST_COLUMN + index + turn).alias("id"),
            pl.lit(measure).alias("measure"),
            pl.lit(parameter.kind).alias("kind"),
            pl.lit(number, dtype=pl.Float64).alias("value"),
            pl.lit(None if number is not None else str(value), dtype=pl.String).alias("text"),
            pl.lit(parameter.unit).alias("unit"),
            pl.lit(None, dtype=pl.String).alias("censored"),
            pl.lit(None, dtype=pl.Boolean).alias("invalid"),
            pl.lit(0, dtype=pl.Int32).alias("column"),
        )
        .drop("turn")
    )
