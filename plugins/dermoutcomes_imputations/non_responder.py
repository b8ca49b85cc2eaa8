"""A missing response is a failure."""

from __future__ import annotations

import polars as pl

from dermoutcomes import Imputation, NoOptions, Reference

__all__ = ["NON_RESPONDER", "missing_is_failure"]


def missing_is_failure(
    records: pl.DataFrame,
    expected: pl.DataFrame,
    options: NoOptions,  # noqa: ARG001 - contract
) -> pl.DataFrame:
    """The records with every unknown responder that is expected after baseline set to false."""
    requested = expected.with_columns(_asked=pl.lit(value=True))
    beside_expected = records.join(
        requested, on=expected.columns, how="left", nulls_equal=True, maintain_order="left"
    )
    fill = (
        pl.col("responder").is_null()
        & pl.col("_asked").fill_null(value=False)
        & ~pl.col("at_baseline")
    )
    return beside_expected.with_columns(
        responder=pl.when(fill).then(pl.lit(value=False)).otherwise("responder"),
        derivation=pl.when(fill).then(pl.lit("non_responder")).otherwise("derivation"),
    ).drop("_asked")


NON_RESPONDER = Imputation(
    "non_responder",
    "Non-responder imputation",
    impute=missing_is_failure,
    stage="responder",
    assumption="A subject whose response is not known is counted as a non-responder, whatever the "
    "reason.",
    references=(
        Reference(
            "European Medicines Agency. ICH E9 (R1) addendum on estimands and sensitivity "
            "analysis in clinical trials. EMA/CHMP/ICH/436221/2017; 2020",
            note="The composite strategy for intercurrent events.",
        ),
    ),
)
