"""Readings that may be codes for what was not taken: nines alone, far from all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.derivation_findings import number_words
from dermoutcomes.quality.impossible_values import with_bounds
from dermoutcomes.tables.findings import listed, no_findings, remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["code_for_missing"]

# What data bases and their users write where nothing was measured.
CODES = (99.0, 99.9, 99.99, 999.0, 999.9, 999.99, 9999.0, -9.0, -99.0, -999.0, -9999.0)
# How far beyond the others a code lies, as a part of their whole range, and the fewest of these.
BEYOND, FEWEST = 0.5, 5


def code_for_missing(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Readings of nines alone that lie beyond all others of their measure; one finding a measure.

    Beyond by more than half of what the others span. What lies outside of a bound is told there.
    """
    is_code = pl.col("value").is_in(CODES)
    suspected = data.read.filter(is_code).select(pl.col("measure").unique()).collect()
    columns = ("place", "measurement", "measure", "location", "value")
    rows = data.read.join(suspected.lazy(), on="measure", how="semi").select(columns).collect()
    rows = with_bounds(data.study, data.registry, rows, data.registry.measures())
    rows = rows.filter(~pl.any_horizontal("impossible", "uncoded", "outside", "unlikely"))
    others = pl.col("value").filter(~is_code)
    low, high = others.min().over("measure"), others.max().over("measure")
    margin = BEYOND * (high - low)
    is_far = (pl.col("value") > high + margin) | (pl.col("value") < low - margin)
    enough = others.len().over("measure") >= FEWEST
    codes = data.whole_rows(rows.filter(is_code, is_far, enough))
    codes = codes.sort("measure", "source", "row")
    findings = [
        _finding(of_measure) for of_measure in codes.partition_by("measure", maintain_order=True)
    ]
    return pl.concat([no_findings(), *findings])


def _finding(codes: pl.DataFrame) -> pl.DataFrame:
    first = codes.head(1)
    word = str(first.select(number_words(pl.col("value"))).item())
    if codes.height == 1:
        message, found = "is {}, far from all others", word
    else:
        places = codes.select("subject", "visit", number_words(pl.col("value")), "row").iter_rows()
        found = listed([f"{who}, {when}: {what} (row {row})" for who, when, what, row in places])
        message = f"is {{}} and the like {codes.height} times, far from all others"
        first = first.select("source", "row", "measure", "label")
    return remarks(
        first,
        message=pl.format(
            f"{{}} {message}: look whether it is a code for a reading that was not taken",
            "label",
            pl.lit(word),
        ),
        found=pl.lit(found),
        expected=f'a reading, or missing = ["{word}"] in the source',
    )
