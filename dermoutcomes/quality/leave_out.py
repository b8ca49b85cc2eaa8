"""Measurements that the study keeps out of its endpoints because of what a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.quality.catalogue import CORE_CHECKS
from dermoutcomes.words import SETTING_KINDS

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["left_in"]

OCCASION = ["owner", "subject", "visit", "timepoint"]


def left_in(
    study: Study, registry: Registry, observations: pl.DataFrame, findings: pl.DataFrame | None
) -> pl.DataFrame:
    """The observations without the measurements that findings of the checks in `quality.leave_out` are about.

    That is the measurement of the observation that a finding points to; and, where a finding is about a whole occasion (a side
    that was copied, sides that were swapped), every measurement of that owner there. A finding about a setting or a circumstance
    is about those that have the same value of it.
    """
    if not study.quality.leave_out or findings is None:
        return observations
    short = pl.col("check").str.replace(r"^[^.]*\.", "")
    names = list(study.quality.leave_out)
    about = findings.filter(pl.col("check").is_in(names) | short.is_in(names)).drop_nulls(
        "observation"
    )
    owned = observations.with_columns(
        owner=pl.col("measure").str.split(".").list.first(),
        shown=pl.coalesce(pl.col("value").cast(pl.String), "text"),
    )
    faulty = owned.filter(pl.col("id").is_in(about["observation"].implode()))
    spoilt = pl.concat(
        [faulty["measurement"], _elsewhere(owned, about, registry)["measurement"]]
    ).unique()
    return observations.filter(~pl.col("measurement").is_in(spoilt.implode()))


def _elsewhere(owned: pl.DataFrame, about: pl.DataFrame, registry: Registry) -> pl.DataFrame:
    """The observations of the occasions that findings of a whole occasion are about."""
    conditions = [
        measure
        for measure in about["measure"].drop_nulls().unique().sort()
        if _is_condition(registry, measure)
    ]
    whole = [name for name, check in CORE_CHECKS.items() if check.whole]
    about = about.with_columns(condition=pl.col("measure").is_in(conditions).fill_null(value=False))
    about = about.filter(pl.col("check").is_in(whole) | pl.col("condition"))
    places = about.select("location", "side", "replicate", "measure", "condition", id="observation")
    here = places.join(
        owned.select("id", *OCCASION, "measure", "shown"),
        on="id",
        how="inner",
        suffix="_seen",
        maintain_order="left",
    )
    here = here.filter(~pl.col("condition") | (pl.col("measure") == pl.col("measure_seen"))).drop(
        "id", "measure_seen"
    )
    met = owned.join(
        here, on=OCCASION, how="inner", nulls_equal=True, suffix="_found", maintain_order="left"
    )
    same = pl.all_horizontal(
        pl.col(f"{name}_found").is_null() | pl.col(name).eq_missing(pl.col(f"{name}_found"))
        for name in ("location", "side", "replicate")
    )
    value = (pl.col("measure") == pl.col("measure_found")) & pl.col("shown").eq_missing(
        pl.col("shown_found")
    )
    return met.filter(same, ~pl.col("condition") | value)


def _is_condition(registry: Registry, measure: str) -> bool:
    parameter = registry.parameter(measure)
    return parameter is not None and parameter.kind in SETTING_KINDS
