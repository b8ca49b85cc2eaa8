"""Handing missing values to an imputation, and holding it to its word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.endpoints.baseline import visit_number
from dermoutcomes.endpoints.imputation.draws import drawn
from dermoutcomes.endpoints.imputation.imputable import fillable
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.errors import PluginError, Problem, StudyError, blamed, did_you_mean, one_of
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.words import OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import ImputationSpec, Study

__all__ = ["completed", "fill_responders", "imputation_of", "imputation_spec"]

KEYS = (*UNIT, *OCCASION)
GIVEN = (
    *KEYS,
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
FILLED = ("value", "responder", "derivation", "observations", "n_values")


def imputation_of(plan: Plan, handling: str) -> tuple[Imputation, Any] | None:
    """The imputation of that name and its options; None for "observed". StudyError where there is none of that name."""
    if handling == OBSERVED:
        return None
    declared, spec = imputation_spec(plan.study, plan.registry, handling)
    if declared is None:
        known = (OBSERVED, *sorted({*plan.registry.imputations, *plan.study.imputations}))
        raise StudyError(
            Problem(
                "no such handling of missing values",
                path=f"{plan.path}.handling",
                found=handling,
                expected=one_of(known),
                hint=did_you_mean(handling, known),
            )
        )
    problems: list[Problem] = []
    options = parse_options(
        spec.options if spec else {},
        declared.options,
        path=f"imputations.{handling}.options",
        problems=problems,
    )
    if problems:
        raise StudyError(problems)
    return declared, options


def imputation_spec(
    study: Study, registry: Registry, handling: str
) -> tuple[Imputation | None, ImputationSpec | None]:
    """The imputation that a handling stands for, and what the study says of it; None where there is none."""
    spec = study.imputations.get(handling)
    return registry.imputations.get(spec.use if spec else handling), spec


def completed(plan: Plan, rows: pl.DataFrame, handling: str) -> tuple[pl.DataFrame, ...]:
    """The rows with missing values filled by an imputation of values, once for each imputation.

    `derivation` names the handling where it filled, with the number of the imputation where there are several ("mi:17").
    """
    rows = rows.with_columns(derivation=pl.lit(None, dtype=pl.String))
    chosen = imputation_of(plan, handling)
    if chosen is None or chosen[0].stage != "value":
        return (rows,)
    if chosen[0].multiple:
        return drawn(plan, rows, handling, *chosen)
    return (_filled_once(plan, rows, handling, *chosen),)


def _filled_once(
    plan: Plan, rows: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> pl.DataFrame:
    seen = rows.with_columns(
        value=pl.when(pl.col("set_aside").is_null()).then("value"),
        responder=pl.lit(None, dtype=pl.Boolean),
    )
    filled = (
        _filled(plan, seen, handling, imputation, options)
        .filter(~pl.col("out"))
        .filter(pl.col("_value").is_not_null())
    )
    return _merged(rows, filled.select("_row", "_value", "_observations", "_n_values"), handling)


def _merged(rows: pl.DataFrame, filled: pl.DataFrame, handling: str) -> pl.DataFrame:
    joined = rows.with_row_index("_row").join(filled, on="_row", how="left", maintain_order="left")
    done = pl.col("_value").is_not_null()
    return joined.with_columns(
        value=pl.coalesce("_value", "value"),
        derivation=pl.when(done).then(pl.lit(handling)),
        reason=pl.when(~done).then("reason"),
        set_aside=pl.when(~done).then("set_aside"),
        observations=pl.when(done).then("_observations").otherwise("observations"),
        n_values=pl.when(done).then("_n_values").otherwise("n_values"),
    ).drop("_row", "_value", "_observations", "_n_values")


def fill_responders(plan: Plan, records: pl.DataFrame, handling: str) -> pl.DataFrame:
    """The records with missing responders filled by an imputation of responders, for each reference visit by itself."""
    chosen = imputation_of(plan, handling)
    if chosen is None or chosen[0].stage != "responder":
        return records
    parts = records.partition_by("reference_visit", maintain_order=True)
    return (
        pl.concat([_with_responders(plan, part, handling, *chosen) for part in parts])
        if parts
        else records
    )


def _with_responders(
    plan: Plan, records: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> pl.DataFrame:
    filled = _filled(plan, records, handling, imputation, options).filter(
        ~pl.col("out"), pl.col("_responder").is_not_null()
    )
    joined = records.with_row_index("_row").join(
        filled.select("_row", "_responder"), on="_row", how="left", maintain_order="left"
    )
    done = pl.col("_responder").is_not_null()
    return joined.with_columns(
        responder=pl.coalesce("_responder", "responder"),
        derivation=pl.when(done).then(pl.lit(handling)).otherwise("derivation"),
    ).drop("_row", "_responder")


def _filled(
    plan: Plan, rows: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> pl.DataFrame:
    """The rows that were missing, with what the imputation made of them in _value, _responder, _observations, _n_values."""
    rows = fillable(plan, rows)
    given = rows.with_columns(visit_number=visit_number(plan)).select(GIVEN)
    expected = rows.filter("fillable").select(KEYS)
    with blamed(f"the handling of missing values {imputation.name!r}"):
        result = imputation.impute(given, expected, options)
    _hold(given, result, handling, imputation)
    missing = imputation.stage
    numbered = rows.with_row_index("_row").select(
        "_row", *KEYS, "out", "fillable", _was=pl.col(missing)
    )
    made = result.select(*KEYS, *(pl.col(name).alias(f"_{name}") for name in FILLED))
    joined = numbered.join(made, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    return joined.filter(pl.col("_was").is_null(), pl.col("fillable"))


def _hold(given: pl.DataFrame, result: object, handling: str, imputation: Imputation) -> None:
    """PluginError where an imputation loses or adds records, or changes what was observed."""
    who = f"the imputation {handling!r}"
    if not isinstance(result, pl.DataFrame) or not {*KEYS, *FILLED} <= set(result.columns):
        raise PluginError(
            f"{who} must return the records that it got, with the columns {', '.join((*KEYS, *FILLED))}"
        )
    if result.height != given.height or result.select(KEYS).is_duplicated().any():
        raise PluginError(
            f"{who} returned {result.height} records for {given.height}; it fills records in, and neither adds nor drops any"
        )
    stage = imputation.stage
    before = given.select(*KEYS, _before=stage).drop_nulls("_before")
    after = before.join(result.select(*KEYS, _after=stage), on=KEYS, how="left", nulls_equal=True)
    if after.filter(pl.col("_before").ne_missing(pl.col("_after"))).height:
        raise PluginError(
            f"{who} changed a {stage} that was observed; it may only fill in what is missing"
        )
