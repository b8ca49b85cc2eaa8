"""The same measurement twice in the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.derive.findings import number_words
from dermoutcomes.quality.check_data import OCCASION
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import NoOptions
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["repeated"]


def repeated(data: StudyData, _: NoOptions) -> pl.DataFrame:
    """Readings with the same subject, visit, place, rater, replicate and measure as an earlier one.

    One finding a repeated row. Without a replicate number they count as repeated only where none is
    planned: otherwise they are replicates.
    """
    key = [*OCCASION, "replicate", "owner"]
    with_replicates = [
        name
        for name, instrument in data.registry.instruments.items()
        if (instrument.replicates or 1) > 1
    ]
    planned = {
        endpoint.measure.partition(".")[0]
        for endpoint in data.study.endpoints.values()
        if endpoint.measure and (endpoint.replicates.planned or 1) > 1
    }
    rows = data.read.filter(
        pl.col("replicate").is_not_null() | ~pl.col("owner").is_in([*with_replicates, *planned])
    )
    rows = rows.with_columns(turn=pl.int_range(pl.len()).over([*key, "measure"]))
    first = rows.filter(pl.col("turn") == 0).select(
        *key, "measure", before="value", before_text="text", before_row="row"
    )
    further = rows.filter(pl.col("turn") > 0).join(
        first, on=[*key, "measure"], nulls_equal=True, maintain_order="left"
    )
    same = pl.col("value").eq_missing(pl.col("before")) & pl.col("text").eq_missing(
        pl.col("before_text")
    )
    further = further.with_columns(same=same).sort("same", "id")
    repeats = further.group_by(*key, "turn", maintain_order=True).agg(
        pl.len().alias("n"),
        pl.col("same").sum().alias("n_same"),
        pl.col(
            "id",
            "measure",
            "label",
            "value",
            "text",
            "before",
            "before_row",
            "source",
            "row",
            "column",
        ).first(),
    )
    identical = pl.col("n_same") == pl.col("n")
    repeats = repeats.with_columns(
        severity=pl.when(identical).then(pl.lit("warning")).otherwise(pl.lit("error"))
    )
    likeness = (
        pl.when(identical)
        .then(pl.lit("with the same values"))
        .otherwise(pl.format("with {} of {} values different", pl.col("n") - pl.col("n_same"), "n"))
    )
    message = pl.format(
        "this measurement stands in row {} already, {}: decide which row counts",
        pl.col("before_row").fill_null(0),
        likeness,
    )
    shown = pl.coalesce(number_words(pl.col("value")), "text", pl.lit("nothing"))
    return remarks(
        repeats.sort("id"), message=message, found=shown, expected="one row a measurement"
    )
