"""What stands beside the verdict on a claim: whether the ledger balances that its numbers rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables.ledger import imbalances

if TYPE_CHECKING:
    from typing import Any

__all__ = ["balance_caution", "with_basis"]

FAULT = "This is a fault of the program, not of the study: please report it."


def with_basis(claims: pl.DataFrame, ledger: pl.DataFrame) -> pl.DataFrame:
    """The table `claims` with `caution`: what speaks against relying on any verdict of the run."""
    return claims.with_columns(caution=pl.lit(balance_caution(ledger), dtype=pl.String))


def balance_caution(ledger: pl.DataFrame) -> str | None:
    """What is said of a ledger that does not balance, with the first account; None of one that does."""
    unbalanced = imbalances(ledger)
    if not unbalanced.height:
        return None
    more = unbalanced.height - 1
    others = f", and {more} more account{'s' if more > 1 else ''}" if more else ""
    return f"The ledger does not balance ({_gap(unbalanced.row(0, named=True))}{others}). {FAULT}"


def _gap(row: dict[str, Any]) -> str:
    unexplained = row["unexplained"]
    words = "lost without a reason" if unexplained > 0 else "counted twice"
    return f"{row['account']}: {abs(unexplained)} of {row['opening'] + row['gain']} {words}"
