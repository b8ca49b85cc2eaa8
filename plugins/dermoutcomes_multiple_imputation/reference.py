"""Reference methods: pooling, held to R's mice and to the formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dermoutcomes import Comparison, Estimate, ReferenceCase, ReferenceMethod, Stat, Task
from dermoutcomes_multiple_imputation.normal import conditional
from dermoutcomes_multiple_imputation.reference_based import centres
from dermoutcomes_multiple_imputation.rubin import (
    Between,
    RubinOptions,
    df_1987,
    df_barnard_rubin,
    fraction_missing,
    rubins_rules,
    variances,
)
from dermoutcomes_multiple_imputation.tipping_point import TippingOptions, first_lost, shifted

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
# mice takes no smaller lambda when it forms degrees of freedom.
LEAST = 1e-4


def _complete(case: ReferenceCase) -> float | None:
    df = float(case.inputs["dfcom"])
    return None if math.isinf(df) else df


def _test(estimate: float, std_error: float, df: float) -> tuple[float, float, float]:
    """p-value and 95 % interval of a pooled estimate against zero."""
    from scipy.stats import t

    half_width = float(t.ppf(0.975, df)) * std_error
    return (
        2 * float(t.sf(abs(estimate / std_error), df)),
        estimate - half_width,
        estimate + half_width,
    )


def scalar(case: ReferenceCase) -> Fields:
    df = _complete(case)
    estimates = tuple(
        Estimate(q, math.sqrt(u), df)
        for q, u in zip(case.inputs["Q"], case.inputs["U"], strict=True)
    )
    parts, pooled = variances(estimates), rubins_rules(estimates, RubinOptions())
    df_or_infinity = math.inf if pooled.df is None else pooled.df
    p, low, high = _test(pooled.estimate, pooled.std_error, df_or_infinity)
    rubin_1987 = df_1987(parts)
    fields = {
        "m": parts.m,
        "qbar": pooled.estimate,
        "ubar": parts.within,
        "b": parts.between,
        "t": parts.total,
        "se": pooled.std_error,
        **pooled.measures,
        "df_rubin1987": "Inf" if math.isinf(rubin_1987) else rubin_1987,
        "df_barnard_rubin": df_or_infinity,
        "t_stat": pooled.estimate / pooled.std_error,
        "p": p,
        "ci95": [low, high],
    }
    floored = df_barnard_rubin(_at_least(parts), math.inf if df is None else df)
    return {
        **fields,
        "mice_pool_scalar.t": parts.total,
        "mice_pool_scalar.df": floored,
        "mice_pool_scalar.fmi": fraction_missing(parts, floored),
        "mice_pool_scalar.r": parts.riv,
    }


def _at_least(parts: Between) -> Between:
    """The same variances with no smaller a share of missing information than the package takes."""
    if parts.lambda_ >= LEAST:
        return parts
    between = parts.within * LEAST / (1 - LEAST)
    return Between(
        parts.mean, parts.within, between / (1 + 1 / parts.m), parts.within + between, parts.m
    )


def of_models(case: ReferenceCase) -> Fields:
    df, names = _complete(case), case.inputs["names"]
    columns = [
        [
            Estimate(coef[k], se[k], df)
            for coef, se in zip(case.inputs["coef"], case.inputs["se"], strict=True)
        ]
        for k in range(len(names))
    ]
    pooled = [rubins_rules(tuple(column), RubinOptions()) for column in columns]
    dfs = [math.inf if coefficient.df is None else coefficient.df for coefficient in pooled]
    tests = [
        _test(coefficient.estimate, coefficient.std_error, df_of_test)
        for coefficient, df_of_test in zip(pooled, dfs, strict=True)
    ]
    estimates, errors = (
        [coefficient.estimate for coefficient in pooled],
        [coefficient.std_error for coefficient in pooled],
    )
    return {
        "names": names,
        "est": estimates,
        "se": errors,
        "df": dfs,
        "t": [coefficient.estimate / coefficient.std_error for coefficient in pooled],
        "p": [test[0] for test in tests],
        "lower": [test[1] for test in tests],
        "upper": [test[2] for test in tests],
        "hand_est": estimates,
        "hand_se": errors,
        "hand_df": dfs,
    }


def tipping_point(case: ReferenceCase) -> Fields:
    """The rows of the analysis at each shift, and what it concludes from them."""
    import polars as pl

    inputs, no_records = case.inputs, pl.DataFrame()
    options = TippingOptions(step=inputs["step"], steps=inputs["steps"], adjust=inputs["adjust"])
    task = Task(
        "reference",
        "tipping_point",
        {},
        no_records,
        no_records,
        {"c": Comparison()},
        "parallel",
        alpha=inputs["alpha"],
        sided=inputs["sided"],
        improves=inputs["improves"],
    )
    rows = pl.DataFrame(
        {"outcome": inputs["outcome"], "base": inputs["base"], "_first": inputs["first"]}
    )
    imputed, template = (
        pl.Series(inputs["imputed"], dtype=pl.Float64),
        Stat("estimate", term="shifted_difference", comparison="c"),
    )
    stats = tuple(shifted(task, template, rows, imputed, options))
    names = {
        "estimate": "estimate",
        "std_error": "se",
        "statistic": "t",
        "df": "df",
        "p_value": "p",
        "conf_low": "low",
        "conf_high": "high",
    }
    fields: dict[str, Any] = {
        name: [stat.value for stat in stats if stat.stat == stat_name]
        for stat_name, name in names.items()
    }
    return fields | {"tipping_point": next(iter(first_lost(stats, task, options))).value}


def after_leaving_means(case: ReferenceCase) -> Fields:
    """Mean and covariance of what follows after a subject left, under one rule."""
    import numpy as np

    i, before = case.inputs, len(case.inputs["seen"])
    own, reference = (np.array([i[name]], dtype=float) for name in ("own", "reference"))
    covariance = np.array(i["reference_covariance"], dtype=float)
    values = np.full(own.shape, np.nan)
    values[0, :before] = i["seen"]
    _, spread = conditional(covariance, np.arange(own.shape[1]) >= before)
    centre = centres(values, own, reference, covariance, before, i["rule"])
    return {"mean": centre[0].tolist()} | {
        f"covariance.{number}": row for number, row in enumerate(spread.tolist())
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "tipping_point",
        tipping_point,
        ("tipping_point",),
        "Least squares by a decomposition in both programs.",
        1e-9,
        1e-11,
        tolerances={"p": (1e-9, 0.0, "far tails are compared as they are, however small")},
    ),
    ReferenceMethod("rubin_pool", scalar, ("rubin",), "Closed form.", absolute=1e-13),
    ReferenceMethod(
        "rubin_pool_lm",
        of_models,
        ("rubin",),
        "Closed form; the t distribution of two libraries differs in the last digits.",
    ),
    ReferenceMethod(
        "reference_based_means",
        after_leaving_means,
        ("jump_to_reference", "copy_reference", "copy_increments_from_reference"),
        "Closed form; the reference inverts the joint covariance, ours the part that was seen.",
        1e-9,
        1e-10,
    ),
)
