"""Milestones that a subject has twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["repeated_milestones"]

# What one milestone of a subject is: another place or class of it is another.
MILESTONE = ("subject", "milestone", "class", "location", "side")
# A milestone of which more than this part of the subjects have several comes again by itself, as a
# rescue or a relapse may.
RECURS = 0.2


def repeated_milestones(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Milestones that a subject has in several rows; one finding a milestone.

    On one day it is one entered twice, whatever else the rows say; on several days the earliest
    counts where an endpoint or an intercurrent event asks for it. One that comes again in more than
    a fifth of its subjects is untold on several days.
    """
    rows = data.table("milestones").drop_nulls(["subject", "milestone"]).sort("source", "row")
    key = [
        pl.col("milestone").str.to_lowercase() if name == "milestone" else name
        for name in MILESTONE
    ]
    rows = rows.with_columns(
        name=pl.col("milestone").str.to_lowercase(),
        when=pl.coalesce(
            pl.col("date").dt.strftime("%Y-%m-%d"), pl.format("day {}", "day"), pl.lit("no date")
        ),
        n=pl.len().over(key),
        n_days=pl.struct("date", "day").n_unique().over(key),
    )
    several = (pl.col("n_days") > 1).any().over("name", "subject")
    rows = rows.with_columns(
        n_subjects=pl.col("subject").n_unique().over("name"),
        n_several=pl.when(several).then("subject").drop_nulls().n_unique().over("name"),
    )
    recurs = pl.col("n_several") > pl.max_horizontal(1, RECURS * pl.col("n_subjects"))
    twice = rows.filter((pl.col("n") > 1) & ((pl.col("n_days") == 1) | ~recurs))
    findings = [
        _finding(frame) for _, frame in twice.group_by("source", "name", maintain_order=True)
    ]
    return pl.concat([no_findings(), *findings])


def _finding(rows: pl.DataFrame) -> pl.DataFrame:
    """One finding about a milestone that subjects of a file have twice."""
    by_subject = rows.group_by(*MILESTONE[:1], maintain_order=True).agg("when", "row")
    places = [
        f"{subject}: "
        + ", ".join(f"{when} (row {row})" for when, row in zip(whens, numbers, strict=True))
        for subject, whens, numbers in by_subject.iter_rows()
    ]
    one = by_subject.height == 1
    several = bool((rows["n_days"] > 1).any())
    then = "the earliest counts where the study asks for it" if several else "all of one day"
    return remarks(
        rows.head(1).select(
            "source",
            row=pl.lit(rows["row"][1]),
            subject=pl.col("subject") if one else pl.lit(None),
        ),
        message=f"the milestone {rows['milestone'][0]!r} stands in several rows of "
        f"{count_words(by_subject.height, 'subject')}, {then}: look whether it came again or was "
        "entered twice",
        found=listed(places),
        expected="one row a subject and milestone, or a class that tells two of them apart",
    )
