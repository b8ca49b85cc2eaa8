"""The table of subjects: one row each, with what the exposures say of their treatment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["one_row_each", "with_treatments"]


def one_row_each(subjects: pl.DataFrame, contexts: Mapping[int, ReadingContext]) -> pl.DataFrame:
    """The first row of each subject; a finding for each further one that says something else.

    A list in which most subjects stand several times is a long file, as an export of readings: its
    rows are compared by the columns of the table alone, since the others tell of readings.
    """
    subjects = subjects.sort("source", "row")
    further = _further_rows(subjects)
    for number, context in contexts.items():
        context.add_finding(
            further.filter(pl.col("source") == number).select("subject", "row"),
            "duplicate_subject",
            "error",
            message=pl.format(
                "{} stands twice in the table of subjects; the first row counts", "subject"
            ),
            found=pl.col("subject"),
            expected="one row a subject",
        )
    return subjects.unique("subject", keep="first", maintain_order=True)


def _further_rows(subjects: pl.DataFrame) -> pl.DataFrame:
    """The rows of a subject that are not equal to its first one."""
    times = subjects.group_by("subject").len()["len"]
    is_long = 2 * int((times > 1).sum()) > times.len()
    place = ("study", "source", "row")
    columns = [
        name
        for name in (empty("subjects").columns if is_long else subjects.columns)
        if name in subjects.columns and name not in place
    ]
    first = subjects.unique("subject", keep="first", maintain_order=True).select(columns)
    further = subjects.filter(~pl.col("subject").is_first_distinct())
    return further.join(first, on=columns, how="anti", nulls_equal=True, maintain_order="left")


def with_treatments(subjects: pl.DataFrame, exposures: pl.DataFrame | None) -> pl.DataFrame:
    """First and last treatment and `treated`, from the exposures where the table has none."""
    if exposures is None:
        dated = pl.col("first_treatment").is_not_null()
        # Where some subjects have a date of treatment, those without one were not treated; where
        # none has, nobody can say.
        some_dated = subjects["first_treatment"].null_count() < subjects.height
        otherwise = pl.lit(value=False) if some_dated else pl.lit(None, dtype=pl.Boolean)
        treated = pl.when(dated).then(statement=True)
        return subjects.with_columns(pl.coalesce("treated", treated, otherwise).alias("treated"))
    day = pl.col("taken_at").dt.date()
    treatments = exposures.group_by("subject").agg(
        day.min().alias("first"), day.max().alias("last"), pl.lit(value=True).alias("given")
    )
    return (
        subjects.join(treatments, on="subject", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("first_treatment", "first").alias("first_treatment"),
            pl.coalesce("last_treatment", "last").alias("last_treatment"),
            pl.coalesce("treated", "given", pl.lit(value=False)).alias("treated"),
        )
        .drop("first", "last", "given")
    )
