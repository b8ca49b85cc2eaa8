"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_within_subject.cochran_q import cochran
from dermoutcomes_within_subject.discordance import Table, asymptotic, conditional_odds_ratio, exact_p, mid_p
from dermoutcomes_within_subject.lme4_formula import design
from dermoutcomes_within_subject.mixed_model import fit
from dermoutcomes_within_subject.paired_proportions import difference, newcombe, phi, standard_error, tango, wald
from dermoutcomes_within_subject.small_samples import Effect, Inference, inference

if TYPE_CHECKING:
    from dermoutcomes_within_subject.lme4_formula import Design
    from dermoutcomes_within_subject.mixed_model import Fit

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


def lmm(case: ReferenceCase) -> Fields:
    import numpy as np

    model = design(case.inputs["formula"], case.inputs["data"], case.inputs["LV"])
    fitted = fit(model.y, model.fixed.matrix, model.random)
    by_satterthwaite, by_kenward_roger = inference(fitted, "satterthwaite"), inference(fitted, "kenward-roger")
    own = np.eye(len(fitted.beta))
    plain, corrected = [by_satterthwaite.effect(row) for row in own], [by_kenward_roger.effect(row) for row in own]
    count = len(fitted.beta) + len(fitted.theta)
    return {"n": fitted.n, "names": [model.fixed.names[place] for place in model.fixed.kept], "beta": fitted.beta,
            "se": [one.std_error for one in plain], "df_satterthwaite": [one.df for one in plain], "t": [one.statistic for one in plain],
            "p_satterthwaite": [one.p_value() for one in plain], "se_kr": [one.std_error for one in corrected],
            "df_kr": [one.df for one in corrected], "p_kr": [one.p_value() for one in corrected],
            **_components(fitted), "reml_criterion": fitted.criterion, "aic": fitted.criterion + 2 * count, "singular": fitted.singular,
            **_type_three(model, by_satterthwaite, "type3_satterthwaite"), **_type_three(model, by_kenward_roger, "type3_kr"),
            **(_means(model, by_kenward_roger, case.inputs["emm"]) if case.inputs.get("emm") else {})}


def _components(fitted: Fit) -> Fields:
    """Variances before covariances within a term, as the reference prints them; covariances also as correlations."""
    variance = {(term, one): value for (term, one, other), value in zip(fitted.names, fitted.theta, strict=True) if one == other}
    order = sorted(range(len(fitted.theta)), key=lambda place: (_first(fitted, place), fitted.names[place][1] != fitted.names[place][2], place))
    rows = [(*fitted.names[place], float(fitted.theta[place])) for place in order]
    spread = [value**0.5 if one == other else value / (variance[term, one] * variance[term, other]) ** 0.5 for term, one, other, value in rows]
    return {"varcomp.grp": [row[0] for row in rows], "varcomp.var1": [row[1] for row in rows],
            "varcomp.var2": ["" if row[1] == row[2] else row[2] for row in rows], "varcomp.vcov": [row[3] for row in rows],
            "varcomp.sd_or_corr": spread}


def _first(fitted: Fit, place: int) -> int:
    return next(number for number, name in enumerate(fitted.names) if name[0] == fitted.names[place][0])


def _type_three(model: Design, by: Inference, name: str) -> Fields:
    tests = [(":".join(term), by.together(model.fixed.contrasts(term)[:, model.fixed.kept])) for term in model.fixed.terms]
    columns: dict[str, list[Any]] = {"term": [term for term, _ in tests], "num_df": [test.df_num for _, test in tests], "den_df": [test.df_den for _, test in tests],
               "F": [test.statistic for _, test in tests], "p": [test.p_value for _, test in tests]}
    # A list of one stands in the files as the number itself.
    return {f"{name}.{column}": values if len(values) > 1 else values[0] for column, values in columns.items()}


def _means(model: Design, by: Inference, wanted: str) -> Fields:
    """Marginal means; the first factor runs fastest."""
    factors = re.findall(r"\w+", wanted)
    fields: dict[str, Any] = {}
    for number, levels in enumerate(product(*(model.fixed.levels[factor] for factor in reversed(factors)))):
        point = dict(zip(factors, reversed(levels), strict=True))
        mean: Effect = by.effect(model.fixed.row(point)[model.fixed.kept])
        low, high = mean.limits()
        values = {"level": "|".join(point.values()), "est": mean.estimate, "se": mean.std_error, "df": mean.df, "lower": low, "upper": high}
        fields |= {f"lsmeans_kr.{number}.{name}": value for name, value in values.items()}
    return fields


REFERENCE_METHODS = (
    ReferenceMethod("lmm", lmm, ("within_subject_model",), "The reference optimum was sought without derivatives (its criterion is up to 1e-9 above "
                    "ours) and its degrees of freedom rest on numerical second derivatives; on balanced data ours equal the closed form.",
                    1e-5, 1e-12, tolerances=dict.fromkeys(("varcomp", "df_satterthwaite", "p_satterthwaite", "type3_satterthwaite"), (3e-5, 1e-12))),
    ReferenceMethod("mcnemar", mcnemar, ("mcnemar",), "Closed form, or counts; beta quantiles of two libraries differ in the last digits.", 1e-9),
    ReferenceMethod("paired_proportion_difference", paired_proportion_difference, ("mcnemar",), "Closed form.", absolute=1e-13, tolerances={
        "tango_ci95_PropCIs": (1e-5, 1e-6)}),
    ReferenceMethod("cochran_q", cochran_q, ("cochran_q",), "Closed form.", 1e-10, 1e-15),
)
