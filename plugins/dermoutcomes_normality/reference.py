"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_normality.shape import moments, shapiro_wilk

__all__ = ["REFERENCE_METHODS"]

DECIMALS = 10
OF_PAIRS = (
    "mean",
    "sd",
    "t",
    "t_p",
    "sign_M",
    "sign_p",
    "signed_rank_S",
    "signed_rank_p_exact",
    "median",
    "q1",
    "q3",
)


def of_differences(case: ReferenceCase) -> Mapping[str, Any]:
    """W of the paired differences, rounded as the case has them."""
    d = [
        round(first - second, DECIMALS)
        for first, second in zip(case.inputs["x"], case.inputs["y"], strict=True)
    ]
    verdict = shapiro_wilk(d)
    return {"n": len(d), "W": verdict.statistic, "p": verdict.p_value}


def sas_univariate(case: ReferenceCase) -> Mapping[str, Any]:
    """Skewness and kurtosis of the differences of two columns, of as many rows as the case says."""
    assert case.data is not None
    first, second = (name.strip() for name in case.spec["difference"].split("-"))
    with case.data.open(encoding="utf-8", newline="") as file:
        d = [float(row[first]) - float(row[second]) for row in csv.DictReader(file)][
            : int(case.spec["rows"].split()[-1])
        ]
    shape = moments(d)
    return {
        "n": len(d),
        "skewness": shape.skewness_unbiased,
        "kurtosis": shape.kurtosis_unbiased,
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "shapiro_wilk",
        of_differences,
        ("shapiro_wilk",),
        "Two programs of one approximation, whose coefficients are rounded at different places.",
        1e-6,
        1e-12,
    ),
    ReferenceMethod(
        "sas_univariate_shape",
        sas_univariate,
        ("shapiro_wilk",),
        "Printed to 7 decimals, or p to 4 digits.",
        1e-6,
        5e-8,
        of="published_other_software",
        only=("published_other_software/sas_univariate_ttr19",),
        left_out=dict.fromkeys(OF_PAIRS, "compared as sas_univariate, or a description"),
    ),
)
