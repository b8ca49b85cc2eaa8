"""Filling missing values several times: what a multiple imputation gets, what it must give back, and the rows of each imputation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.declare import Draws
from dermoutcomes.declare.task import seed_of
from dermoutcomes.endpoints.baseline import visit_number
from dermoutcomes.endpoints.imputation.imputable import fillable
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.errors import PluginError, blamed

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation
    from dermoutcomes.endpoints.endpoint_plan import Plan

__all__ = ["drawn", "imputation_seed"]

KEYS = [*UNIT, *OCCASION]
GIVEN = (
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


def drawn(
    plan: Plan, rows: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> tuple[pl.DataFrame, ...]:
    """The rows of each imputation; of one alone where nothing was filled, since all would be equal."""
    draws = _draws(plan, handling, options)
    records = _records(plan, rows, draws)
    expected = fillable(plan, rows).filter("fillable", ~pl.col("out"))
    with blamed(f"the handling of missing values {imputation.name!r}"):
        made = imputation.impute(records, expected.select(KEYS).sort(KEYS), options, draws)
    missing = expected.select(
        *KEYS, _may=pl.col("value").is_null() | pl.col("set_aside").is_not_null()
    )
    filled = _held(made, missing, handling, draws.m)
    numbers = range(1, draws.m + 1) if filled.height else (1,)
    numbered = rows.with_row_index("_row")
    placed = numbered.select("_row", *KEYS).join(filled, on=KEYS, how="inner", nulls_equal=True)
    return tuple(
        _with_draw(numbered, placed.filter(pl.col("imputation") == number), f"{handling}:{number}")
        for number in numbers
    )


def _draws(plan: Plan, handling: str, options: Any) -> Draws:
    study, endpoint = plan.study, plan.endpoint
    reference = next((name for name, arm in study.arms.items() if arm.reference), None)
    known = plan.table("subjects").columns
    covariates = tuple(
        name for name in dict.fromkeys((*endpoint.strata, *endpoint.covariates)) if name in known
    )
    return Draws(
        options.m,
        imputation_seed(study.study.seed, endpoint.id, handling),
        tuple(study.arms),
        reference,
        covariates,
    )


def _records(plan: Plan, rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    """What the imputation gets, in the order of the keys: what was set aside is not there, covariates are."""
    seen = rows.with_columns(
        value=pl.when(pl.col("set_aside").is_null()).then("value"),
        responder=pl.lit(None, dtype=pl.Boolean),
    )
    given = seen.with_columns(visit_number=visit_number(plan)).select(*KEYS, *GIVEN)
    subjects = plan.table("subjects").select("subject", *draws.covariates)
    return given.join(subjects, on="subject", how="left", maintain_order="left").sort(KEYS)


def _held(made: object, may: pl.DataFrame, handling: str, m: int) -> pl.DataFrame:
    """What was filled; PluginError where an imputation fills what was observed or never expected, or not every time."""
    who = f"the imputation {handling!r}"
    if not isinstance(made, pl.DataFrame) or not {*KEYS, "imputation", "value"} <= set(
        made.columns
    ):
        raise PluginError(
            f"{who} must return what it filled, with the columns {', '.join((*KEYS, 'imputation', 'value'))}"
        )
    filled = made.select(
        *KEYS, pl.col("imputation").cast(pl.Int64), _value=pl.col("value").cast(pl.Float64)
    )
    if (
        filled.select(*KEYS, "imputation").is_duplicated().any()
        or filled.height % m
        or not filled["imputation"].is_between(1, m).all()
    ):
        raise PluginError(
            f"{who} must fill each record once in each imputation, numbered from 1 to {m}"
        )
    if filled["_value"].is_null().any() or not filled["_value"].is_finite().all():
        raise PluginError(f"{who} filled a value with null, NaN or infinity")
    known = filled.join(may, on=KEYS, how="left", nulls_equal=True)
    if not known["_may"].fill_null(value=False).all():
        raise PluginError(
            f"{who} filled a value that was observed or not expected; it may only fill in what is missing"
        )
    return known.drop("_may")


def _with_draw(numbered: pl.DataFrame, filled: pl.DataFrame, derivation: str) -> pl.DataFrame:
    """The rows with one imputation's values: an imputed value rests on no reading."""
    joined = numbered.join(
        filled.select("_row", "_value"), on="_row", how="left", maintain_order="left"
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
