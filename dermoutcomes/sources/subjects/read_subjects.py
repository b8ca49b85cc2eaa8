"""The people of a study without a list of them: those of whom something was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.framework.subjects import with_treatments
from dermoutcomes.tables import fitted
from dermoutcomes.tables.findings import no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dermoutcomes.study import Study

__all__ = ["is_listed", "subjects_with_readings", "tell_no_list"]


def is_listed(study: Study) -> bool:
    """Whether the study names a list of its subjects."""
    return bool(study.sources.get("subjects"))


def subjects_with_readings(
    readings: Iterable[pl.DataFrame], exposures: pl.DataFrame | None
) -> pl.DataFrame:
    """A table of subjects from observations and curves, treated as the exposures say.

    Each points to its first reading. Who was enrolled and gave no reading is not in it, and nobody
    can say how many these are.
    """
    first = ("subject", "source", "row")
    schema = {"subject": pl.String, "source": pl.Int32, "row": pl.Int64}
    rows = [frame.select(first).cast(schema).drop_nulls() for frame in readings]  # type: ignore[arg-type]
    subjects = (
        pl.concat([pl.DataFrame(schema=schema), *rows])
        .sort(first)
        .unique("subject", keep="first", maintain_order=True)
    )
    return with_treatments(fitted(subjects, "subjects"), exposures)


def tell_no_list(subjects: pl.DataFrame) -> pl.DataFrame:
    """One finding: who is counted where no list says who took part."""
    if not subjects.height:
        return no_findings()
    return remarks(
        pl.DataFrame({"found": [str(subjects.height)]}),
        "no_subject_list",
        "note",
        message=pl.format(
            "the study names no sources.subjects: its people are the {} subjects with a reading, "
            "and who was enrolled without one is not counted",
            "found",
        ),
        expected="[[sources.subjects]] with the list of all who were enrolled",
    )
