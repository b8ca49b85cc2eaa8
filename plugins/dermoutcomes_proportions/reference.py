"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from math import exp, log, nan
from pathlib import Path
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_proportions.conditional_odds import (
    conditional_odds_ratio,
    exact_odds_ratio_interval,
)
from dermoutcomes_proportions.counts import (
    binomial_p,
    chi_square,
    fisher_p,
    one_sample_score,
    yates,
)
from dermoutcomes_proportions.difference_intervals import DIFFERENCE
from dermoutcomes_proportions.homogeneity import Heterogeneity, breslow_day
from dermoutcomes_proportions.intervals import ONE_SAMPLE, clopper_pearson, jeffreys_raw, wilson
from dermoutcomes_proportions.mantel_haenszel import (
    Stratum,
    mantel_haenszel_test,
    pooled_difference,
    pooled_logit,
    pooled_odds_ratio,
    pooled_ratio,
)
from dermoutcomes_proportions.number_needed import number_needed
from dermoutcomes_proportions.ratio_intervals import Ratio, log_interval, odds_ratio, risk_ratio
from dermoutcomes_proportions.ratio_scores import koopman, odds_ratio_gart, risk_ratio_score
from dermoutcomes_proportions.stratified_intervals import (
    stratified_miettinen_nurminen,
    stratified_newcombe,
    summary_score,
)

__all__ = ["REFERENCE_METHODS"]

Fields = dict[str, Any]
HOMOGENEITY = "expected counts are roots, or of a quadratic equation, that lose a few digits"
CLOSED_FORM = "Closed form, whole numbers, or roots to the last digits."


def one_proportion(case: ReferenceCase) -> Mapping[str, Any]:
    x, n = case.inputs["x"], case.inputs["n"]
    intervals = {
        f"{name}_ci95": interval(x, n, 0.95)
        for name, interval in ONE_SAMPLE.items()
        if name not in ("jeffreys", "mid_p")
    }
    return {
        "p": x / n,
        **intervals,
        "midp_ci95": ONE_SAMPLE["mid_p"](x, n, 0.95),
        "jeffreys_ci95_boundary_adjusted": ONE_SAMPLE["jeffreys"](x, n, 0.95),
        "jeffreys_ci95_raw": jeffreys_raw(x, n),
        "clopper_pearson_ci90": clopper_pearson(x, n, 0.9),
        "p_exact_vs_half": binomial_p(x, n, 0.5),
        "p_score_vs_half": one_sample_score(x, n, 0.5)[1],
    }


def two_proportions(case: ReferenceCase) -> Mapping[str, Any]:
    events, n = (case.inputs["x1"], case.inputs["x2"]), (case.inputs["n1"], case.inputs["n2"])
    fields: Fields = {
        f"{name}_ci95": interval(events, n, 0.95)
        for name, interval in DIFFERENCE.items()
        if name != "gart_nam"
    }
    for name, test in (("chi2", chi_square), ("chi2_yates", yates)):
        z, p = test(events, n)
        fields |= {name: z * z, f"p_{name}": p}
    difference, ratio, odds = (
        events[0] / n[0] - events[1] / n[1],
        risk_ratio(events, n),
        odds_ratio(events, n),
    )
    return fields | {
        "diff": difference,
        "nnt": number_needed(difference),
        "fisher_p": fisher_p(events, n),
        "relative_risk": ratio.estimate,
        "rr_ci95_log": _as_in_r(ratio),
        "odds_ratio": odds.estimate,
        "or_ci95_woolf": _as_in_r(odds),
        "ratesci.miettinen_nurminen_rd": DIFFERENCE["miettinen_nurminen"](events, n, 0.95),
        "ratesci.mee_rd": DIFFERENCE["mee"](events, n, 0.95),
        "ratesci.gart_nam_scas_rd": DIFFERENCE["gart_nam"](events, n, 0.95),
        "ratesci.miettinen_nurminen_rr": risk_ratio_score(events, n),
        "ratesci.koopman_rr": koopman(events, n),
        "ratesci.miettinen_nurminen_or": odds_ratio_gart(events, n),
    }


def fisher_odds_ratio(case: ReferenceCase) -> Mapping[str, Any]:
    events, n = (case.inputs["x1"], case.inputs["x2"]), (case.inputs["n1"], case.inputs["n2"])
    return {
        "fisher_conditional_or": conditional_odds_ratio(events, n),
        "fisher_or_ci95": exact_odds_ratio_interval(events, n),
    }


def as_fisher_test_seeks(ratio: float) -> float:
    """An odds ratio on the scale on which R's fisher.test seeks it.

    One over it above 1, turned so as to rise.
    """
    return ratio if ratio <= 1 else 2 - 1 / ratio


def conditional_odds(case: ReferenceCase) -> Mapping[str, Any]:
    events, n = (case.inputs["x1"], case.inputs["x2"]), (case.inputs["n1"], case.inputs["n2"])
    return {
        "estimate": conditional_odds_ratio(events, n),
        "ci95": exact_odds_ratio_interval(events, n),
        "ci90": exact_odds_ratio_interval(events, n, 0.9),
    }


def _as_in_r(ratio: Ratio) -> Sequence[float]:
    """The interval on the log scale.

    Where it is not defined the reference prints what infinities make of the formula.
    """
    return log_interval(ratio) or (nan, float("inf") if ratio.estimate == float("inf") else nan)


def stratified(case: ReferenceCase) -> Mapping[str, Any]:
    inputs = case.inputs
    strata = [
        Stratum((a, c), (n1, n2))
        for a, n1, c, n2 in zip(inputs["x1"], inputs["n1"], inputs["x2"], inputs["n2"], strict=True)
    ]
    difference, odds, ratio = (
        pooled_difference(strata),
        pooled_odds_ratio(strata),
        pooled_ratio(strata),
    )
    fields: Fields = {
        "n_strata": len(strata),
        "risk_difference_mh": difference.estimate,
        "rd_se_sato": difference.sato,
        "rd_se_greenland_robins": difference.greenland_robins,
        "rd_ci95_sato": _around(difference.estimate, difference.sato),
        "rd_ci95_greenland_robins": _around(difference.estimate, difference.greenland_robins),
        "odds_ratio_mh": odds.estimate,
        "log_or_se_rbg": odds.log_se,
        "or_ci95_rbg": log_interval(odds),
        "risk_ratio_mh": ratio.estimate,
        "log_rr_se": ratio.log_se,
        "rr_ci95": log_interval(ratio),
        "stratified_newcombe_ci95": stratified_newcombe(strata),
        "stratified_miettinen_nurminen.ci95": stratified_miettinen_nurminen(strata),
        "stratified_miettinen_nurminen.mle": difference.estimate,
        "metafor.rd": difference.estimate,
        "metafor.rd_se": difference.sato,
        "metafor.log_or": log(odds.estimate) if odds.estimate else None,
        "metafor.log_or_se": odds.log_se,
        "metafor.log_rr": log(ratio.estimate) if ratio.estimate else None,
        "metafor.log_rr_se": ratio.log_se,
    }
    for name, continuity in (("cmh_no_continuity", False), ("cmh_continuity", True)):
        z = mantel_haenszel_test(strata, continuity=continuity) or 0.0
        fields |= {f"{name}.chi2": z * z, f"{name}.p": _p(z)}
    corrected = breslow_day(strata, tarone=True)
    fields |= _heterogeneity("breslow_day", breslow_day(strata)) | _heterogeneity(
        "tarone", corrected
    )
    return fields | {
        "metafor.cmh": fields["cmh_no_continuity.chi2"],
        "metafor.tarone": corrected.statistic if corrected else None,
    }


def _heterogeneity(name: str, test: Heterogeneity | None) -> Fields:
    return (
        {f"{name}.chi2": test.statistic, f"{name}.df": test.df, f"{name}.p": test.p_value}
        if test
        else {}
    )


def _around(estimate: float, std_error: float) -> tuple[float, float]:
    from dermoutcomes.stats import critical_value

    half_width = critical_value(0.95) * std_error
    return estimate - half_width, estimate + half_width


def _p(z: float) -> float:
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def sas_one_proportion(case: ReferenceCase) -> Mapping[str, Any]:
    return {"wilson_ci95": wilson(case.spec["x"], case.spec["n"])}


def sas_strata(case: ReferenceCase) -> Mapping[str, Any]:
    """Women among those on placebo against those on the high dose, by age group to 80.

    Column 2 is men.
    """
    assert case.data is not None
    strata = _sex_by_age(case.data)
    men = [Stratum((n[0] - events[0], n[1] - events[1]), n) for events, n in strata]
    difference, score, odds, logit = (
        pooled_difference(strata),
        summary_score(strata),
        pooled_odds_ratio(strata),
        pooled_logit(strata),
    )
    test = breslow_day(strata)
    assert test is not None
    z = score.estimate / score.std_error
    return {
        "or_mh": _with_interval(odds),
        "or_logit": _with_interval(logit),
        "rr_col1_mh": _with_interval(pooled_ratio(strata)),
        "rr_col2_mh": _with_interval(pooled_ratio(men)),
        "breslow_day": test,
        "rd_newcombe_ci95": stratified_newcombe(strata),
        "rd_mh": (
            difference.estimate,
            difference.sato,
            *_around(difference.estimate, difference.sato),
        ),
        "rd_summary_score": (*score, *_around(*score)),
        "summary_score_test_z": z,
        "summary_score_test_p": _p(z),
    }


def _with_interval(ratio: Ratio) -> list[float]:
    from dermoutcomes.stats import critical_value

    assert ratio.log_se is not None
    half_width = critical_value(0.95) * ratio.log_se
    return [
        ratio.estimate,
        exp(log(ratio.estimate) - half_width),
        exp(log(ratio.estimate) + half_width),
    ]


def _sex_by_age(file: Path) -> list[Stratum]:
    arms, ages = ("Placebo", "Xanomeline High Dose"), ("<65", "65-80")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["TRTP"] in arms]
    strata = []
    for age in ages:
        of = [
            [row["SEX"] for row in rows if row["TRTP"] == arm and row["AGEGR1"] == age]
            for arm in arms
        ]
        strata.append(Stratum((of[0].count("F"), of[1].count("F")), (len(of[0]), len(of[1]))))
    return strata


# uniroot's own tolerance in R: .Machine$double.eps^0.25.
UNIROOT = 2.0**-13
FISHER = ("fisher_conditional_or", "fisher_or_ci95")
OTHER_FIELDS = (
    "diff",
    "wald_ci95",
    "newcombe_ci95",
    "newcombe_continuity_ci95",
    "miettinen_nurminen_ci95",
    "mee_ci95",
    "agresti_caffo_ci95",
    "hauck_anderson_ci95",
    "chi2",
    "p_chi2",
    "chi2_yates",
    "p_chi2_yates",
    "fisher_p",
    "relative_risk",
    "rr_ci95_log",
    "odds_ratio",
    "or_ci95_woolf",
    "nnt",
)

REFERENCE_METHODS = (
    ReferenceMethod("one_proportion_ci", one_proportion, ("one_proportion",), CLOSED_FORM),
    ReferenceMethod(
        "two_proportions",
        two_proportions,
        ("risk_difference", "risk_ratio", "odds_ratio", "number_needed_to_treat"),
        CLOSED_FORM,
        absolute=2e-14,
        tolerances={
            "ratesci.": (
                1e-7,
                2e-9,
                "that package stops at about 1e-10, on the log scale for ratios",
            )
        },
        left_out={
            "ratesci.version": "a version",
            **dict.fromkeys(FISHER, "held by the method fisher_odds_ratio"),
        },
        no_reference=dict.fromkeys(
            ("chi2", "p_chi2", "chi2_yates", "p_chi2_yates"),
            "a table without any event: R divides zero by zero, ours is 0 with p = 1, since the "
            "arms could not be more alike",
        ),
    ),
    ReferenceMethod(
        "fisher_odds_ratio",
        fisher_odds_ratio,
        ("odds_ratio",),
        "R's fisher.test seeks the odds ratio, or one over it where it is above 1, with uniroot's "
        "tolerance of 1.22e-4 (a root of the machine's precision), on which scale they are "
        "compared. The digits are held by the method conditional_odds_ratio.",
        relative=0,
        absolute=UNIROOT,
        of="two_proportions",
        left_out=dict.fromkeys((*OTHER_FIELDS, "ratesci."), "held by the method two_proportions"),
        scales={"fisher_": as_fisher_test_seeks},
    ),
    ReferenceMethod(
        "conditional_odds_ratio",
        conditional_odds,
        ("odds_ratio",),
        "Roots of sums of noncentral hypergeometric probabilities, which SciPy takes from another "
        "program (BiasedUrn).",
        no_reference={
            "estimate": "a table without any event has no odds ratio: R says 0, SciPy nothing, and "
            "a study that there were no events"
        },
    ),
    ReferenceMethod(
        "stratified_2x2",
        stratified,
        ("stratified_risk_difference", "stratified_odds_ratio", "stratified_risk_ratio"),
        CLOSED_FORM,
        no_reference=dict.fromkeys(
            (
                "cmh_no_continuity.chi2",
                "cmh_no_continuity.p",
                "cmh_continuity.chi2",
                "cmh_continuity.p",
            ),
            "products of large counts overflow R's whole numbers; metafor.cmh has the same "
            "statistic and is compared",
        ),
        tolerances={
            "stratified_miettinen_nurminen.": (1e-8, 2e-9, "ratesci stops at about 1e-9"),
            "metafor.tarone": (1e-9, 1e-12, HOMOGENEITY),
            "breslow_day.": (1e-9, 1e-12, HOMOGENEITY),
            "tarone.": (1e-9, 1e-12, HOMOGENEITY),
        },
    ),
    ReferenceMethod(
        "sas_one_proportion",
        sas_one_proportion,
        ("one_proportion",),
        "Printed to 4 or 5 digits.",
        relative=0.0,
        absolute=5e-5,
        of="published_other_software",
        only=("published_other_software/sas_one_prop_36_154",),
    ),
    ReferenceMethod(
        "sas_stratified_tables",
        sas_strata,
        ("stratified_risk_difference", "stratified_odds_ratio", "stratified_risk_ratio"),
        "Printed to 4 digits.",
        relative=0.0,
        absolute=5.1e-5,
        of="published_other_software",
        only=("published_other_software/sas_mh_strata_camis",),
    ),
)
