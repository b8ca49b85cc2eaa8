"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import mean, stdev
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_between_arms.welch import welch

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
OTHER = "another estimator, not offered"

def welch_t(case: ReferenceCase) -> Fields:
    x, y = case.inputs["x"], case.inputs["y"]
    result = welch(x, y)
    first, second = ((mean(values), stdev(values)) for values in (x, y))
    return {"n": [len(x), len(y)], "mean": [first[0], second[0]], "sd": [first[1], second[1]], "diff": result.estimate,
            "welch.t": result.statistic, "welch.df": result.df, "welch.p": result.p_value, "welch.se": result.std_error,
            "welch.ci95": [result.conf_low, result.conf_high]}


REFERENCE_METHODS = (
    ReferenceMethod("welch_t", welch_t, ("welch_t",), "Closed form; the t distribution of two libraries differs in the last digits, more so far out in its tails.",
                    left_out={"student.": OTHER, "var_F": OTHER, "var_F_p": OTHER}),
)
