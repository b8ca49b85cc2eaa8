"""Which records count: those that satisfy the endpoint's `among`, at the visits that are analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.endpoints.exact import holds
from dermoutcomes.endpoints.populations import about_subjects, satisfied
from dermoutcomes.errors import Problem, StudyError, did_you_mean, one_of
from dermoutcomes.words import BASELINE

if TYPE_CHECKING:
    from dermoutcomes.conditions import Condition
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["outside"]

NUMBERS = ("value", "base", "change", "pct_change")
OF_VALUE = ("value", "change", "pct_change")
PLACES = ("arm", "location", "side", "period", "visit", "timepoint")
RECORD = ("subject", "arm", "location", "side", "period", "visit", "timepoint")


def outside(plan: Plan, records: pl.DataFrame) -> pl.Series:
    """The first condition of `among` that each record does not satisfy, as words; null where it satisfies all.

    `base` is the baseline, also where a record is compared with another visit. An unknown number satisfies nothing, except that a
    missing value is not what `among` is about.
    """
    words = pl.Series("outside", [None] * records.height, dtype=pl.String)
    for condition in reversed(plan.endpoint.among.parts):
        held = _held(plan, records, condition).fill_null(value=False)
        if condition.column in OF_VALUE:
            held |= records["value"].is_null()
        words = words.zip_with(
            held, pl.Series([f"not among: {condition}"] * records.height, dtype=pl.String)
        )
    return words


def _held(plan: Plan, records: pl.DataFrame, condition: Condition) -> pl.Series:
    if condition.column in NUMBERS:
        return holds(_from_baseline(records), condition)
    if condition.column in PLACES:
        return records.select(held=satisfied(records, condition))["held"]
    people = about_subjects(plan.tables)
    if condition.column not in people.columns:
        known = (*NUMBERS, *PLACES, *people.columns)
        raise StudyError(
            Problem(
                "no such column in records or subjects",
                path=f"{plan.path}.among.{condition.column}",
                found=condition.column,
                expected=one_of(known),
                hint=did_you_mean(condition.column, known),
            )
        )
    judged = people.select("subject", held=satisfied(people, condition))
    return records.select("subject").join(judged, on="subject", how="left", maintain_order="left")[
        "held"
    ]


def _from_baseline(records: pl.DataFrame) -> pl.DataFrame:
    """The records with the base of the plain row, whatever they are compared with."""
    plain = records.filter(pl.col("reference_visit") == BASELINE).select(*RECORD, _base="base")
    joined = records.join(
        plain.unique(RECORD, keep="first", maintain_order=True),
        on=RECORD,
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return joined.with_columns(base="_base")
