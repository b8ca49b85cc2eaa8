"""Visits that are not yet due: planned after the study's data cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.cells.dates import elapsed
from dermoutcomes.sources.visits.calendar import calendar
from dermoutcomes.sources.visits.visits import deviations

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = ["NOT_DUE", "visits_not_due"]

# The reason of a record that cannot be there yet.
NOT_DUE = "not_due"


def visits_not_due(study: Study, framework: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """subject, visit: the visits that were planned after the data cut.

    By the planned day, without the window. A visit counts as due where the study has no data cut,
    and of a subject whose day of the anchor (as the first treatment) is not known.
    """
    dates = calendar(study, framework)
    cut = pl.lit(study.study.data_cut, dtype=pl.Date)
    visits = pl.DataFrame({"visit": list(study.visits)}, schema={"visit": pl.String})
    at_the_cut = dates.origins.select(
        "subject",
        side=pl.lit(None, dtype=pl.String),
        elapsed=elapsed(cut, pl.col("origin")),
    ).join(visits, how="cross")
    planned = deviations(study, at_the_cut.with_row_index("act"), dates)
    return planned.filter(pl.col("deviation") < 0).select("subject", "visit")
