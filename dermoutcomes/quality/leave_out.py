"""Measurements that the study keeps out of its endpoints because of what a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.quality.check_catalogue import CORE_CHECKS
from dermoutcomes.quality.impossible_values import measures_beyond, with_bounds
from dermoutcomes.tables.measures import of_measures, owner_of
from dermoutcomes.tables.table_rows import in_types_of, rows_without, words_in_full
from dermoutcomes.vocabulary import INVALID_READING, SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["left_in", "left_out"]

RANGE = "range"
SPOT = ["subject", "visit", "timepoint"]
OCCASION = ["owner", *SPOT]
PLACE = ("location", "side", "replicate")


def left_in(
    study: Study, registry: Registry, observations: pl.DataFrame, findings: pl.DataFrame | None
) -> pl.DataFrame:
    """The observations without the measurements that `quality.leave_out` leaves out."""
    faulty = left_out_measurements(study, registry, observations, findings)
    return rows_without(observations, faulty, "measurement")


def left_out(
    study: Study, registry: Registry, observations: pl.DataFrame, findings: pl.DataFrame | None
) -> pl.DataFrame:
    """The observations that `quality.leave_out` leaves out, once for each `check` that does."""
    faulty = left_out_measurements(study, registry, observations, findings)
    return observations.join(faulty, on="measurement", maintain_order="left")


def left_out_measurements(
    study: Study, registry: Registry, observations: pl.DataFrame, findings: pl.DataFrame | None
) -> pl.DataFrame:
    """The measurements that `quality.leave_out` leaves out, with the `check` of each.

    Those that the operator marked as no reading (`invalid_reading`) always are. The others are the ones that findings of its checks are about: the measurement of the observation
    that a finding points to; and, where a finding is about a whole occasion (a side that was
    copied, sides that were swapped), every measurement of that owner there. A finding about a
    setting or a circumstance is about those that have the same value of it.
    """
    columns = ("measurement", "check")
    invalid = observations.filter(pl.col("invalid").fill_null(value=False))
    marked = invalid.select("measurement", check=pl.lit(INVALID_READING)).unique().sort(columns)
    if not study.quality.leave_out or findings is None:
        return marked
    # `leave_out` names a check of the core, or a declared one with or without its owner.
    name = pl.col("check").str.replace(r"^[^.]*\.", "")
    names = list(study.quality.leave_out)
    findings = findings.filter(pl.col("check").is_in(names) | name.is_in(names))
    findings = findings.drop_nulls("observation")
    pointed_to = observations.select("measurement", "id").join(
        findings.select("check", id="observation"), on="id"
    )
    of_occasions = _of_faulty_occasions(observations, findings, registry)
    parts = [marked, pointed_to.select(columns), of_occasions.select(columns)]
    if RANGE in names and RANGE not in study.quality.off:
        parts.append(_out_of_range(study, registry, observations).select(columns))
    return pl.concat(parts).unique().sort(columns)


def _out_of_range(study: Study, registry: Registry, observations: pl.DataFrame) -> pl.DataFrame:
    """The measurements with a value out of range, of which one finding may tell together."""
    rows = observations.select("measurement", "measure", "location", "value")
    beyond = pl.any_horizontal("impossible", "outside", "unlikely")
    judged = with_bounds(study, registry, rows, measures_beyond(study, registry, rows))
    return judged.filter(beyond).select("measurement", check=pl.lit(RANGE))


def _of_faulty_occasions(
    observations: pl.DataFrame, findings: pl.DataFrame, registry: Registry
) -> pl.DataFrame:
    """The observations of the occasions that findings of a whole occasion are about."""
    settings = [
        measure
        for measure in findings["measure"].drop_nulls().unique().sort()
        if _is_setting(registry, measure)
    ]
    whole = [name for name, check in CORE_CHECKS.items() if check.whole]
    is_setting = pl.col("is_setting")
    owner = pl.col("measure").str.split(".").list.first()
    value_text = pl.coalesce(pl.col("value").cast(pl.String), "text")
    findings = findings.with_columns(
        is_setting=pl.col("measure").is_in(settings).fill_null(value=False)
    ).filter(pl.col("check").is_in(whole) | is_setting)
    occasions = (
        findings.select("check", *PLACE, "measure", "is_setting", id="observation")
        .join(
            observations.select("id", *SPOT, "measure", "value", "text"),
            on="id",
            how="inner",
            suffix="_read",
            maintain_order="left",
        )
        .pipe(words_in_full)
        .with_columns(owner=owner, value_text=value_text)
        .filter(~is_setting | (pl.col("measure") == pl.col("measure_read")))
        .select("check", *OCCASION, *PLACE, "measure", "is_setting", "value_text")
    )
    columns = ("measurement", *SPOT, *PLACE, "measure", "value", "text")
    readings = observations.select(*columns, owner=of_measures(observations, owner_of))
    joined = readings.join(
        in_types_of(occasions, readings),
        on=OCCASION,
        how="inner",
        nulls_equal=True,
        suffix="_found",
        maintain_order="left",
    )
    same_place = pl.all_horizontal(
        pl.col(f"{name}_found").is_null() | pl.col(name).eq_missing(pl.col(f"{name}_found"))
        for name in PLACE
    )
    same_measure = pl.col("measure") == pl.col("measure_found")
    # Of settings alone the value is asked: no text is made of the others.
    same_value = value_text.eq_missing(pl.col("value_text"))
    there = joined.filter(same_place, ~is_setting | same_measure)
    return pl.concat([there.filter(~is_setting), there.filter(is_setting).filter(same_value)])


def _is_setting(registry: Registry, measure: str) -> bool:
    parameter = registry.parameter(measure)
    return parameter is not None and parameter.kind in SETTING_KINDS
