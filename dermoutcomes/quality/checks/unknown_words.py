"""Words of long tables that are no measure of a source: told once, and only where none reads them.

A table of two devices is read by two sources, and each has the words of the other for unknown.
"""

from __future__ import annotations

import polars as pl

from dermoutcomes.number_text import count_words
from dermoutcomes.tables.findings import listed

__all__ = ["with_words_of_no_source"]

UNKNOWN = "unknown_measure"
TABLE = ("path", "sheet")
SEVERAL_OWNERS = "values.measure in the source that they are of, where they are of one"


def with_words_of_no_source(
    findings: pl.DataFrame, sources: pl.DataFrame, observations: pl.DataFrame
) -> pl.DataFrame:
    """The findings, without words that another source reads, and with one for all of a cause.

    A word that several devices or scales do not know is told of all of them; words that the same do
    not know, in all their files, are one finding.
    """
    if not (findings["check"] == UNKNOWN).any():
        return findings
    tables = sources.select(pl.col("source").cast(pl.Int32), *TABLE, owner="table")
    told = findings.with_row_index("place").join(
        tables.unique("source"), on="source", how="left", maintain_order="left"
    )
    unknown = told.filter(pl.col("check") == UNKNOWN)
    unread = unknown.join(
        _read_elsewhere(unknown, tables, observations),
        on="place",
        how="anti",
        maintain_order="left",
    )
    by_word = unread.group_by(*TABLE, "found", maintain_order=True).agg(
        pl.all().first(), owners=pl.col("owner").unique(maintain_order=True).sort()
    )
    causes = [
        _of_one_cause([*owners], rows)
        for (owners,), rows in by_word.group_by("owners", maintain_order=True)
    ]
    others = told.filter(pl.col("check") != UNKNOWN)
    kept = others.select(others.columns)
    return (
        pl.concat([kept, *(cause.select(kept.columns) for cause in causes)])
        .sort("place")
        .select(findings.columns)
    )


def _read_elsewhere(
    unknown: pl.DataFrame, tables: pl.DataFrame, observations: pl.DataFrame
) -> pl.DataFrame:
    """The places of the words whose row another source has a reading of.

    A setting that stands in the row of a word is no reading of it: its source is told of the word.
    """
    same = tables.select(*TABLE, other="source")
    words = unknown.select("place", "source", "row", "found", *TABLE).join(
        same, on=[*TABLE], how="inner", nulls_equal=True
    )
    words = words.filter(pl.col("other") != pl.col("source")).join(
        unknown.select("found", *TABLE, other="source"),
        on=["found", *TABLE, "other"],
        how="anti",
        nulls_equal=True,
    )
    read = observations.select(pl.col("row").cast(pl.Int64), other=pl.col("source").cast(pl.Int32))
    return (
        words.with_columns(pl.col("row").cast(pl.Int64))
        .join(read, on=["other", "row"], how="semi")
        .select(pl.col("place").unique())
    )


def _of_one_cause(owners: list[str], rows: pl.DataFrame) -> pl.DataFrame:
    """The first of the findings, with the words of all."""
    first = rows.head(1)
    if rows.height == 1 and len(owners) < 2:
        return first
    counts = rows.select(pl.col("message").str.extract(r"\((\d+)\)[^(]*$").cast(pl.Int64)).sum()
    by_word = rows["found"].unique(maintain_order=True).to_list()
    files = rows["file"].unique(maintain_order=True).to_list()
    several = len(by_word) > 1
    where = f" in {count_words(len(files), 'file')} ({listed(files)})" if len(files) > 1 else ""
    return first.with_columns(
        message=pl.lit(
            f"{listed(by_word)}{where} {'are no values' if several else 'is no value'} of "
            f"{' or '.join(owners)}; {'their' if several else 'its'} rows ({counts.item()}) are left "
            "out"
        ),
        found=pl.lit(listed(by_word)),
        expected=pl.lit(SEVERAL_OWNERS) if len(owners) > 1 else pl.col("expected"),
    )
