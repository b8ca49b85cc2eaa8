"""The table of subjects: one row each, with what the exposures say of their treatment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.sources.findings import remarks

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.files import SourceFile

__all__ = ["one_row_each", "with_treatments"]


def one_row_each(
    subjects: pl.DataFrame, files: Mapping[int, SourceFile], found: list[pl.DataFrame]
) -> pl.DataFrame:
    """The first row of each subject; a finding for each further one."""
    import polars as pl

    subjects = subjects.sort("source", "row")
    again = subjects.filter(~pl.col("subject").is_first_distinct())
    for number, file in files.items():
        own = again.filter(pl.col("source") == number).select("subject", "row")
        found.append(
            remarks(
                own,
                "duplicate_subject",
                "error",
                file,
                message=pl.format(
                    "{} stands twice in the table of subjects; the first row counts", "subject"
                ),
                found=pl.col("subject"),
                expected="one row a subject",
            )
        )
    return subjects.unique("subject", keep="first", maintain_order=True)


def with_treatments(subjects: pl.DataFrame, exposures: pl.DataFrame | None) -> pl.DataFrame:
    """First and last treatment and `treated` from the exposures, where the table itself does not have them."""
    import polars as pl

    if exposures is None:
        known = pl.when(pl.col("first_treatment").is_not_null()).then(statement=True)
        none = subjects["first_treatment"].null_count() < subjects.height
        return subjects.with_columns(
            pl.coalesce(
                "treated", known, pl.lit(value=False) if none else pl.lit(None, dtype=pl.Boolean)
            ).alias("treated")
        )
    given = exposures.group_by("subject").agg(
        pl.col("taken_at").min().dt.date().alias("first"),
        pl.col("taken_at").max().dt.date().alias("last"),
        pl.lit(value=True).alias("given"),
    )
    joined = subjects.join(given, on="subject", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("first_treatment", "first").alias("first_treatment"),
        pl.coalesce("last_treatment", "last").alias("last_treatment"),
        pl.coalesce("treated", "given", pl.lit(value=False)).alias("treated"),
    ).drop("first", "last", "given")
