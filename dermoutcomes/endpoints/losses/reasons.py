"""Why a record has no value that counts: reasons of the ledger, with what stood behind each.

On its way through the steps a reason is one text, "code" or "code: detail", so that steps that
combine rows carry both together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.reductions.first_treatment import (
    baselines_before_treatment,
    with_treatment,
)
from dermoutcomes.sources.visits.missed_visits import left_early
from dermoutcomes.tables import empty
from dermoutcomes.tables.measures import rows_of_owner
from dermoutcomes.tables.table_rows import words_in_full

if TYPE_CHECKING:
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = [
    "MISSED",
    "WANTING",
    "of_combined",
    "with_causes",
    "with_detail",
    "with_place",
    "with_reason_detail",
]

MISSED = "missed"
SEPARATOR = ": "
# What may be the consequence of readings that a check left out.
WANTING = (
    MISSED,
    "too_few_replicates",
    "too_few_days",
    "one_side",
    "one_location",
    "no_majority",
    "not_computable",
)
# Where a record is of one place.
PLACES = ("location", "side")


def with_detail(code: str, detail: str) -> str:
    """A reason with what stood behind it."""
    return f"{code}{SEPARATOR}{detail}"


def of_combined() -> pl.Expr:
    """The reason of rows that are combined to one without a value.

    Rather what was lost than what was missed.
    """
    reason = pl.col("reason")
    return pl.coalesce(reason.filter(reason != MISSED).min(), reason.min()).alias("reason")


def with_place(reason: pl.Expr, place: str) -> pl.Expr:
    """The reason of one of two that are subtracted: which of them, instead of its detail."""
    code = reason.str.splitn(SEPARATOR, 2).struct.field("field_0")
    return pl.when(reason.is_not_null()).then(pl.format(f"{{}}{SEPARATOR}{place}", code))


def with_reason_detail(records: pl.DataFrame) -> pl.DataFrame:
    """The records with the code of `reason`, and `reason_detail`."""
    parts = pl.col("reason").str.splitn(SEPARATOR, 2).struct
    return records.with_columns(reason=parts.field("field_0"), reason_detail=parts.field("field_1"))


def with_causes(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """The records with the causes of what is wanting in them, the first that holds.

    Readings were left out there (`left_out`, with the checks); their values cannot be
    (`impossible`); they were of a baseline after the
    first treatment (`baseline_after_treatment`); the subject had left before the visit
    and was not read at it (`withdrawn`, with the milestone); the instrument or scale was read there, and not this
    measure (`no_value`). What remains was `missed`.
    """
    wanting = pl.col("reason").is_in(WANTING)
    if plan.endpoint.measure is None or not records.select(wanting.any()).item():
        return records
    numbered = records.with_row_index("_record")
    asked = numbered.filter(wanting).select("_record", "subject", "visit", "reason", *PLACES)
    missed = asked.filter(pl.col("reason") == MISSED)
    causes = (
        _of_left_out_readings(plan, asked),
        _of_impossible_values(plan, asked),
        _of_late_baselines(plan, missed),
        _of_leaving(plan, missed),
        _of_other_readings(plan, missed),
    )
    cause = pl.concat(causes).unique("_record", keep="first", maintain_order=True)
    joined = numbered.join(cause, on="_record", how="left", maintain_order="left")
    return joined.with_columns(
        reason=pl.coalesce("_cause", "reason"),
        reason_detail=pl.when(pl.col("_cause").is_null())
        .then("reason_detail")
        .otherwise("_detail"),
    ).drop("_record", "_cause", "_detail")


def _cause(records: pl.DataFrame, cause: str, detail: pl.Expr) -> pl.DataFrame:
    return records.select("_record", _cause=pl.lit(cause), _detail=detail.cast(pl.String)).sort(
        "_record"
    )


def _of_left_out_readings(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """Those with readings that a check left out, at the same visit and place."""
    left_out = plan.tables.get("left_out")
    if left_out is None or plan.endpoint.measure is None:
        return _cause(records.clear(), "left_out", pl.lit(None))
    readings = left_out.filter(pl.col("measure") == plan.endpoint.measure)
    checks = (
        _at_the_same_place(records, readings)
        .group_by("_record")
        .agg(checks=pl.col("check").unique().sort().str.join(", "))
    )
    return _cause(checks, "left_out", pl.col("checks"))


def _of_impossible_values(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """Those with values that cannot be, at the same visit and place."""
    impossible = plan.tables.get("impossible", empty("observations"))
    readings = impossible.filter(pl.col("measure") == plan.endpoint.measure)
    there = _at_the_same_place(records, readings).select("_record").unique()
    return _cause(there, "impossible", pl.lit(None))


def _of_late_baselines(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """Those of a baseline whose readings followed the first treatment."""
    of_baseline = records.filter(pl.col("visit").is_in(baselines_before_treatment(plan)))
    if not of_baseline.height:
        return _cause(of_baseline, "baseline_after_treatment", pl.lit(None))
    readings = plan.facts.readings((plan.endpoint.measure or "",))
    late = with_treatment(plan, readings.drop_nulls("value")).filter("late")
    there = _at_the_same_place(of_baseline, late).select("_record").unique()
    return _cause(there, "baseline_after_treatment", pl.lit(None))


def _of_leaving(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """Those of a visit that was planned after the subject had left, and at which it was not read.

    Who leaves within the window of a visit may have come to it.
    """
    planned = {name: visit.at.days for name, visit in plan.study.visits.items()}
    at = pl.col("visit").replace_strict(planned, default=None, return_dtype=pl.Float64)
    gone = (
        records.join(left_early(plan.tables), on="subject")
        .filter(pl.col("left") < at)
        .join(plan.facts.read_visits, on=["subject", "visit"], how="anti")
    )
    return _cause(gone, "withdrawn", pl.col("milestone"))


def _of_other_readings(plan: Plan, records: pl.DataFrame) -> pl.DataFrame:
    """Those with anything of the same instrument or scale, at the same visit and place."""
    # Of a difference one of the two was read, as its detail says.
    if plan.endpoint.difference is not None:
        return _cause(records.clear(), "no_value", pl.lit(None))
    owner = (plan.endpoint.measure or "").partition(".")[0]
    read_places = plan.table("observations").select("subject", "visit", "measure", *PLACES)
    readings = words_in_full(rows_of_owner(read_places, owner))
    seen = _at_the_same_place(records, readings).select("_record").unique()
    return _cause(seen, "no_value", pl.lit(None))


def _at_the_same_place(records: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """Records beside readings of their subject, visit and, where they are of one, place."""
    joined = records.join(readings, on=["subject", "visit"], suffix="_read")
    same = (
        pl.col(name).is_null() | pl.col(name).eq_missing(pl.col(f"{name}_read")) for name in PLACES
    )
    return joined.filter(*same)
