"""Readings at odds with the rest of their subject.

Decimal slips, and visits at which everything is another size.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes.declare import option
from dermoutcomes.derive.findings import number_words
from dermoutcomes.quality.check_data import OCCASION
from dermoutcomes.quality.checks.reading_levels import deviations, spread
from dermoutcomes.tables.findings import remarks

if TYPE_CHECKING:
    from dermoutcomes.quality.check_data import StudyData

__all__ = ["SlipOptions", "UnusualOptions", "decimal_slip", "unusual_visit"]


@frozen
class SlipOptions:
    """When a factor is a slip of the decimal sign."""

    tolerance: float = option(
        0.2,
        "How far the factor may be from 10, 100 or 1000, as a difference of decimal logarithms.",
        at_least=0.01,
        at_most=0.4,
    )
    spreads: float = option(
        6.0, "How many robust standard deviations of the measure it must be away.", at_least=3
    )


@frozen
class UnusualOptions:
    """When a visit's readings are another size."""

    factor: float = option(1.6, "Smallest factor that is said.", at_least=1.01)
    spreads: float = option(
        5.0, "How many robust standard deviations of the measure it must be away.", at_least=3
    )


def _is_slip(options: SlipOptions) -> pl.Expr:
    power = pl.col("apart").round()
    near = (pl.col("apart") - power).abs() <= options.tolerance
    return (
        power.abs().is_between(1, 3)
        & near
        & (pl.col("apart").abs() > options.spreads * pl.col("spread"))
    )


def decimal_slip(data: StudyData, options: SlipOptions) -> pl.DataFrame:
    """Readings about 10, 100 or 1000 times what is expected of their subject and visit.

    Or that part of it. One a measurement.
    """
    rows = (
        deviations(data)
        .filter(_is_slip(options))
        .with_columns(power=pl.col("apart").round().cast(pl.Int64))
    )
    rows = rows.with_columns(
        others=_others("measurement"), usual=pl.col("value") / (10.0 ** pl.col("apart"))
    )
    rows = rows.sort("id").unique("measurement", keep="first", maintain_order=True)
    factor = pl.format(
        "{} {}",
        pl.when(pl.col("power") > 0).then(pl.lit("about")).otherwise(pl.lit("about 1 /")),
        (10 ** pl.col("power").abs()).cast(pl.Int64),
    )
    message = pl.format(
        "{} is {} times what this subject's other readings lead one to expect{}: look at the "
        "decimal sign",
        "label",
        factor,
        "others",
    )
    return remarks(
        rows, message=message, found=number_words(pl.col("value")), expected=_about_usual()
    )


def unusual_visit(data: StudyData, options: UnusualOptions) -> pl.DataFrame:
    """Occasions whose readings are another size than their subject and visit lead one to expect.

    There is one finding an occasion and owner, named after its first such measure.

    The replicates' median counts, against the spread of such medians over the study. What looks
    like a decimal slip is left to it.
    """
    by = ["owner", "measure", *OCCASION]
    rows = deviations(data)
    occasions = (
        rows.sort("id")
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("apart").median(),
            pl.col("value").median(),
            pl.col("label", "id", "source", "row", "column").first(),
        )
    )
    occasions = spread(occasions, ["measure"])
    far = (pl.col("apart").abs() > options.spreads * pl.col("spread")) & (
        pl.col("apart").abs() > log10(options.factor)
    )
    occasions = occasions.filter(far, ~_is_slip(SlipOptions())).with_columns(
        others=_others("owner", *OCCASION)
    )
    occasions = occasions.with_columns(
        usual=pl.col("value") / (10.0 ** pl.col("apart")), declared=_rank(data)
    )
    occasions = occasions.sort("declared", "id").unique(
        ["owner", *OCCASION], keep="first", maintain_order=True
    )
    message = pl.format(
        "{} is {} times what this subject's other visits and the others at this visit lead one to "
        "expect{}: look at the "
        "settings, the probe and the place",
        "label",
        number_words((10.0 ** pl.col("apart")).round_sig_figs(2)),
        "others",
    )
    return remarks(
        occasions.sort("id"),
        message=message,
        found=number_words(pl.col("value")),
        expected=_about_usual(),
    )


def _about_usual() -> pl.Expr:
    return pl.format("about {}", number_words(pl.col("usual").round_sig_figs(2)))


def _rank(data: StudyData) -> pl.Expr:
    """Where the measure stands in its declaration: the first one is the one to name."""
    return pl.col("measure").replace_strict(
        {name: rank for rank, name in enumerate(data.registry.measures())}, return_dtype=pl.Int32
    )


def _others(*by: str) -> pl.Expr:
    """How many other codes of the same measurement or occasion have the same fault, as words."""
    more = pl.col("measure").n_unique().over(by) - 1
    return (
        pl.when(more > 0)
        .then(pl.format(" (and so are {} more values of it)", more))
        .otherwise(pl.lit(""))
    )
