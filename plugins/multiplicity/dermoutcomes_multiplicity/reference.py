"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_multiplicity import adjusted

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
OTHER = "another estimator, not offered"

def p_adjust(case: ReferenceCase) -> Fields:
    p = case.inputs["p"]
    return {"bonferroni": adjusted.bonferroni(p), "holm": adjusted.holm(p), "hochberg": adjusted.hochberg(p), "hommel": adjusted.hommel(p),
            "BH": adjusted.benjamini_hochberg(p)}


REFERENCE_METHODS = (
    ReferenceMethod("p_adjust", p_adjust, ("bonferroni", "holm", "hochberg", "hommel", "benjamini_hochberg"), "Products and minima.", 1e-12, 1e-15,
                    left_out=dict.fromkeys(("BY", "sidak", "holm_sidak"), OTHER)),
)
