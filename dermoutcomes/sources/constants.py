"""Settings that the study file states for a whole source: a value of every measurement, at no column of the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dermoutcomes.words import SETTING_KINDS

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare import Instrument, Parameter, Scale
    from dermoutcomes.sources.files import SourceFile

__all__ = ["constant_values"]

# Added to a code's place among the owner's parameters to make the last part of an id; a file has fewer columns.
PLACES = 4096
OF_THE_ACT = (
    "subject",
    "visit",
    "timepoint",
    "day",
    "taken_at",
    "location",
    "side",
    "period",
    "replicate",
    "rater",
    "rater_role",
    "measurement",
    "source",
    "row",
)


def constant_values(
    file: SourceFile, owner: Instrument | Scale, rows: pl.DataFrame
) -> pl.DataFrame:
    """Observations of the source's constant settings, one for each measurement of `rows`, with column 0.

    A setting is what `options` or `constants` give for a code of the kinds setting and circumstance. A measurement that has read it
    itself keeps what it read. Ids end in 4096 plus the code's place among the owner's parameters plus its measurement's place in the row.
    """
    import polars as pl

    stated = list(_stated(file, owner))
    acts = (
        rows.sort("id")
        .unique("measurement", keep="first", maintain_order=True)
        .select(pl.col(name) for name in OF_THE_ACT)
    )
    acts = acts.with_columns(
        (pl.col("measurement").rank("dense").over("row") - 1).cast(pl.Int64).alias("turn")
    )
    frames = [_of(acts, rows, owner, place, parameter, value) for place, parameter, value in stated]
    return pl.concat(frames) if frames else rows.clear()


def _stated(file: SourceFile, owner: Instrument | Scale) -> Iterator[tuple[int, Parameter, Any]]:
    for place, parameter in enumerate(owner.parameters):
        for stated in (file.spec.options, file.spec.constants):
            if parameter.code in stated and parameter.kind in SETTING_KINDS:
                yield place, parameter, stated[parameter.code]
                break


def _of(
    acts: pl.DataFrame,
    rows: pl.DataFrame,
    owner: Instrument | Scale,
    place: int,
    parameter: Parameter,
    value: Any,
) -> pl.DataFrame:
    import polars as pl

    measure = f"{owner.name}.{parameter.code}"
    own = rows.filter(pl.col("measure") == measure).select("measurement")
    number = float(value) if isinstance(value, (int, float)) else None
    first = (
        (pl.col("measurement") - pl.col("measurement") % 2**14)
        if acts.height
        else pl.col("measurement")
    )
    identity = first + PLACES + place + pl.col("turn") * len(owner.parameters)
    return (
        acts.join(own, on="measurement", how="anti", maintain_order="left")
        .with_columns(
            identity.alias("id"),
            pl.lit(measure).alias("measure"),
            pl.lit(parameter.kind).alias("kind"),
            pl.lit(number, dtype=pl.Float64).alias("value"),
            pl.lit(None if number is not None else str(value), dtype=pl.String).alias("text"),
            pl.lit(parameter.unit).alias("unit"),
            pl.lit(0, dtype=pl.Int32).alias("column"),
        )
        .drop("turn")
    )
