"""Cells of subjects that do not say whether a population takes the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.quality.checks.people.similar_words import RARE, RARE_SHARE
from dermoutcomes.sources.cells.recoding import YES_NO, lookup
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["unclear_membership"]


def unclear_membership(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Subjects whose cell is blank, or no yes and no no, where a population asks; one a column.

    Of columns of words of which the study has two or more. A blank is told where few are, at most a
    fifth or one: where a mark or nothing stands, nothing says no. A word is told where the others
    say yes or no and one or two subjects have it. Who was neither allocated nor treated, as after a
    failed screening, is in no population by a mark.
    """
    subjects = _taken_in(data).sort("source", "row")
    findings = []
    for column, populations in _asked(data).items():
        if subjects.schema.get(column) != pl.String:
            continue
        word = pl.col(column)
        is_flag = _is_flag(subjects[column])
        n_flags = int(subjects.select(is_flag.sum()).item())
        if subjects[column].drop_nulls().n_unique() < 2 and not n_flags:
            continue
        blank = subjects.filter(word.is_null())
        few = blank.height <= max(1, RARE_SHARE * subjects.height)
        if not few or subjects[column].drop_nulls().n_unique() < 2:
            blank = blank.clear()
        odd = subjects.filter(word.is_not_null(), ~is_flag)
        if odd.height > min(RARE, RARE_SHARE * n_flags):
            odd = odd.clear()
        doubtful = pl.concat([blank, odd]).sort("source", "row")
        if doubtful.height:
            findings.append(_finding(doubtful, column, populations))
    return pl.concat([no_findings(), *findings])


def _is_flag(words: pl.Series) -> pl.Expr:
    """Whether a cell of a column says yes or no; f stands for false only where t stands for true.

    In a column of sexes it is female.
    """
    column = pl.col(words.name)
    flags = lookup(column, YES_NO).is_not_null()
    folded = set(words.drop_nulls().str.to_lowercase())
    return flags & (column.str.to_lowercase() != "f") if "t" not in folded else flags


def _taken_in(data: StudyData) -> pl.DataFrame:
    """The subjects who were allocated, or treated where nothing was."""
    subjects, allocations = data.table("subjects"), data.table("allocations").drop_nulls("arm")
    if allocations.height:
        return subjects.join(allocations, on="subject", how="semi", maintain_order="left")
    return subjects.filter(pl.col("treated").fill_null(value=True))


def _asked(data: StudyData) -> Mapping[str, list[str]]:
    """The columns that populations ask of, each with these."""
    columns: dict[str, list[str]] = {}
    for name, population in data.study.populations.items():
        for column in population.where.columns:
            columns.setdefault(column, []).append(name)
    return columns


def _finding(doubtful: pl.DataFrame, column: str, populations: list[str]) -> pl.DataFrame:
    cells = doubtful.select("subject", pl.col(column).fill_null("blank"), "row").iter_rows()
    one = doubtful.height == 1
    named = " and ".join(populations)
    return remarks(
        doubtful.head(1).select(
            "source", "row", subject=pl.col("subject") if one else pl.lit(None)
        ),
        message=f"{count_words(doubtful.height, 'cell')} of {column} that "
        f"{'does' if one else 'do'} not say whether the population {named} takes the subject",
        found=listed([f"{subject}, {word} (row {row})" for subject, word, row in cells]),
        expected=f"an answer for each subject, or values.{column} in sources.subjects for each "
        "further word",
    )
