"""A slip of the decimal sign is told once, whatever else it upsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dermoutcomes.quality.check_data import StudyData

__all__ = ["with_one_a_slip"]

SLIP, RANGE = "decimal_slip", "range"
# What one reading of another size upsets by itself: its replicates, its visit, and the two sides at
# all visits of the place, which are compared with each other.
OF_ITS_SPOT = ("replicate_scatter", "unusual_visit")
OF_ITS_PLACE = ("swapped_sides",)
PLACE = ("owner", "subject", "location")
SPOT = (*PLACE, "visit", "side")
ROW = (*SPOT, "source", "row")
GRAVITY = {"error": 2, "warning": 1, "note": 0}


def with_one_a_slip(
    findings: pl.DataFrame, data: StudyData, labels: Mapping[str, str]
) -> pl.DataFrame:
    """The findings without those that a decimal slip explains, which its own finding names.

    They are: its range; checks that a declaration makes of its code and others of the row; the
    scatter of its replicates, its visit, and sides of its place that look exchanged. The finding of the slip is
    as grave as the gravest of them. What `quality.leave_out` names stays a finding of its own, as
    readings are left out by it. `labels`: check = what it is called.
    """
    told = findings.with_row_index("place").with_columns(
        owner=pl.col("measure").str.split(".").list.first()
    )
    slips = told.filter(pl.col("check") == SLIP)
    if not slips.height:
        return findings
    kept_apart = [SLIP, *data.study.quality.leave_out]
    bare = pl.col("check").str.replace(r"^[^.]*\.", "")
    others = told.filter(~pl.col("check").is_in(kept_apart), ~bare.is_in(kept_apart))
    explained = pl.concat(
        [
            _of_row(others, slips, data),
            _same(others.filter(pl.col("check").is_in(OF_ITS_SPOT)), slips, SPOT),
            _same(others.filter(pl.col("check").is_in(OF_ITS_PLACE)), slips, PLACE),
        ]
    )
    if not explained.height:
        return findings
    joined = explained.group_by("slip").agg(
        words=pl.col("check").replace(labels).str.to_lowercase().unique(maintain_order=True),
        gravest=pl.col("severity").sort_by(pl.col("severity").replace_strict(GRAVITY)).last(),
        lost=((pl.col("check") == RANGE) & (pl.col("severity") == "error")).any(),
    )
    rows = told.join(explained, on="place", how="anti", maintain_order="left").join(
        joined, left_on="place", right_on="slip", how="left", maintain_order="left"
    )
    lost = pl.when("lost").then(pl.lit("; the value is not possible, and reaches no endpoint"))
    also = pl.format("; with it: {}", pl.col("words").list.join(", "))
    graver = pl.col("gravest").replace_strict(GRAVITY) > pl.col("severity").replace_strict(GRAVITY)
    return rows.with_columns(
        message=pl.concat_str("message", also.fill_null(""), lost.otherwise(pl.lit(""))),
        severity=pl.when(graver.fill_null(value=False)).then("gravest").otherwise("severity"),
    ).select(findings.columns)


def _same(others: pl.DataFrame, slips: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """place, check and severity of those that share the keys of a slip, and the `slip` itself."""
    own = slips.select(*keys, slip="place", code="measure").unique([*keys], keep="first")
    both = others.join(own, on=[*keys], nulls_equal=True, maintain_order="left")
    return both.select("place", "check", "severity", "slip", "code")


def _of_row(others: pl.DataFrame, slips: pl.DataFrame, data: StudyData) -> pl.DataFrame:
    """The range of the same measure, and declared checks that need it, in the row of a slip."""
    of_row = _same(others, slips, ROW)
    needed = [
        (f"{owner.name}.{check.name}", f"{owner.name}.{need}")
        for name in slips["owner"].unique().sort()
        if (owner := data.registry.owner(name)) is not None
        for check in owner.checks
        for need in check.needs
    ]
    of_code = pl.DataFrame(needed, schema={"check": pl.String, "code": pl.String}, orient="row")
    declared = of_row.join(of_code.unique(), on=["check", "code"], how="semi")
    return pl.concat([of_row.filter(pl.col("check") == RANGE), declared])
