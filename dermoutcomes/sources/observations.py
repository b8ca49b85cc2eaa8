"""Typed values → observations.

Their ids, and the measurement that they belong to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.measurement_index import INDEX
from dermoutcomes.sources.together.rows_of_files import file_of, line_of
from dermoutcomes.tables import fitted
from dermoutcomes.tables.table_rows import compact, varying
from dermoutcomes.vocabulary import SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import MeasurementContext

__all__ = ["as_observations", "cell_id", "with_ids"]

# Rows of a long table that agree in these belong to one measurement.
LONG_GROUP = (*INDEX, "visit_text", "measurement")
# What reading fills of the table: only what is computed later has `parents`.
FILLED = (
    *INDEX,
    "id",
    "measurement",
    "measure",
    "kind",
    "value",
    "text",
    "unit",
    "censored",
    "invalid",
    "source",
    "row",
    "column",
)


def cell_id(context: MeasurementContext) -> pl.Expr:
    """The id of what stands at `row` and `column`: source << 40 | row << 14 | column."""
    row, column = line_of() * 2**14, pl.col("column").cast(pl.Int64)
    return context.source.cast(pl.Int64) * 2**40 + row + column


def with_ids(context: MeasurementContext, values: pl.DataFrame, *, long: bool) -> pl.DataFrame:
    """`values` with id, measurement (the smallest id among its values), measure, kind and unit.

    Settings that a `long` table repeats in every row of a measurement are there once.
    """
    parameters = context.parameters
    kinds = {code: parameter.kind for code, parameter in parameters.items()}
    units = {code: parameter.unit for code, parameter in parameters.items()}
    values = values.with_columns(
        cell_id(context).alias("id"),
        pl.format("{}.{}", pl.lit(context.owner.name), "code").alias("measure"),
        context.source.alias("source"),
        _meaning("code", kinds).alias("kind"),
        _meaning("code", units).alias("unit"),
    )
    # A cell that holds no value is no observation: its id would name a measurement after nothing.
    own_id = pl.when(pl.col("wrong").is_null()).then("id")
    if long:
        smallest = own_id.min().over(file_of(), *varying(values, LONG_GROUP))
    elif values.select((pl.col("row").diff() > 0).all()).item():
        # Each row has one cell of a value, which is its measurement.
        smallest = own_id
    else:
        smallest = own_id.min().over("row", "variant")
    # In two steps: `measurement`, the export's own number, is one of the group's columns.
    values = (
        values.with_columns(smallest.alias("measurement_id"))
        .drop("measurement")
        .rename({"measurement_id": "measurement"})
    )
    if not long:
        return values
    first = pl.struct("measurement", "measure", "value", "text", "wrong").is_first_distinct()
    return values.filter(~pl.col("kind").is_in(SETTING_KINDS) | first)


def _meaning(column: str, meanings: Mapping[str, str]) -> pl.Expr:
    return pl.col(column).replace_strict(meanings, return_dtype=pl.String)


def as_observations(values: pl.DataFrame) -> pl.DataFrame:
    """Values with the columns of the table `observations`."""
    return compact(fitted(values.select(FILLED).with_columns(line_of()), "observations"))
