"""Reference methods: pooling, held to R's mice and to the formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dermoutcomes import Comparison, Estimate, ReferenceCase, ReferenceMethod, Stat, Task
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

    reach = float(t.ppf(0.975, df)) * std_error
    return 2 * float(t.sf(abs(estimate / std_error), df)), estimate - reach, estimate + reach


def scalar(case: ReferenceCase) -> Fields:
    df = _complete(case)
    estimates = tuple(
        Estimate(q, math.sqrt(u), df)
        for q, u in zip(case.inputs["Q"], case.inputs["U"], strict=True)
    )
    parts, pooled = variances(estimates), rubins_rules(estimates, RubinOptions())
    at = math.inf if pooled.df is None else pooled.df
    p, low, high = _test(pooled.estimate, pooled.std_error, at)
    old = df_1987(parts)
    fields = {
        "m": parts.m,
        "qbar": pooled.estimate,
        "ubar": parts.within,
        "b": parts.between,
        "t": parts.total,
        "se": pooled.std_error,
        **pooled.measures,
        "df_rubin1987": "Inf" if math.isinf(old) else old,
        "df_barnard_rubin": at,
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
    added = parts.within * LEAST / (1 - LEAST)
    return Between(
        parts.mean, parts.within, added / (1 + 1 / parts.m), parts.within + added, parts.m
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
    dfs = [math.inf if one.df is None else one.df for one in pooled]
    tests = [_test(one.estimate, one.std_error, at) for one, at in zip(pooled, dfs, strict=True)]
    estimates, errors = [one.estimate for one in pooled], [one.std_error for one in pooled]
    return {
        "names": names,
        "est": estimates,
        "se": errors,
        "df": dfs,
        "t": [one.estimate / one.std_error for one in pooled],
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

    given, nothing = case.inputs, pl.DataFrame()
    options = TippingOptions(step=given["step"], steps=given["steps"], adjust=given["adjust"])
    task = Task(
        "reference",
        "tipping_point",
        {},
        nothing,
        nothing,
        {"c": Comparison()},
        "parallel",
        alpha=given["alpha"],
        sided=given["sided"],
        improves=given["improves"],
    )
    rows = pl.DataFrame(
        {"outcome": given["outcome"], "base": given["base"], "_first": given["first"]}
    )
    imputed, template = (
        pl.Series(given["imputed"], dtype=pl.Float64),
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
        name: [stat.value for stat in stats if stat.stat == own] for own, name in names.items()
    }
    return fields | {"tipping_point": next(iter(first_lost(stats, task, options))).value}


REFERENCE_METHODS = (
    ReferenceMethod(
        "tipping_point",
        tipping_point,
        ("tipping_point",),
        "Least squares by a decomposition in both programs.",
        1e-9,
        1e-11,
        tolerances={"p": (1e-9, 0.0)},
    ),
    ReferenceMethod("rubin_pool", scalar, ("rubin",), "Closed form.", absolute=1e-13),
    ReferenceMethod(
        "rubin_pool_lm",
        of_models,
        ("rubin",),
        "Closed form; the t distribution of two libraries differs in the last digits.",
    ),
)
