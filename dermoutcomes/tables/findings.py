"""Rows of the table `findings`, made from rows of data that have a fault."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypeAlias

import polars as pl

from dermoutcomes.tables.conform import empty, fitted

__all__ = ["MOST_LISTED", "counted", "gathered", "listed", "no_findings", "remarks", "together"]

Words: TypeAlias = str | pl.Expr | None
# Places that one finding lists; of more it shows three.
MOST_LISTED, EXAMPLES = 20, 3
ORDER = ("source", "row", "column", "check", "subject", "visit", "measure", "message")


def no_findings() -> pl.DataFrame:
    """The table without a row, and without the name of the study."""
    return _no_findings().clone()


@cache
def _no_findings() -> pl.DataFrame:
    return fitted(empty("findings"), "findings")


def remarks(
    rows: pl.DataFrame,
    check: str = "",
    severity: Words = None,
    *,
    message: Words = None,
    found: Words = None,
    expected: Words = None,
) -> pl.DataFrame:
    """One finding a row of `rows`, about what its columns say, without the name of the study.

    What is given as text or expression replaces the column of that name. A column `id` is the
    observation, unless there is one of that name.
    """
    if not rows.height:
        return no_findings()
    if "id" in rows.columns:
        rows = (
            rows.drop("id") if "observation" in rows.columns else rows.rename({"id": "observation"})
        )
    said = {"message": message, "found": found, "expected": expected, "severity": severity}
    columns = {name: _words(text) for name, text in said.items() if text is not None}
    columns["check"] = pl.lit(check)
    # Selected, so that a text becomes as many cells as there are rows, and no column reads another.
    kept = [name for name in rows.columns if name not in columns]
    return fitted(rows.select(*kept, **columns), "findings")


def listed(places: Sequence[str]) -> str:
    """Places of one finding in words: all up to 20, of more three and how many others there are."""
    if len(places) <= MOST_LISTED:
        return "; ".join(places)
    return f"{'; '.join(places[:EXAMPLES])}; and {len(places) - EXAMPLES} more"


def counted(number: str | pl.Expr, one: str, many: str | None = None) -> pl.Expr:
    """A number of things in words, as `1 row` and `2 rows`; see `count_words`."""
    column = pl.col(number) if isinstance(number, str) else number
    noun = pl.when(column == 1).then(pl.lit(one)).otherwise(pl.lit(many or f"{one}s"))
    return pl.format("{} {}", column, noun)


def together(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells of one cause as one row with their number `times`, for one finding; one stays itself.

    `cells` have a row and what they hold in `found`, which lists them where they are several. Of
    the other columns stays what all have in common.
    """
    cells = cells.unique(maintain_order=True)
    if cells.height < 2:
        return cells.with_columns(times=pl.lit(1))
    cells = cells.sort("row")
    subject = pl.col("subject").fill_null("?") if "subject" in cells.columns else pl.lit("cell")
    places = cells.select(pl.format("{}: {} (row {})", subject, "found", "row")).to_series()
    common = {
        name: pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first())
        for name in cells.columns
        if name not in ("row", "found")
    }
    return cells.select(
        pl.col("row").first(), found=pl.lit(listed(places.to_list())), times=pl.len(), **common
    )


def _words(text: str | pl.Expr) -> pl.Expr:
    return text if isinstance(text, pl.Expr) else pl.lit(text, dtype=pl.String)


def gathered(findings: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """All findings as one frame, sorted by file and place."""
    return pl.concat([no_findings(), *(frame for frame in findings if frame.height)]).sort(
        ORDER, nulls_last=True, maintain_order=True
    )
