"""Plus signs that only a few numbers of a column carry: a sign that they come from another coding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dermoutcomes.sources.findings import remarks

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.sources.files import SourceFile

__all__ = ["plus_signs"]


def plus_signs(file: SourceFile, values: pl.DataFrame) -> pl.DataFrame:
    """Findings for numbers written with a plus sign, where fewer than half of the positive numbers of their code are."""
    import polars as pl

    positive = values.filter(pl.col("value") > 0)
    positive = positive.with_columns(signed=pl.col("found").str.contains(r"^\s*\+")).with_columns(
        n=pl.len().over("code"), n_signed=pl.col("signed").sum().over("code")
    )
    odd = (
        positive.filter(pl.col("signed"), 2 * pl.col("n_signed") < pl.col("n"))
        .sort("row", "column")
        .rename({"id": "observation"})
    )
    message = pl.format(
        "{} of {} positive numbers have a plus sign, this one among them: look whether it comes from another coding",
        "n_signed",
        "n",
    )
    return remarks(
        odd,
        "plus_sign",
        "warning",
        file,
        message=message,
        found=pl.col("found"),
        expected="a number without a sign, as the others",
    )
