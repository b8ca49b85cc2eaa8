"""Findings of what cannot be computed, and numbers as findings write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from dermoutcomes.declare import Scale
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.declare import Instrument

__all__ = ["not_computable", "number_words"]


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
    form = owner.form if isinstance(owner, Scale) else None
    converted = pl.col("code").is_in([*form.conversions] if form is not None else [])
    why = (
        pl.when(converted)
        .then(pl.lit("the table of the source's conversion has no such sum"))
        .otherwise(pl.lit("a division by zero?"))
    )
    message = pl.format(
        "{} cannot be computed from the values of this measurement ({}); it is left missing",
        label,
        why,
    )
    return remarks(
        named,
        check="not_computable",
        severity="warning",
        message=message,
        expected="a finite number",
    )
