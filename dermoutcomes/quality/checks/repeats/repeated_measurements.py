"""The same measurement twice in the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Instrument
from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.quality.check_data import OCCASION
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["repeated_measurements"]

MEASUREMENT = (*OCCASION, "replicate", "owner")
CELL = ("id", "measure", "label", "value", "text", "source", "row", "column")


def repeated_measurements(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Readings with the same subject, visit, place, rater, replicate and measure as an earlier one.

    One finding a repeated row. Without a replicate number they count as repeated only where none is
    planned: otherwise they are replicates.
    """
    repeats = _repeated_rows(_beside_first_reading(_countable_readings(data), data))
    identical = pl.col("n_different") == 0
    differences = (
        pl.when(identical)
        .then(pl.lit("with the same values"))
        .otherwise(pl.format("with {} of {} values different", "n_different", "n"))
    )
    message = pl.format(
        "this measurement stands in row {} already, {}: decide which row counts",
        pl.col("first_row").fill_null(0),
        differences,
    )
    severity = pl.when(identical).then(pl.lit("warning")).otherwise(pl.lit("error"))
    return remarks(
        repeats.with_columns(severity=severity).sort("id"),
        message=message,
        found=pl.coalesce(number_words(pl.col("value")), "text", pl.lit("nothing")),
        expected="one row a measurement",
    )


def _countable_readings(data: StudyData) -> pl.LazyFrame:
    """Readings of which one occasion has one: those with a number, or of a measure not replicated.

    An instrument declares replicates, or an endpoint plans them.
    """
    declared = {
        name
        for name, owner in data.registry.named_owners().items()
        if isinstance(owner, Instrument) and (owner.replicates or 1) > 1
    }
    planned = {
        endpoint.measure.partition(".")[0]
        for endpoint in data.study.endpoints.values()
        if endpoint.measure and (endpoint.replicates.planned or 1) > 1
    }
    replicated = pl.col("owner").is_in(sorted(declared | planned))
    return data.read.filter(pl.col("replicate").is_not_null() | ~replicated)


def _beside_first_reading(readings: pl.LazyFrame, data: StudyData) -> pl.DataFrame:
    """The second and later readings of a measurement and measure, each with the first one's values.

    Adds `turn` (1 is the second), `first_row` and `different`.
    """
    key = [*MEASUREMENT, "measure"]
    # Hardly any reading has another one's key: those with another one's digest are few.
    digests = readings.select("place", digest=pl.struct(key).hash()).collect()
    repeated = digests.filter(pl.col("digest").is_duplicated()).select("place")
    rows = data.whole_rows(repeated).with_columns(turn=pl.int_range(pl.len()).over(key))
    first = rows.filter(pl.col("turn") == 0).select(
        *key, first_value="value", first_text="text", first_row="row"
    )
    later = rows.filter(pl.col("turn") > 0).join(
        first, on=key, nulls_equal=True, maintain_order="left"
    )
    different = pl.col("value").ne_missing(pl.col("first_value")) | pl.col("text").ne_missing(
        pl.col("first_text")
    )
    return later.with_columns(different=different)


def _repeated_rows(readings: pl.DataFrame) -> pl.DataFrame:
    """One row a repeated measurement: how many values it has and how many differ, and one cell.

    The cell is the first one that differs, so that the finding shows where to look.
    """
    return (
        readings.sort(~pl.col("different"), "id")
        .group_by(*MEASUREMENT, "turn", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.col("different").sum().alias("n_different"),
            pl.col(*CELL, "first_row").first(),
        )
    )
