"""Subjects of exports against the table of subjects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from dermoutcomes.errors import nearest
from dermoutcomes.sources.findings import remarks

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.files import SourceFile

__all__ = ["unknown_subjects"]


def unknown_subjects(
    file: SourceFile, rows: pl.DataFrame, framework: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """A finding for each subject of the file that the table of subjects does not have; none where there is no such table."""
    import polars as pl

    subjects = framework.get("subjects")
    known = (
        subjects["subject"].drop_nulls().to_list()
        if subjects is not None and subjects.height
        else None
    )
    unknown = rows.filter(~pl.col("subject").is_in(known or [])) if known else rows.clear()
    first = unknown.group_by("subject").agg(pl.col("row").min()).sort("row", "subject")
    near = {
        subject: f"; is {found!r} meant?" if (found := nearest(subject, known or [])) else ""
        for subject in first["subject"]
    }
    message = pl.format("{} is not in the table of subjects", "subject") + pl.col(
        "subject"
    ).replace_strict(near, default="", return_dtype=pl.String)
    return remarks(
        first,
        "unknown_subject",
        "error",
        file,
        message=message,
        found=pl.col("subject"),
        expected="a subject of the table `subjects`",
    )
