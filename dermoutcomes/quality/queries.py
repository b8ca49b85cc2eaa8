"""The list that goes to the site: one row a finding, with room for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = ["queries"]


def queries(
    findings: pl.DataFrame, study: Study, subjects: pl.DataFrame | None = None
) -> pl.DataFrame:
    """One row a finding that a site can answer, in the order of the findings.

    All columns but those to be filled are set. Left out are notes about the study as a whole, which
    point to no subject and no row. `site` needs the table `subjects`.
    """
    rows = findings.filter(pl.col("subject").is_not_null() | pl.col("row").is_not_null()).sort("id")
    sites = (
        subjects.select("subject", "site").unique("subject", keep="first", maintain_order=True)
        if subjects is not None and "site" in subjects.columns
        else pl.DataFrame(schema={"subject": pl.String, "site": pl.String})
    )
    rows = rows.join(sites, on="subject", how="left", maintain_order="left")
    names = {name: visit.name for name, visit in study.visits.items()}
    blank = pl.lit(None, dtype=pl.String)
    return rows.select(
        pl.col("id").alias("query"),
        pl.lit(study.id).alias("study"),
        "site",
        "subject",
        pl.col("visit").replace(names).alias("visit"),
        "location",
        "side",
        "replicate",
        "measure",
        "severity",
        "check",
        pl.coalesce("found", pl.col("value").cast(pl.String)).alias("found"),
        "expected",
        pl.concat_str(_capital(pl.col("message")), pl.lit(". Is it right? If not, what is?")).alias(
            "question"
        ),
        "file",
        "row",
        "column",
        blank.alias("answer"),
        blank.alias("answered by"),
        blank.alias("date"),
    )


def _capital(text: pl.Expr) -> pl.Expr:
    return text.str.slice(0, 1).str.to_uppercase() + text.str.slice(1)
