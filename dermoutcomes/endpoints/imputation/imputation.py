"""Missing values handed to an imputation, and what it gives back checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.endpoints.baseline import visit_number
from dermoutcomes.endpoints.imputation.draws import drawn_rows
from dermoutcomes.endpoints.imputation.imputable import with_imputable
from dermoutcomes.endpoints.record_keys import OCCASION, UNIT
from dermoutcomes.errors import PluginError, Problem, StudyError, blamed, did_you_mean, one_of
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.vocabulary import OBSERVED

if TYPE_CHECKING:
    from dermoutcomes.declare import Imputation
    from dermoutcomes.endpoints.endpoint_plan import Plan
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import ImputationSpec, Study

__all__ = ["fill_responders", "imputation_of", "imputation_spec", "imputed_rows"]

KEYS = (*UNIT, *OCCASION)
# What an imputation is shown of a record, and what it may fill.
SHOWN = (
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
    """The imputation of that name and its options; None for "observed".

    StudyError where there is none of that name.
    """
    if handling == OBSERVED:
        return None
    imputation, spec = imputation_spec(plan.study, plan.registry, handling)
    if imputation is None:
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
        imputation.options,
        path=f"imputations.{handling}.options",
        problems=problems,
    )
    if problems:
        raise StudyError(problems)
    return imputation, options


def imputation_spec(
    study: Study, registry: Registry, handling: str
) -> tuple[Imputation | None, ImputationSpec | None]:
    """The imputation that a handling stands for, and what the study says of it.

    None where there is none.
    """
    spec = study.imputations.get(handling)
    return registry.imputations.get(spec.use if spec else handling), spec


def imputed_rows(plan: Plan, rows: pl.DataFrame, handling: str) -> tuple[pl.DataFrame, ...]:
    """The rows with missing values filled by an imputation of values, once for each imputation.

    `derivation` names the handling where it filled, with the number of the imputation where there
    are several ("mi:17").
    """
    rows = rows.with_columns(derivation=pl.lit(None, dtype=pl.String))
    found = imputation_of(plan, handling)
    if found is None or found[0].stage != "value":
        return (rows,)
    imputation, options = found
    if imputation.multiple:
        return drawn_rows(plan, rows, handling, imputation, options)
    return (_rows_imputed_once(plan, rows, handling, imputation, options),)


def _rows_imputed_once(
    plan: Plan, rows: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> pl.DataFrame:
    # What was set aside is not shown to an imputation: it would carry it on.
    observed = rows.with_columns(
        value=pl.when(pl.col("set_aside").is_null()).then("value"),
        responder=pl.lit(None, dtype=pl.Boolean),
    )
    imputed = _imputed(plan, observed, handling, imputation, options).filter(
        ~pl.col("out"), pl.col("_value").is_not_null()
    )
    joined = rows.with_row_index("_row").join(
        imputed.select("_row", "_value", "_observations", "_n_values"),
        on="_row",
        how="left",
        maintain_order="left",
    )
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
    """The records with missing responders filled by an imputation of responders.

    For each reference visit by itself.
    """
    found = imputation_of(plan, handling)
    if found is None or found[0].stage != "responder" or not records.height:
        return records
    parts = records.partition_by("reference_visit", maintain_order=True)
    return pl.concat([_with_imputed_responders(plan, part, handling, *found) for part in parts])


def _with_imputed_responders(
    plan: Plan, records: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> pl.DataFrame:
    imputed = _imputed(plan, records, handling, imputation, options).filter(
        ~pl.col("out"), pl.col("_responder").is_not_null()
    )
    joined = records.with_row_index("_row").join(
        imputed.select("_row", "_responder"), on="_row", how="left", maintain_order="left"
    )
    done = pl.col("_responder").is_not_null()
    return joined.with_columns(
        responder=pl.coalesce("_responder", "responder"),
        derivation=pl.when(done).then(pl.lit(handling)).otherwise("derivation"),
    ).drop("_row", "_responder")


def _imputed(
    plan: Plan, rows: pl.DataFrame, handling: str, imputation: Imputation, options: Any
) -> pl.DataFrame:
    """The rows that were missing, with _value, _responder, _observations and _n_values."""
    rows = with_imputable(plan, rows)
    records = rows.with_columns(visit_number=visit_number(plan)).select(SHOWN)
    expected = rows.filter("imputable").select(KEYS)
    with blamed(f"the handling of missing values {imputation.name!r}"):
        result = imputation.impute(records, expected, options)
    _refuse_changed_records(records, result, handling, imputation)
    numbered = rows.with_row_index("_row").select(
        "_row", *KEYS, "out", "imputable", _before=pl.col(imputation.stage)
    )
    after = result.select(*KEYS, *(pl.col(name).alias(f"_{name}") for name in FILLED))
    joined = numbered.join(after, on=KEYS, how="left", nulls_equal=True, maintain_order="left")
    return joined.filter(pl.col("_before").is_null(), pl.col("imputable"))


def _refuse_changed_records(
    records: pl.DataFrame, result: object, handling: str, imputation: Imputation
) -> None:
    """PluginError where an imputation loses or adds records, or changes what was observed."""
    subject = f"the imputation {handling!r}"
    columns, stage = (*KEYS, *FILLED), imputation.stage
    if not isinstance(result, pl.DataFrame) or not set(columns) <= set(result.columns):
        raise PluginError(
            f"{subject} must return the records that it got, with the columns {', '.join(columns)}"
        )
    if result.height != records.height or result.select(KEYS).is_duplicated().any():
        raise PluginError(
            f"{subject} returned {result.height} records for {records.height}; "
            "it fills records in, and neither adds nor drops any"
        )
    before = records.select(*KEYS, _before=stage).drop_nulls("_before")
    after = before.join(result.select(*KEYS, _after=stage), on=KEYS, how="left", nulls_equal=True)
    if after.filter(pl.col("_before").ne_missing(pl.col("_after"))).height:
        raise PluginError(
            f"{subject} changed a {stage} that was observed; it may only fill in what is missing"
        )
