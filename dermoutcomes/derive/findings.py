"""Rows of the table `findings`, made from rows that have a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.tables import empty

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument, Scale

__all__ = ["not_computable", "number_words", "remarks"]

WHERE = (
    "subject",
    "visit",
    "location",
    "side",
    "replicate",
    "measure",
    "value",
    "observation",
    "source",
    "row",
    "column",
    "severity",
)
Words = str | pl.Expr | None


def remarks(
    rows: pl.DataFrame,
    *,
    check: str = "",
    severity: str | None = None,
    message: Words,
    found: Words = None,
    expected: Words = None,
) -> pl.DataFrame:
    """One finding a row of `rows`, whose columns say where; a column `id` is the observation unless there is one of that name.

    A column `severity` holds where `severity` is not given.
    """
    if not rows.height:
        return empty("findings")
    if "id" in rows.columns and "observation" not in rows.columns:
        rows = rows.rename({"id": "observation"})
    said = {
        "message": message,
        "found": found,
        "expected": expected,
        "check": check,
        "severity": severity,
    }
    words = {
        name: _words(text) for name, text in said.items() if name != "severity" or text is not None
    }
    kept = [pl.col(name) for name in WHERE if name in rows.columns and name not in words]
    findings = rows.select(*kept, **words)
    model = empty("findings").schema
    blank = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in model.items()
        if name not in findings.columns
    ]
    return findings.with_columns(blank).select(
        pl.col(name).cast(kind) for name, kind in model.items()
    )


def _words(text: Words) -> pl.Expr:
    return text if isinstance(text, pl.Expr) else pl.lit(text, dtype=pl.String)


def number_words(value: pl.Expr) -> pl.Expr:
    """A number as a reader would write it: at most six significant digits, no trailing ".0"."""
    return value.round_sig_figs(6).cast(pl.String).str.replace(r"\.0$", "")


def not_computable(rows: pl.DataFrame, owner: Instrument | Scale) -> pl.DataFrame:
    """Findings for derived values (columns code and where) that came out as no number."""
    labels = {parameter.code: parameter.label for parameter in owner.parameters}
    label = pl.col("code").replace_strict(labels, return_dtype=pl.String)
    places = rows.select(
        "subject", "visit", "location", "side", "replicate", "source", "row", "code"
    )
    named = places.with_columns(measure=pl.lit(f"{owner.name}.") + pl.col("code"))
    message = pl.format(
        "{} cannot be computed from the values of this measurement (a division by zero?); it is left missing",
        label,
    )
    return remarks(
        named,
        check="not_computable",
        severity="warning",
        message=message,
        expected="a finite number",
    )
