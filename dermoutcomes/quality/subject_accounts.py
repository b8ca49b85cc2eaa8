"""The accounts of subjects and of their sides.

They lead from those that are listed to those that completed the study.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.visits.due_visits import NOT_DUE, visits_not_due
from dermoutcomes.sources.visits.missed_visits import left_early, milestones_of_leaving
from dermoutcomes.tables import empty
from dermoutcomes.tables.ledger import entries
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.study import Study

__all__ = ["subject_entries"]

SUBJECTS, SIDES = "subjects", "sides"


def subject_entries(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The entries of all subjects, of those of each arm, and of their sides.

    Arms have accounts where a subject has one arm.

    Opening: subjects of the table of subjects, or those with a reading where there is none. A
    subject is lost at the first step that it did not reach: any reading, an arm, the treatment, the
    last planned visit. Closing: those that reached all.
    """
    people = _steps(study, tables)
    unit = ["subject", "reason", "detail"]
    parts = [_account(people.select(unit), SUBJECTS)]
    arms = _arms(tables)
    if arms.height:
        parts.append(_account(people.join(arms, on="subject").select(*unit, "arm"), SUBJECTS))
    parts.append(_account(_sides(people, tables), SIDES))
    return pl.concat(parts)


def _account(units: pl.DataFrame, stage: str) -> pl.DataFrame:
    """Opening, losses and closing of units that have a `reason` where they were lost."""
    place = [name for name in ("subject", "arm") if name in units.columns]
    return pl.concat(
        (
            entries(units.select(place), stage, "opening"),
            entries(units.drop_nulls("reason"), stage, "loss"),
            entries(units.filter(pl.col("reason").is_null()).select(place), stage, "closing"),
        )
    )


def _steps(study: Study, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, reason and detail: where each subject was lost, null of those that were not."""
    observations = tables.get("observations", empty("observations"))
    listed = tables.get("subjects", empty("subjects"))
    if not listed.height:
        read = words_in_full(observations.select("subject").unique())
        listed = read.with_columns(treated=pl.lit(None, dtype=pl.Boolean))
    allocated = tables.get("allocations", empty("allocations")).drop_nulls("arm")["subject"]
    last = study.visit_order[-1:]
    seen_last = observations.filter(pl.col("visit").is_in(list(last)))["subject"]
    planned = max((study.visits[name].at.days for name in last), default=0.0)
    gone = left_early(tables).filter(pl.col("left") < planned).select("subject", "milestone")
    not_due = visits_not_due(study, tables).filter(pl.col("visit").is_in(list(last)))
    subject = pl.col("subject")
    leaving = milestones_of_leaving(tables).rename({"milestone": "before_treatment"})
    people = (
        listed.select("subject", "treated")
        .join(gone, on="subject", how="left")
        .join(leaving, on="subject", how="left")
    )
    reason = (
        pl.when(~subject.is_in(observations["subject"].implode()))
        .then(pl.lit("no_reading"))
        .when(pl.lit(allocated.len() > 0) & ~subject.is_in(allocated.implode()))
        .then(pl.lit("not_allocated"))
        .when(~pl.col("treated"))
        .then(pl.lit("not_treated"))
        .when(subject.is_in(seen_last.implode()))
        .then(None)
        .when(pl.col("milestone").is_not_null())
        .then(pl.lit("withdrawn"))
        .when(subject.is_in(not_due["subject"].implode()))
        .then(pl.lit(NOT_DUE))
        .otherwise(pl.lit("no_last_visit"))
    )
    # Who was never read, allocated or treated may have left all the same: at a failed screening.
    before = pl.col("reason").is_in(["no_reading", "not_allocated", "not_treated"])
    detail = pl.when(pl.col("reason") == "withdrawn").then("milestone")
    return (
        people.with_columns(reason=reason)
        .select("subject", "reason", detail=detail.when(before).then("before_treatment"))
        .sort("subject")
    )


def _arms(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Subject and arm of the first epoch.

    Nothing where a subject has several arms, as by side or period.
    """
    allocations = tables.get("allocations", empty("allocations")).drop_nulls("arm")
    first = allocations.sort("source", "row").unique(
        ["subject", "location", "side", "period"], keep="first", maintain_order=True
    )
    arms = first.select("subject", "arm").unique(maintain_order=True)
    return arms if not arms["subject"].is_duplicated().any() else arms.clear()


def _sides(people: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, arm, reason and detail of every side.

    The sides are those allocated, or all that were read of anybody.

    A side is lost with its subject, or where it was never read.
    """
    observations = tables.get("observations", empty("observations")).drop_nulls("side")
    read = words_in_full(observations.select("subject", "side").unique(maintain_order=True))
    allocated = tables.get("allocations", empty("allocations")).drop_nulls(["arm", "side"])
    if allocated.height:
        sides = allocated.select("subject", "side", "arm").unique(
            ["subject", "side"], keep="first", maintain_order=True
        )
        sides = sides.join(people.select("subject"), on="subject", how="semi")
    else:
        names = read.select("side").unique().sort("side")
        sides = people.select("subject").join(names, how="cross")
    never_read = sides.join(
        read.with_columns(read=pl.lit(value=True)), on=["subject", "side"], how="left"
    )
    lost = never_read.join(people, on="subject", how="left", maintain_order="left")
    reason = pl.when(pl.col("read").is_null()).then(pl.lit("no_reading")).otherwise("reason")
    columns = ["subject", *(["arm"] if "arm" in sides.columns else [])]
    return lost.with_columns(
        reason=reason, detail=pl.when(pl.col("read").is_null()).then("side").otherwise("detail")
    ).select(*columns, "reason", "detail")
