"""Doses that are ten times the usual ones, or a tenth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.number_text import count_words
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["DoseOptions", "dose_slips"]

# Doses that are given alike.
GIVEN_ALIKE = ("treatment", "session", "unit")
# The others, of whom there must be so many, lie within this factor of their median.
ENOUGH, SPREAD = 4, 3.0
# Of a planned dose more than this part of the treatments are.
RARE_SHARE = 0.1


@frozen
class DoseOptions:
    """When a factor between doses is a slip of the decimal sign."""

    tolerance: float = option(
        0.1,
        "How far the factor may be from 10, 100 or 1000, as a difference of decimal logarithms.",
        at_least=0.01,
        at_most=0.4,
    )


def dose_slips(data: StudyData, options: DoseOptions) -> pl.DataFrame:
    """Doses about 10, 100 or 1000 times those of the same treatment, session and unit.

    Or that part of them; one finding a file. The others, four at least, must lie within a factor of
    three of their median; a dose of more than a tenth of the treatments is one by plan.
    """
    rows = data.table("exposures").filter(pl.col("dose") > 0)
    size = pl.col("dose").log10()
    usual = size.median().over(GIVEN_ALIKE)
    apart = size - usual
    power = apart.round()
    is_slip = power.abs().is_between(1, 3) & ((apart - power).abs() <= options.tolerance)
    rows = rows.with_columns(usual=10**usual, is_slip=is_slip, apart=apart)
    like_others = (pl.col("apart").abs() <= pl.lit(SPREAD).log10()) | pl.col("is_slip")
    n_slips, n = pl.col("is_slip").sum().over(GIVEN_ALIKE), pl.len().over(GIVEN_ALIKE)
    slips = rows.filter(
        "is_slip",
        like_others.all().over(GIVEN_ALIKE),
        n - n_slips >= ENOUGH,
        n_slips <= pl.max_horizontal(1, RARE_SHARE * n),
    ).sort("source", "row")
    findings = [_finding(frame) for _, frame in slips.group_by("source", maintain_order=True)]
    return pl.concat([no_findings(), *findings])


def _finding(slips: pl.DataFrame) -> pl.DataFrame:
    one = slips.height == 1
    places = slips.select("subject", "dose", "usual", "row").iter_rows()
    return remarks(
        slips.head(1).select("source", "row", subject=pl.col("subject") if one else pl.lit(None)),
        message=f"{count_words(slips.height, 'dose')} of another power of ten than the others of "
        "the same treatment and session: look at the decimal sign and the unit",
        found=listed(
            [
                f"{subject}, {dose:g} where {usual:g} is usual (row {row})"
                for subject, dose, usual, row in places
            ]
        ),
        expected="a dose of the size of the others, or a column of the unit (columns.unit)",
    )
