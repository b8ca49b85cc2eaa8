"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_within_subject.cochran_q import cochran
from dermoutcomes_within_subject.discordance import Table, asymptotic, conditional_odds_ratio, exact_p, mid_p
from dermoutcomes_within_subject.paired_proportions import difference, newcombe, phi, standard_error, tango, wald

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]


def _table(case: ReferenceCase) -> Table:
    return Table(*(case.inputs[cell] for cell in ("n11", "n10", "n01", "n00")))


def mcnemar(case: ReferenceCase) -> Fields:
    table = _table(case)
    (chi2, p), (chi2_corrected, p_corrected) = asymptotic(table), asymptotic(table, continuity=True)
    ratio = conditional_odds_ratio(table)
    return {"chi2_uncorrected": chi2, "p_uncorrected": p, "chi2_continuity": chi2_corrected, "p_continuity": p_corrected,
            "p_exact": exact_p(table), "p_exact_greater": exact_p(table, "greater"), "p_mid": mid_p(table),
            "conditional_odds_ratio": ratio.estimate, "or_ci95_exact": [ratio.conf_low, ratio.conf_high]}


def paired_proportion_difference(case: ReferenceCase) -> Fields:
    table = _table(case)
    return {"n": table.n, "diff": difference(table), "se_wald": standard_error(table), "wald_ci95": wald(table),
            "newcombe10_ci95": newcombe(table), "newcombe10_uncorrected_phi_ci95": newcombe(table, corrected=False),
            "phi_corrected": phi(table), "phi": phi(table, corrected=False), "tango_ci95_PropCIs": tango(table)}


def cochran_q(case: ReferenceCase) -> Fields:
    found = cochran(case.inputs["M"])
    return {"n": found.n, "k": len(found.totals), "column_totals": found.totals, "Q": found.statistic, "df": found.df, "p": found.p_value,
            "coin_symmetry_chi2": found.statistic, "coin_p": found.p_value, "friedman_chi2": found.statistic}


REFERENCE_METHODS = (
    ReferenceMethod("mcnemar", mcnemar, ("mcnemar",), "Closed form, or counts; beta quantiles of two libraries differ in the last digits.", 1e-9),
    ReferenceMethod("paired_proportion_difference", paired_proportion_difference, ("mcnemar",), "Closed form.", absolute=1e-13, tolerances={
        "tango_ci95_PropCIs": (1e-5, 1e-6)}),
    ReferenceMethod("cochran_q", cochran_q, ("cochran_q",), "Closed form.", 1e-10, 1e-15),
)
