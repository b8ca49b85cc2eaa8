"""Missing values filled several times.

What a multiple imputation gets, what it must give back, its rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.declare import Draws
from dermoutcomes.declare.tasks.task import seed_of
from dermoutcomes.endpoints.baseline import visit_number
from dermoutcomes.endpoints.imputation.imputable import with_imputable
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.errors import PluginError, blamed

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["drawn_rows", "imputation_seed"]

KEYS = [*UNIT, *OCCASION]
# What an imputation is shown of a record, besides its keys.
SHOWN = (
    "visit_number",
    "day",
    "at_baseline",
    "expected",
    "value",
    "base",
    "responder",
    "derivation",
    "observations",
    "n_values",
)


def imputation_seed(study_seed: int, endpoint: str, handling: str) -> int:
    """The seed of an endpoint's imputations under a handling."""
    return seed_of(study_seed, f"{endpoint}/{handling}")


def drawn_rows(
    plan: Plan, rows: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> tuple[pl.DataFrame, ...]:
    """The rows of each imputation.

    Of one alone where nothing was filled, since all would be equal.
    """
    draws = _draws(plan, handling, options)
    records = _records(plan, rows, draws)
    expected = with_imputable(plan, rows).filter("imputable", ~pl.col("out"))
    with blamed(f"the handling of missing values {imputation.name!r}"):
        result = imputation.impute(records, expected.select(KEYS).sort(KEYS), options, draws)
    is_missing = pl.col("value").is_null() | pl.col("set_aside").is_not_null()
    values = _drawn_values(result, expected.select(*KEYS, _missing=is_missing), handling, draws.m)
    numbers = range(1, draws.m + 1) if values.height else (1,)
    rows = rows.with_row_index("_row")
    values = rows.select("_row", *KEYS).join(values, on=KEYS, how="inner", nulls_equal=True)
    return tuple(
        _with_draw(rows, values.filter(pl.col("imputation") == number), f"{handling}:{number}")
        for number in numbers
    )


def _draws(plan: Plan, handling: str, options: Any) -> Draws:
    study, endpoint = plan.study, plan.endpoint
    reference = next((name for name, arm in study.arms.items() if arm.reference), None)
    columns = plan.table("subjects").columns
    covariates = tuple(
        name for name in dict.fromkeys((*endpoint.strata, *endpoint.covariates)) if name in columns
    )
    return Draws(
        options.m,
        imputation_seed(study.study.seed, endpoint.id, handling),
        tuple(study.arms),
        reference,
        covariates,
    )


def _records(plan: Plan, rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """The records that an imputation is shown, in the order of the keys, with covariates.

    Values that were set aside are not there.
    """
    records = rows.with_columns(
        value=pl.when(pl.col("set_aside").is_null()).then("value"),
        responder=pl.lit(None, dtype=pl.Boolean),
        visit_number=visit_number(plan),
    ).select(*KEYS, *SHOWN)
    subjects = plan.table("subjects").select("subject", *draws.covariates)
    # Draws follow the rows: in another order of them one seed would give other values.
    return records.join(subjects, on="subject", how="left", maintain_order="left").sort(KEYS)


def _drawn_values(result: object, expected: pl.DataFrame, handling: str, m: int) -> pl.DataFrame:
    """The values of an imputation, by record and number.

    PluginError where it fills what was observed or never expected, or not every time.
    """
    subject = f"the imputation {handling!r}"
    columns = (*KEYS, "imputation", "value")
    if not isinstance(result, pl.DataFrame) or not set(columns) <= set(result.columns):
        raise PluginError(
            f"{subject} must return what it filled, with the columns {', '.join(columns)}"
        )
    values = result.select(
        *KEYS, pl.col("imputation").cast(pl.Int64), _value=pl.col("value").cast(pl.Float64)
    )
    if (
        values.select(*KEYS, "imputation").is_duplicated().any()
        or values.height % m
        or not values["imputation"].is_between(1, m).all()
    ):
        raise PluginError(
            f"{subject} must fill each record once in each imputation, numbered from 1 to {m}"
        )
    if values["_value"].is_null().any() or not values["_value"].is_finite().all():
        raise PluginError(f"{subject} filled a value with null, NaN or infinity")
    values = values.join(expected, on=KEYS, how="left", nulls_equal=True)
    if not values["_missing"].fill_null(value=False).all():
        raise PluginError(
            f"{subject} filled a value that was observed or not expected; "
            "it may only fill in what is missing"
        )
    return values.drop("_missing")


def _with_draw(rows: pl.DataFrame, values: pl.DataFrame, derivation: str) -> pl.DataFrame:
    """The rows with one imputation's values: an imputed value rests on no reading."""
    joined = rows.join(
        values.select("_row", "_value"), on="_row", how="left", maintain_order="left"
    )
    done = pl.col("_value").is_not_null()
    return joined.with_columns(
        value=pl.coalesce("_value", "value"),
        derivation=pl.when(done).then(pl.lit(derivation)),
        reason=pl.when(~done).then("reason"),
        set_aside=pl.when(~done).then("set_aside"),
        observations=pl.when(done)
        .then(pl.lit([], dtype=pl.List(pl.Int64)))
        .otherwise("observations"),
        n_values=pl.when(done).then(0).otherwise("n_values"),
    ).drop("_row", "_value")
