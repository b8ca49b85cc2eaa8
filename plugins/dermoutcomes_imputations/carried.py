"""A missing value is taken to be an earlier one of the same unit."""

from __future__ import annotations

import polars as pl
from attrs import frozen

from dermoutcomes import Imputation, NoOptions, Reference, option
from dermoutcomes.stats import RECORD_KEY

__all__ = ["BOCF", "LOCF", "LocfOptions", "baseline_forward", "last_forward"]

UNIT = (*RECORD_KEY, "arm", "timepoint")
NRC = Reference(
    "National Research Council. The Prevention and Treatment of Missing Data in Clinical Trials. "
    "Washington: National Academies Press; 2010",
    doi="10.17226/12955",
    note="Single imputation such as carrying forward is not recommended as a primary approach.",
)
EMA = Reference(
    "European Medicines Agency. Guideline on missing data in confirmatory clinical trials. "
    "EMA/CPMP/EWP/1776/99 Rev. 1; 2010"
)


@frozen
class LocfOptions:
    """Options of `locf`."""

    baseline: bool = option(
        False, "Whether the baseline may be carried forward, where no later value was observed."
    )


def last_forward(
    records: pl.DataFrame, expected: pl.DataFrame, options: LocfOptions
) -> pl.DataFrame:
    """The records with missing values after baseline replaced by the last of their unit before.

    Only expected values are replaced.

    Values at visits after the baseline are carried; the baseline itself only with the option. A
    baseline is never filled in.
    """
    may_carry = pl.lit(value=True) if options.baseline else ~pl.col("at_baseline")
    observed = pl.col("value").is_not_null() & may_carry & pl.col("visit_number").is_not_null()
    ordered = records.sort(*UNIT, "visit_number", "day", maintain_order=True)
    carried = ordered.with_columns(
        pl.when(observed).then(name).forward_fill().over(UNIT).alias(f"_{name}")
        for name in ("value", "observations", "n_values")
    )
    return _filled(carried, expected, "locf")


def baseline_forward(
    records: pl.DataFrame,
    expected: pl.DataFrame,
    options: NoOptions,  # noqa: ARG001 - contract
) -> pl.DataFrame:
    """The records with missing values after baseline replaced by the baseline of their unit.

    Only expected values are replaced.
    """
    return _filled(
        records.with_columns(
            _value="base", _observations=pl.lit([], dtype=pl.List(pl.Int64)), _n_values=0
        ),
        expected,
        "bocf",
    )


def _filled(records: pl.DataFrame, expected: pl.DataFrame, name: str) -> pl.DataFrame:
    """The records with `_value` where an expected value after baseline is missing."""
    requested = expected.with_columns(_asked=pl.lit(value=True))
    beside_expected = records.join(
        requested, on=expected.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    fill = (
        pl.col("value").is_null()
        & pl.col("_value").is_not_null()
        & pl.col("_asked").fill_null(value=False)
        & ~pl.col("at_baseline")
    )
    changed = [
        pl.when(fill).then(f"_{column}").otherwise(column).alias(column)
        for column in ("value", "observations", "n_values")
    ]
    return beside_expected.with_columns(
        *changed, derivation=pl.when(fill).then(pl.lit(name)).otherwise("derivation")
    ).select(name for name in records.columns if not name.startswith("_"))


LOCF = Imputation(
    "locf",
    "Last observation carried forward",
    impute=last_forward,
    options=LocfOptions,
    legacy=True,
    references=(NRC, EMA),
    assumption="A subject whose value is missing is taken to have stayed as at the last visit "
    "with a value. This is a legacy method: it understates uncertainty and can favour "
    "either side.",
)
BOCF = Imputation(
    "bocf",
    "Baseline observation carried forward",
    impute=baseline_forward,
    legacy=True,
    references=(NRC, EMA),
    assumption="A subject whose value is missing is taken to have returned to the baseline. This "
    "is a legacy method: it understates uncertainty.",
)
