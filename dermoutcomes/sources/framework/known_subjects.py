"""Subjects of exports against the table of subjects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.sources.subjects.listed_subjects import ListedSubjects, listed_subjects
from dermoutcomes.sources.together.rows_of_files import file_of

if TYPE_CHECKING:
    from dermoutcomes.sources.reading_context import ReadingContext

__all__ = ["tell_rows_without_subject", "tell_unknown_subjects"]


def tell_rows_without_subject(context: ReadingContext, rows: pl.DataFrame, holds: str) -> None:
    """A finding for each of `rows`, which hold what `holds` names and do not say whose it is.

    `rows` has the row and, as `found`, the cell of the subject: blank or a word for missing values.
    """
    cell = pl.col("found")
    word = pl.when(cell != "").then(cell)
    settled = (
        pl.lit("; if ") + word + ' is one, values.subject = { "' + word + '" = "' + word + '" }'
    )
    context.add_finding(
        rows.with_columns(word.alias("found")),
        "no_subject",
        "error",
        message=f"the row has {holds} and no subject",
        expected=pl.lit("a subject id")
        + settled.fill_null(', or fill_down = ["subject"] where a blank repeats the one above'),
    )


def tell_unknown_subjects(
    context: ReadingContext, rows: pl.DataFrame, framework: Mapping[str, pl.DataFrame]
) -> None:
    """A finding for each subject of the file that the table of subjects does not have.

    None without such a table.
    """
    listed = listed_subjects(framework.get("subjects"))
    if not listed.ids:
        return
    unknown = rows.filter(~pl.col("subject").is_in(pl.Series(listed.ids).implode()))
    first = (
        unknown.group_by(file_of().alias("in_file"), "subject")
        .agg(pl.col("row").min())
        .sort("row", "subject")
    )
    hints = {subject: _hint(listed, subject) for subject in first["subject"]}
    subject = pl.col("subject")
    context.add_finding(
        first,
        "unknown_subject",
        "error",
        message=pl.format("{} is not in the table of subjects", subject)
        + subject.replace_strict(hints, default="", return_dtype=pl.String),
        found=subject,
        expected="a subject of the table `subjects`",
    )


def _hint(listed: ListedSubjects, subject: str) -> str:
    """What the id could be: one that looks the same, or those of the same number."""
    same = listed.equal_as_numbers(subject)
    if same:
        ids = ", ".join(repr(name) for name in same)
        return (
            f"; {ids} has the same number: columns.subject = [site, number] tells sites apart, and "
            f"values.subject says whose a number is"
        )
    likely = listed.likely(subject)
    return f"; is {likely!r} meant?" if likely else ""
