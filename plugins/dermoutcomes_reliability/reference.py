"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from math import exp, log, sqrt
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_reliability.icc import FORMS, icc
from dermoutcomes_reliability.important_change import predicted_change
from dermoutcomes_reliability.kappa import crossed, kappa, observed_agreement, pabak
from dermoutcomes_reliability.limits_of_agreement import (
    concordance,
    limits_of_agreement,
    proportional_bias,
)
from dermoutcomes_reliability.mean_squares import mean_squares
from dermoutcomes_reliability.measurement_error import (
    agreement_error,
    consistency_error,
    detectable_change,
    within_subject,
)
from dermoutcomes_reliability.method_agreement import two_one_sided
from dermoutcomes_reliability.repeated_correlation import spearman, within_correlation
from dermoutcomes_reliability.several_raters import fleiss, krippendorff

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
CLOSED_FORM = "Closed form; the distributions of two libraries differ in the last digits."


def intraclass(case: ReferenceCase) -> Fields:
    s = mean_squares(case.inputs["M"])
    by_form = {form: icc(s, form) for form in FORMS}
    fields: dict[str, Any] = {
        "n": s.n,
        "k": s.k,
        "BMS": s.subjects,
        "WMS": s.within,
        "JMS": s.raters,
        "EMS": s.residual,
    }
    for form, result in by_form.items():
        fields |= {
            f"ICC{form}.est": result.estimate,
            f"ICC{form}.ci95": [result.conf_low, result.conf_high],
            f"ICC{form}.F": result.statistic,
            f"ICC{form}.df": result.df,
            f"ICC{form}.p": result.p_value,
        }
    order = [by_form[form] for form in ("1_1", "2_1", "3_1", "1_k", "2_k", "3_k")]
    fields |= {
        "psych.est": [result.estimate for result in order],
        "psych.lower": [result.conf_low for result in order],
        "psych.upper": [result.conf_high for result in order],
    }
    fields |= {f"irr.ICC{form}.est": by_form[form].estimate for form in FORMS}
    fields |= {
        f"irr.ICC{form}.ci95": [by_form[form].conf_low, by_form[form].conf_high]
        for form in FORMS
        if not form.startswith("2")
    }
    return fields | _errors(case, by_form["2_1"].estimate)


def _errors(case: ReferenceCase, agreement: float) -> dict[str, Any]:
    s = mean_squares(case.inputs["M"])
    every = [value for row in case.inputs["M"] for value in row]
    mean = sum(every) / len(every)
    total = sqrt(sum((value - mean) ** 2 for value in every) / (len(every) - 1))
    errors = {
        "agreement": agreement_error(s),
        "consistency": consistency_error(s),
        "oneway": within_subject(case.inputs["M"]).sd,
    }
    printed = 1.96 * sqrt(2)
    return {
        "var_subject": s.subject_variance,
        "var_rater": s.rater_variance,
        "var_error": s.residual,
        **{f"SEM_{name}": error for name, error in errors.items()},
        **{f"SDC95_{name}": printed * error for name, error in errors.items()},
        "SDC95_agreement_qnorm": detectable_change(errors["agreement"]),
        "SEM_pooled_sd_icc2": total * sqrt(1 - agreement),
        "within_subject_cv_percent": within_subject(case.inputs["M"]).cv_percent,
    }


def shrout_fleiss(case: ReferenceCase) -> Fields:
    assert case.data is not None
    rows = list(csv.DictReader(case.data.read_text(encoding="utf-8").splitlines()))
    s = mean_squares(
        [
            [
                float(value)
                for name, value in row.items()
                if name not in {"subject", "target", "id", ""}
            ]
            for row in rows
        ]
    )
    names = {"11": "1_1", "21": "2_1", "31": "3_1", "14": "1_k", "24": "2_k", "34": "3_k"}
    return {f"ICC{printed}": icc(s, form).estimate for printed, form in names.items()}


def unused_grades(case: ReferenceCase) -> Fields:
    """Kappa on all values of the scale, and on those alone that were given."""
    first, second, values = (case.inputs[name] for name in ("first", "second", "values"))
    fields: dict[str, Any] = {"n": len(first)}
    for weights in ("unweighted", "linear", "quadratic"):
        whole = kappa(crossed(first, second, values), weights)
        given = kappa(crossed(first, second, sorted({*first, *second})), weights)
        fields |= {
            f"{weights}.kappa": whole.estimate,
            f"{weights}.statsmodels": whole.estimate,
            f"{weights}.se": whole.std_error,
            f"{weights}.of_given_alone": given.estimate,
        }
    return fields


def weighted_kappa(case: ReferenceCase) -> Fields:
    counts = case.inputs["table"]
    by_weights = {
        weights: kappa(counts, weights) for weights in ("unweighted", "linear", "quadratic")
    }
    fields: dict[str, Any] = {
        "n": sum(map(sum, counts)),
        "percent_agreement": observed_agreement(counts),
        "pabak": pabak(counts),
    }
    for name, result in by_weights.items():
        fields |= {
            f"{name}.kappa": result.estimate,
            f"{name}.se": result.std_error,
            f"{name}.ci95": [result.conf_low, result.conf_high],
            f"{name}.se0": result.null_error,
            f"{name}.z": result.statistic,
            f"{name}.p": result.p_value,
            f"{name}.po": result.observed,
            f"{name}.pe": result.expected,
            f"irr.{name}": result.estimate,
        }
    for name in ("linear", "quadratic"):
        fields |= {
            f"vcd_{name}.k": by_weights[name].estimate,
            f"vcd_{name}.ase": by_weights[name].std_error,
        }
    return fields | {
        "psych_unweighted": by_weights["unweighted"].estimate,
        "psych_quadratic": by_weights["quadratic"].estimate,
    }


def fleiss_kappa(case: ReferenceCase) -> Fields:
    result = fleiss(case.inputs["counts"])
    return {
        "kappa": result.estimate,
        "se0": result.null_error,
        "z": result.statistic,
        "p": result.p_value,
        "Pbar": result.observed,
        "Pe": result.expected,
        "irr.kappa": result.estimate,
        "irr.z": result.statistic,
    }


def alpha(case: ReferenceCase) -> Fields:
    units = [
        [None if value in ("NA", None) else float(value) for value in unit]
        for unit in case.inputs["units_by_raters"]
    ]
    fields = {
        metric: krippendorff(units, metric)
        for metric in ("nominal", "ordinal", "interval", "ratio")
    }
    return {
        "pairable_values": fields["nominal"][1],
        **{name: value for name, (value, _) in fields.items()},
        **{f"irr.{name}": value for name, (value, _) in fields.items()},
    }


def bland_altman(case: ReferenceCase) -> Fields:
    x, y = case.inputs["x"], case.inputs["y"]
    exact, printed = limits_of_agreement(x, y), limits_of_agreement(x, y, multiplier=1.96)
    approximate = {form: limits_of_agreement(x, y, intervals=form) for form in ("1999", "1986")}
    slope, p = proportional_bias(x, y)
    lin = concordance(x, y)
    return {
        "n": exact.n,
        "bias": exact.bias,
        "sd": exact.sd,
        "bias_ci95": exact.bias_interval,
        "loa_1.96": [printed.low, printed.high],
        "loa_qnorm": [exact.low, exact.high],
        "loa_lower_ci95_approx1999": approximate["1999"].low_interval,
        "loa_upper_ci95_approx1999": approximate["1999"].high_interval,
        "loa_lower_ci95_1986": approximate["1986"].low_interval,
        "loa_upper_ci95_1986": approximate["1986"].high_interval,
        "loa_lower_ci95_exact": exact.low_interval,
        "loa_upper_ci95_exact": exact.high_interval,
        "proportional_bias_slope": slope,
        "proportional_bias_p": p,
        "ccc_epiR.est": lin.estimate,
        "ccc_epiR.lower": lin.conf_low,
        "ccc_epiR.upper": lin.conf_high,
        "p_bias_t": exact.p_value,
    }


def bland_altman_1986(case: ReferenceCase) -> Fields:
    assert case.data is not None
    rows = list(csv.DictReader(case.data.read_text(encoding="utf-8").splitlines()))
    columns = {name: [float(row[name]) for row in rows] for name in rows[0]}
    (wright, wright_retest), (mini, mini_retest) = (
        [columns[name] for name in columns if name.lower().startswith(start)]
        for start in ("wright", "mini")
    )
    limits = limits_of_agreement(wright, mini, multiplier=2)
    repeated = {
        name: 2 * sqrt(2) * within_subject(list(zip(first, second, strict=True))).sd
        for name, first, second in (
            ("repeatability_wright", wright, wright_retest),
            ("repeatability_mini", mini, mini_retest),
        )
    }
    return {"bias": limits.bias, "sd": limits.sd, "loa": [limits.low, limits.high], **repeated}


def repeated_correlation(case: ReferenceCase) -> Fields:
    pairs: dict[str, list[tuple[float, float]]] = {}
    for subject, x, y in zip(
        case.inputs["subject"], case.inputs["x"], case.inputs["y"], strict=True
    ):
        pairs.setdefault(subject, []).append((x, y))
    result = within_correlation(pairs)
    return {
        "n": sum(map(len, pairs.values())),
        "df": result.df,
        "r": result.estimate,
        "slope": result.slope,
        "p": result.p_value,
        "ci95": [result.conf_low, result.conf_high],
    }


def important_change(case: ReferenceCase) -> Fields:
    improved, not_improved = (
        [
            change
            for change, flag in zip(case.inputs["change"], case.inputs["improved"], strict=True)
            if flag == outcome
        ]
        for outcome in (1, 0)
    )
    return {
        "predictive": predicted_change(improved, not_improved),
        "rho": spearman(case.inputs["change"], case.inputs["grade"]),
    }


def device_equivalence(case: ReferenceCase) -> Fields:
    inputs, ratio = case.inputs, case.inputs["scale"] == "ratio"
    d = [log(a / b) if ratio else a - b for a, b in zip(inputs["x"], inputs["y"], strict=True)]
    mean, low, high, t, df, p = two_one_sided(
        d, log(inputs["margin"]) if ratio else inputs["margin"], inputs["alpha"]
    )
    back = exp if ratio else float
    return {"estimate": back(mean), "interval": [back(low), back(high)], "t": t, "df": df, "p": p}


REFERENCE_METHODS = (
    ReferenceMethod(
        "device_equivalence", device_equivalence, ("device_equivalence",), CLOSED_FORM, 1e-10, 1e-14
    ),
    ReferenceMethod(
        "icc",
        intraclass,
        ("test_retest", "repeatability"),
        CLOSED_FORM,
        1e-9,
        1e-13,
        left_out={
            "psych.type": "names",
            "irr.version": "a version",
            **dict.fromkeys(
                ("irr.ICC2_1.ci95", "irr.ICC2_k.ci95"),
                "irr's agreement interval differs from the formula of McGraw and Wong; psych "
                "agrees with it",
            ),
            "lmer_reml_var.": "a mixed model's variances, which cannot be negative",
        },
    ),
    ReferenceMethod(
        "shrout_fleiss_1979",
        shrout_fleiss,
        ("test_retest",),
        "Printed with two decimals.",
        0,
        0.005001,
        of="published_other_software",
        only=("published_other_software/shrout_fleiss",),
    ),
    ReferenceMethod(
        "kappa",
        weighted_kappa,
        ("rater_agreement",),
        CLOSED_FORM,
        1e-9,
        1e-12,
        left_out={"irr.gwet": "empty"},
    ),
    ReferenceMethod("fleiss_kappa", fleiss_kappa, ("rater_agreement",), CLOSED_FORM, 1e-9, 1e-12),
    ReferenceMethod(
        "kappa_unused_grades", unused_grades, ("rater_agreement",), CLOSED_FORM, 1e-9, 1e-12
    ),
    ReferenceMethod("krippendorff_alpha", alpha, ("rater_agreement",), CLOSED_FORM, 1e-10, 1e-12),
    ReferenceMethod(
        "bland_altman",
        bland_altman,
        ("method_agreement",),
        "The exact limits come from a root search on the noncentral t, good to about 1e-11.",
        1e-9,
        1e-11,
    ),
    ReferenceMethod(
        "repeated_measures_correlation",
        repeated_correlation,
        ("repeated_measures_correlation",),
        "Closed form; R fits the factor of subjects by a decomposition.",
        1e-9,
        1e-12,
    ),
    ReferenceMethod(
        "important_change",
        important_change,
        ("anchor_mic",),
        "Both fits are iterated to their optimum.",
        1e-9,
        1e-11,
    ),
    ReferenceMethod(
        "bland_altman_1986",
        bland_altman_1986,
        ("method_agreement", "repeatability"),
        "Printed with one decimal; the sign is that of the first minus the second.",
        0,
        0.05,
        tolerances={
            "loa": (0, 0.15, "the printed mean and twice the printed SD, both rounded"),
            "repeatability_": (0, 0.1, "twice the printed SD, which was rounded"),
        },
        of="published_other_software",
        only=("published_other_software/bland_altman",),
    ),
)
