"""Measurements that the study keeps out of its endpoints because of what a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.registry import Registry
    from dermoutcomes.study import Study

__all__ = ["left_in"]

OCCASION = ("owner", "subject", "visit", "timepoint", "location", "side")


def left_in(study: Study, registry: Registry, observations: pl.DataFrame, findings: pl.DataFrame | None) -> pl.DataFrame:
    """The observations without the measurements that findings of the checks in `quality.leave_out` are about.

    A finding about a setting, which is made once a visit and side, is about every measurement of that owner there with that value.
    """
    if not study.quality.leave_out or findings is None:
        return observations
    short = pl.col("check").str.replace(r"^[^.]*\.", "")
    names = list(study.quality.leave_out)
    about = findings.filter(pl.col("check").is_in(names) | short.is_in(names)).drop_nulls("observation")
    owned = observations.with_columns(owner=pl.col("measure").str.split(".").list.first(), shown=pl.coalesce(pl.col("value").cast(pl.String), "text"))
    faulty = owned.filter(pl.col("id").is_in(about["observation"].implode()))
    settings = [measure for measure in faulty["measure"].unique().sort() if _is_setting(registry, measure)]
    of_settings = faulty.filter(pl.col("measure").is_in(settings)).select(*OCCASION, "measure", "shown").unique()
    spread = owned.join(of_settings, on=[*OCCASION, "measure", "shown"], how="semi", nulls_equal=True)
    spoilt = pl.concat([faulty["measurement"], spread["measurement"]]).unique()
    return observations.filter(~pl.col("measurement").is_in(spoilt.implode()))


def _is_setting(registry: Registry, measure: str) -> bool:
    parameter = registry.parameter(measure)
    return parameter is not None and parameter.kind == "setting"
