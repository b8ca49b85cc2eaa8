"""Which records count.

Those that satisfy the endpoint's `among`, at the visits that are analysed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.exact_comparison import holds
from dermoutcomes.endpoints.losses.reasons import with_detail
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.sources.framework.populations import satisfied, subjects_with_status
from dermoutcomes.vocabulary import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["unmet_condition"]

NUMBERS = ("value", "base", "change", "pct_change")
OF_VALUE = ("value", "change", "pct_change")
PLACES = ("arm", "location", "side", "period", "visit", "timepoint")
RECORD = ("subject", "arm", "location", "side", "period", "visit", "timepoint")


def unmet_condition(plan: Plan, records: pl.DataFrame) -> pl.Series:
    """The first condition of `among` that each record does not satisfy, as a reason.

    Null where it satisfies all. `base` is the baseline, also where a record is compared with
    another visit. An unknown number satisfies nothing, except that a missing value is not what
    `among` is about.
    """
    reason = pl.Series("unmet", [None] * records.height, dtype=pl.String)
    # From the last to the first, so that the first is what stays.
    for condition in reversed(plan.endpoint.among.parts):
        satisfies = _satisfies(plan, records, condition).fill_null(value=False)
        if condition.column in OF_VALUE:
            satisfies |= records["value"].is_null()
        unmet = pl.Series([with_detail("among", str(condition))] * records.height, dtype=pl.String)
        reason = reason.zip_with(satisfies, unmet)
    return reason


def _satisfies(plan: Plan, records: pl.DataFrame, condition: Condition) -> pl.Series:
    if condition.column in NUMBERS:
        return holds(_with_baseline(records), condition)
    if condition.column in PLACES:
        return records.select(satisfies=satisfied(records, condition))["satisfies"]
    subjects = subjects_with_status(plan.tables)
    if condition.column not in subjects.columns:
        known = (*NUMBERS, *PLACES, *subjects.columns)
        raise StudyError(
            Problem(
                "no such column in records or subjects",
                path=f"{plan.path}.among.{condition.column}",
                found=condition.column,
                expected=one_of(known),
                hint=did_you_mean(condition.column, known),
            )
        )
    by_subject = subjects.select("subject", satisfies=satisfied(subjects, condition))
    joined = records.select("subject").join(
        by_subject, on="subject", how="left", maintain_order="left"
    )
    return joined["satisfies"]


def _with_baseline(records: pl.DataFrame) -> pl.DataFrame:
    """The records with the baseline as base, whatever they are compared with."""
    baseline = records.filter(pl.col("reference_visit") == BASELINE).select(*RECORD, _base="base")
    joined = records.join(
        baseline.unique(RECORD, keep="first", maintain_order=True),
        on=RECORD,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined.with_columns(base="_base")
