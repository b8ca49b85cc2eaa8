"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_proportions.counts import binomial_p, chi_square, fisher_p
from dermoutcomes_proportions.intervals import clopper_pearson, newcombe, wilson

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
OTHER = "another estimator, not offered"
CLOSED_FORM = "Closed form, or whole numbers."

def one_proportion(case: ReferenceCase) -> Fields:
    x, n = case.inputs["x"], case.inputs["n"]
    return {"p": x / n, "wilson_ci95": wilson(x, n), "clopper_pearson_ci95": clopper_pearson(x, n),
            "clopper_pearson_ci90": clopper_pearson(x, n, 0.9), "p_exact_vs_half": binomial_p(x, n, 0.5)}


def two_proportions(case: ReferenceCase) -> Fields:
    events, n = (case.inputs["x1"], case.inputs["x2"]), (case.inputs["n1"], case.inputs["n2"])
    z, p = chi_square(events, n)
    return {"diff": events[0] / n[0] - events[1] / n[1], "newcombe_ci95": newcombe(events, n), "chi2": z * z, "p_chi2": p,
            "fisher_p": fisher_p(events, n)}


REFERENCE_METHODS = (
    ReferenceMethod("one_proportion_ci", one_proportion, ("one_proportion",), CLOSED_FORM, left_out=dict.fromkeys((
        "wald_ci95", "wilson_continuity_ci95", "agresti_coull_ci95", "jeffreys_ci95_raw", "jeffreys_ci95_boundary_adjusted", "midp_ci95",
        "p_score_vs_half"), OTHER)),
    ReferenceMethod("two_proportions", two_proportions, ("risk_difference",), CLOSED_FORM, left_out=dict.fromkeys((
        "wald_ci95", "newcombe_continuity_ci95", "miettinen_nurminen_ci95", "mee_ci95", "agresti_caffo_ci95", "hauck_anderson_ci95",
        "chi2_yates", "p_chi2_yates", "fisher_conditional_or", "fisher_or_ci95", "relative_risk", "rr_ci95_log", "odds_ratio",
        "or_ci95_woolf", "nnt", "ratesci."), OTHER)),
)
