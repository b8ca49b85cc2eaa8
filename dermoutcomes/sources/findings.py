"""Findings of the sources room: rows of the table `findings` from rows of data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes.declare.instruments import Severity
    from dermoutcomes.sources.files import SourceFile

__all__ = ["gathered", "no_findings", "note", "remarks"]

ABOUT = (
    "subject",
    "visit",
    "location",
    "side",
    "replicate",
    "measure",
    "value",
    "found",
    "expected",
    "message",
    "observation",
    "row",
    "column",
)


@cache
def no_findings() -> pl.DataFrame:
    """The table without a row and without the name of the study."""
    from dermoutcomes.tables import empty

    return empty("findings").drop("study")


def remarks(
    rows: pl.DataFrame,
    check: str,
    severity: Severity,
    file: SourceFile | None = None,
    **words: str | pl.Expr | None,
) -> pl.DataFrame:
    """One finding a row of `rows`, about what its columns say; `words` gives message, found or expected as text or expression."""
    import polars as pl

    model = no_findings()
    if not rows.height:
        return model
    said = {
        name: pl.lit(words, dtype=pl.String) if not isinstance(words, pl.Expr) else words
        for name, words in words.items()
    }
    about = {name: pl.col(name) for name in ABOUT if name in rows.columns} | said
    where = (
        {}
        if file is None
        else {"file": pl.lit(file.relative), "source": pl.lit(file.number, dtype=pl.Int32)}
    )
    columns = {**about, **where, "check": pl.lit(check), "severity": pl.lit(severity)}
    chosen = [
        columns.get(name, pl.lit(None)).cast(kind).alias(name)
        for name, kind in model.schema.items()
    ]
    return rows.select(chosen)


def note(
    check: str, severity: Severity, file: SourceFile, *, message: str, **about: str | int | None
) -> pl.DataFrame:
    """A single finding about a file."""
    import polars as pl

    return remarks(
        pl.DataFrame([{"row": None, **about, "message": message}]), check, severity, file
    )


def gathered(found: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All findings as one frame, sorted by file and place."""
    import polars as pl

    order = ["source", "row", "column", "check", "subject", "visit", "measure", "message"]
    return pl.concat([no_findings(), *(frame for frame in found if frame.height)]).sort(
        order, nulls_last=True, maintain_order=True
    )
