"""Numbers of another power of ten than all others of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["power_slips"]

# The others, of whom there must be so many, lie within this factor of their median.
ENOUGH, SPREAD = 4, 3.0
# Of a number that is meant more than this part of the rows are.
RARE_SHARE = 0.1


def power_slips(
    rows: pl.DataFrame, column: str, alike: Sequence[str], tolerance: float
) -> pl.DataFrame:
    """The rows whose number is about 10, 100 or 1000 times the median of those alike, or that part.

    With that median as `usual`. Numbers are above zero; how far the factor may be from the power is
    a difference of decimal logarithms. All others, four at least, lie within a factor of three of
    the median; a number that is meant stands in more than a tenth of the rows.
    """
    same = [pl.col(name) for name in alike] or [pl.lit(1)]
    size = pl.col(column).log10()
    usual = size.median().over(same)
    apart = size - usual
    power = apart.round()
    is_slip = power.abs().is_between(1, 3) & ((apart - power).abs() <= tolerance)
    rows = rows.with_columns(usual=10**usual, is_slip=is_slip, apart=apart)
    like_others = (pl.col("apart").abs() <= pl.lit(SPREAD).log10()) | pl.col("is_slip")
    n_slips, n = pl.col("is_slip").sum().over(same), pl.len().over(same)
    return rows.filter(
        "is_slip",
        like_others.all().over(same),
        n - n_slips >= ENOUGH,
        n_slips <= pl.max_horizontal(1, RARE_SHARE * n),
    )
