"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import Hypothesis, ReferenceCase, ReferenceMethod
from dermoutcomes_multiplicity import adjusted
from dermoutcomes_multiplicity.single_step import adjusted_single_step

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]


def p_adjust(case: ReferenceCase) -> Fields:
    p = case.inputs["p"]
    return {
        "bonferroni": adjusted.bonferroni(p),
        "holm": adjusted.holm(p),
        "hochberg": adjusted.hochberg(p),
        "hommel": adjusted.hommel(p),
        "BH": adjusted.benjamini_hochberg(p),
        "BY": adjusted.benjamini_yekutieli(p),
        "sidak": adjusted.sidak(p),
        "holm_sidak": adjusted.holm_sidak(p),
    }


def single_step_mvt(case: ReferenceCase) -> Fields:
    from scipy.stats import t as student

    statistics, matrix, df = case.inputs["t"], case.inputs["corr"], case.inputs["df"]
    p = [2 * float(student.sf(abs(value), df)) for value in statistics]
    names = [str(index) for index in range(len(p))]
    family = [
        Hypothesis(
            name,
            value,
            df=df,
            correlations={other: r for other, r in zip(names, row, strict=True) if other != name},
        )
        for name, value, row in zip(names, p, matrix, strict=True)
    ]
    return {"p_single_step": adjusted_single_step(family), "p_raw": p}


REFERENCE_METHODS = (
    ReferenceMethod(
        "p_adjust",
        p_adjust,
        (
            "bonferroni",
            "holm",
            "hochberg",
            "hommel",
            "benjamini_hochberg",
            "benjamini_yekutieli",
            "sidak",
            "holm_sidak",
        ),
        "Products and minima.",
        1e-12,
        1e-15,
    ),
    ReferenceMethod(
        "single_step_mvt",
        single_step_mvt,
        ("dunnett", "single_step"),
        "The reference integrates by a random sequence with errors near 1e-6; ours is exact for "
        "one common factor.",
        1e-5,
        1e-6,
        tolerances={"p_raw": (1e-10, 1e-15, "the t distribution alone")},
    ),
)
