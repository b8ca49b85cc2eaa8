"""When things happened to each subject.

The origin of study days, and what visits are counted from.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.sources.cells.dates import elapsed, elapsed_days

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = ["Calendar", "calendar"]

ORIGINS = {
    "first treatment": ("first_treatment",),
    "enrolment": ("enrolled",),
    "first visit": ("first_visit", "enrolled"),
}


@frozen(eq=False)
class Calendar:
    """Dates of subjects and treatments.

    `origins`: subject, origin (the date of day 1), enrolment and first treatment in days after it.
    `treatments`: subject, side, elapsed.
    """

    origins: pl.DataFrame
    treatments: pl.DataFrame


def calendar(study: Study, framework: Mapping[str, pl.DataFrame]) -> Calendar:
    """The study's calendar; subjects and dates that are not known have no row or null."""
    subjects = _subjects(framework)
    origin = [
        pl.col(name)
        for name in ORIGINS[study.study.day_one]
        if subjects.schema.get(name) == pl.Date
    ]
    origins = subjects.with_columns(pl.coalesce(origin).alias("origin")).select(
        "subject",
        "origin",
        elapsed(pl.col("enrolled"), pl.col("origin")).alias("enrolment"),
        elapsed(pl.col("first_treatment"), pl.col("origin")).alias("first treatment"),
    )
    return Calendar(
        origins.unique("subject", keep="first", maintain_order=True), _treatments(framework)
    )


def _subjects(framework: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Subjects with their dates.

    Where there is no table of subjects, as the exposures show them.
    """
    subjects, exposures = framework.get("subjects"), framework.get("exposures")
    if subjects is not None and subjects.height:
        return subjects
    if exposures is None:
        return pl.DataFrame(
            schema={"subject": pl.String, "first_treatment": pl.Date, "enrolled": pl.Date}
        )
    first = exposures.select("subject", pl.col("taken_at").dt.date().alias("first_treatment")).sort(
        "subject", "first_treatment", nulls_last=True
    )
    return first.unique("subject", keep="first", maintain_order=True).with_columns(
        pl.lit(None, dtype=pl.Date).alias("enrolled")
    )


def _treatments(framework: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    exposures = framework.get("exposures")
    if exposures is None:
        return pl.DataFrame(schema={"subject": pl.String, "side": pl.String, "elapsed": pl.Int32})
    days = exposures.select(
        "subject", "side", elapsed_days(pl.col("day")).cast(pl.Int32).alias("elapsed")
    )
    return days.drop_nulls(["subject", "elapsed"]).unique().sort("elapsed", "subject", "side")
