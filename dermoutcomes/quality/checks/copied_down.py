"""Readings that equal other readings too well to be their own.

Another visit's, another side's, another replicate's.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.quality.check_data import OCCASION
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import Parameter
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["CopyOptions", "copied_down", "sides_alike"]

PLACE = ("location", "side", "period", "rater", "rater_role")
MOMENT = ("visit", "timepoint", "day")


@frozen
class CopyOptions:
    """How sure a copy must be."""

    chance: float = option(
        0.001,
        "Number of such coincidences to be expected in the whole study, above which nothing is "
        "said.",
        at_least=1e-9,
        at_most=1,
    )


def copied_down(data: StudyData, options: CopyOptions) -> pl.DataFrame:
    """Readings of one spot that all equal those of an earlier visit or replicate."""
    rows = _copies(data, options).filter(_same(PLACE), ~_same((*MOMENT, "replicate")))
    earlier = (
        pl.when(_same(MOMENT))
        .then(pl.format("replicate {}", "replicate_first"))
        .otherwise("visit_first")
    )
    return _findings(rows, pl.coalesce(earlier, pl.lit("another reading")))


def sides_alike(data: StudyData, options: CopyOptions) -> pl.DataFrame:
    """Readings of one side that all equal those of another side or place at the same visit.

    None where the study expects it.
    """
    rows = _copies(data, options).filter(
        _same(MOMENT), _same(("rater", "rater_role", "period")), ~_same(PLACE)
    )
    rows = rows.clear() if data.study.quality.allow_sides_alike else rows
    return _findings(rows, pl.coalesce("side_first", "location_first", pl.lit("another place")))


def _findings(rows: pl.DataFrame, original: pl.Expr) -> pl.DataFrame:
    message = pl.format(
        "all {} readings equal those of {}{}: look whether they were copied",
        "n",
        original,
        pl.coalesce(pl.format(" (row {})", "row_first"), pl.lit("")),
    )
    rows = rows.with_columns(replicate=pl.when(pl.col("rows") == 1).then("replicate"))
    return remarks(
        rows,
        message=message,
        found=pl.format("{} equal values", "n"),
        expected="readings of their own",
    )


def _same(names: tuple[str, ...]) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_first")) for name in names)


def _copies(data: StudyData, options: CopyOptions) -> pl.DataFrame:
    """Occasions of a subject, each with the first one before it that has the same readings.

    Whole occasions and single measurements. All codes and replicates count, in their order. The
    chance of a coincidence is estimated from how often two readings of a measure are equal anywhere
    in the study; codes that are declared not independent count once.
    """
    readings = _with_chances(data)
    whole = _pairs(readings, OCCASION, options)
    single = _pairs(readings, ("measurement", *OCCASION), options).drop(
        "measurement", "measurement_first"
    )
    single = single.join(
        whole, on=["owner", *OCCASION], how="anti", nulls_equal=True, maintain_order="left"
    )
    return pl.concat([whole, single])


def _pairs(readings: pl.DataFrame, by: tuple[str, ...], options: CopyOptions) -> pl.DataFrame:
    text = pl.concat_str("code", pl.lit("="), pl.col("value").cast(pl.String))
    occasions = (
        readings.group_by("owner", *by, maintain_order=True)
        .agg(
            text.str.join(";").alias("fingerprint"),
            "log_chance",
            pl.len().alias("n"),
            pl.col("measure", "value", "source", "row", "column", "id", "replicate")
            .sort_by("id")
            .first(),
            pl.col("measurement").n_unique().alias("rows"),
        )
        .with_columns(pl.col("log_chance").list.sum())
    )
    counts = occasions.group_by("owner", "subject").len("k")["k"].cast(pl.Float64)
    compared = max(1.0, float((counts * (counts - 1) / 2).sum()))
    rare = occasions.filter(pl.col("log_chance") < log(options.chance) - log(compared))
    copies = rare.join(
        rare, on=["owner", "subject", "fingerprint"], nulls_equal=True, suffix="_first"
    )
    copies = (
        copies.with_columns(subject_first="subject")
        .filter(pl.col("id_first") < pl.col("id"))
        .sort("id", "id_first")
    )
    return copies.unique("id", keep="first", maintain_order=True)


def _with_chances(data: StudyData) -> pl.DataFrame:
    """The readings of continuous measures, with the log chance that two of a measure are equal."""
    continuous = [
        name
        for name in data.registry.measures()
        if (parameter := data.registry.parameter(name)) and _is_continuous(parameter)
    ]
    rows = data.readings.filter(
        pl.col("kind").is_in(["value", "computed"]), pl.col("measure").is_in(continuous)
    )
    n, total = pl.col("n").cast(pl.Float64), pl.col("n").sum().cast(pl.Float64)
    chance = (((n * (n - 1)).sum() + 1) / (total * (total - 1) + 1)).log()
    chances = (
        rows.group_by("measure", "value")
        .len("n")
        .group_by("measure")
        .agg(chance.alias("log_chance"))
    )
    rows = rows.join(chances, on="measure", maintain_order="left").sort(
        "measurement", "measure", "id"
    )
    return rows.with_columns(
        pl.when(pl.col("measure").is_in(_dependent_measures(data)))
        .then(0.0)
        .otherwise("log_chance")
        .alias("log_chance")
    )


def _is_continuous(parameter: Parameter) -> bool:
    return parameter.values is None and parameter.scale_type in ("ratio", "interval")


def _dependent_measures(data: StudyData) -> list[str]:
    """Measures that follow another one's lead.

    Of those that are not independent of each other, all but the first.
    """
    dependent: set[str] = set()
    for measure in data.registry.measures():
        parameter, owner = data.registry.parameter(measure), measure.partition(".")[0]
        others = parameter.not_independent_of if parameter else ()
        dependent |= {
            name
            for other in others
            if (name := other if "." in other else f"{owner}.{other}") > measure
        }
    return sorted(dependent)
