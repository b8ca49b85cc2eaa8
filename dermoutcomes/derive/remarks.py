"""Findings of this stage, in the columns of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale

__all__ = ["not_computable", "remarks"]

WHERE = ("subject", "visit", "location", "side", "replicate", "measure", "source", "row")


def remarks(rows: pl.DataFrame, *, check: str, severity: str, message: str | pl.Expr, expected: str | None = None) -> pl.DataFrame:
    """One finding a row of `rows`; its columns say where."""
    model = empty("findings")
    words = pl.lit(message, dtype=pl.String) if isinstance(message, str) else message
    said = rows.select(*(pl.col(name) for name in WHERE if name in rows.columns), words.alias("message"))
    said = said.with_columns(check=pl.lit(check), severity=pl.lit(severity), expected=pl.lit(expected, dtype=pl.String))
    blank = [pl.lit(None, dtype=kind).alias(name) for name, kind in model.schema.items() if name not in said.columns]
    return said.with_columns(blank).select(pl.col(name).cast(kind) for name, kind in model.schema.items())


def not_computable(rows: pl.DataFrame, owner: Instrument | Scale) -> pl.DataFrame:
    """Findings for derived values (columns code and where) that came out as no number."""
    labels = {parameter.code: parameter.label for parameter in owner.parameters}
    label = pl.col("code").replace_strict(labels, return_dtype=pl.String)
    named = rows.with_columns(measure=pl.lit(f"{owner.name}.") + pl.col("code"))
    message = pl.format("{} cannot be computed from the values of this measurement (a division by zero?); it is left missing", label)
    return remarks(named, check="not_computable", severity="warning", message=message, expected="a finite number")
