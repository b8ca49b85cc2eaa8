"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_normality.shape import shapiro_wilk

__all__ = ["REFERENCE_METHODS"]

DECIMALS = 10


def of_differences(case: ReferenceCase) -> Mapping[str, Any]:
    """W of the paired differences, rounded as the case has them."""
    d = [round(first - second, DECIMALS) for first, second in zip(case.inputs["x"], case.inputs["y"], strict=True)]
    found = shapiro_wilk(d)
    return {"n": len(d), "W": found.statistic, "p": found.p_value}


REFERENCE_METHODS = (
    ReferenceMethod("shapiro_wilk", of_differences, ("shapiro_wilk",),
                    "Two programs of one approximation, whose coefficients are rounded at different places.", 1e-6, 1e-12),
)
