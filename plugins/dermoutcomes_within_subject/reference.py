"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from math import sqrt
from typing import TYPE_CHECKING, Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_within_subject.clusters import Cluster, effective_interval, share
from dermoutcomes_within_subject.clusters import difference as difference_of_shares
from dermoutcomes_within_subject.cochran_q import cochran
from dermoutcomes_within_subject.discordance import (
    Table,
    asymptotic,
    conditional_odds_ratio,
    exact_p,
    mid_p,
)
from dermoutcomes_within_subject.enrolment import Enrolment, Threshold
from dermoutcomes_within_subject.least_squares import correlation, line, mean
from dermoutcomes_within_subject.lme4_formula import design
from dermoutcomes_within_subject.mixed_model import fit
from dermoutcomes_within_subject.paired_proportions import (
    difference,
    newcombe,
    phi,
    standard_error,
    tango,
    wald,
)
from dermoutcomes_within_subject.regression_to_the_mean import (
    RegressionToTheMeanOptions,
    expected_change,
    population,
)
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
    return {
        "chi2_uncorrected": chi2,
        "p_uncorrected": p,
        "chi2_continuity": chi2_corrected,
        "p_continuity": p_corrected,
        "p_exact": exact_p(table),
        "p_exact_greater": exact_p(table, "greater"),
        "p_mid": mid_p(table),
        "conditional_odds_ratio": ratio.estimate,
        "or_ci95_exact": [ratio.conf_low, ratio.conf_high],
    }


def paired_proportion_difference(case: ReferenceCase) -> Fields:
    table = _table(case)
    return {
        "n": table.n,
        "diff": difference(table),
        "se_wald": standard_error(table),
        "wald_ci95": wald(table),
        "newcombe10_ci95": newcombe(table),
        "newcombe10_uncorrected_phi_ci95": newcombe(table, corrected=False),
        "phi_corrected": phi(table),
        "phi": phi(table, corrected=False),
        "tango_ci95_PropCIs": tango(table),
    }


def cochran_q(case: ReferenceCase) -> Fields:
    test = cochran(case.inputs["M"])
    return {
        "n": test.n,
        "k": len(test.totals),
        "column_totals": test.totals,
        "Q": test.statistic,
        "df": test.df,
        "p": test.p_value,
        "coin_symmetry_chi2": test.statistic,
        "coin_p": test.p_value,
        "friedman_chi2": test.statistic,
    }


def lmm(case: ReferenceCase) -> Fields:
    import numpy as np

    model = design(case.inputs["formula"], case.inputs["data"], case.inputs["LV"])
    fitted = fit(model.y, model.fixed.matrix, model.random)
    by_satterthwaite, by_kenward_roger = (
        inference(fitted, "satterthwaite"),
        inference(fitted, "kenward-roger"),
    )
    identity = np.eye(len(fitted.beta))
    plain, corrected = (
        [by_satterthwaite.effect(row) for row in identity],
        [by_kenward_roger.effect(row) for row in identity],
    )
    count = len(fitted.beta) + len(fitted.theta)
    return {
        "n": fitted.n,
        "names": [model.fixed.names[index] for index in model.fixed.kept],
        "beta": fitted.beta,
        "se": [coefficient.std_error for coefficient in plain],
        "df_satterthwaite": [coefficient.df for coefficient in plain],
        "t": [coefficient.statistic for coefficient in plain],
        "p_satterthwaite": [coefficient.p_value() for coefficient in plain],
        "se_kr": [coefficient.std_error for coefficient in corrected],
        "df_kr": [coefficient.df for coefficient in corrected],
        "p_kr": [coefficient.p_value() for coefficient in corrected],
        **_components(fitted),
        "reml_criterion": fitted.criterion,
        "aic": fitted.criterion + 2 * count,
        "singular": fitted.singular,
        **_type_three(model, by_satterthwaite, "type3_satterthwaite"),
        **_type_three(model, by_kenward_roger, "type3_kr"),
        **(_means(model, by_kenward_roger, case.inputs["emm"]) if case.inputs.get("emm") else {}),
    }


def _components(fitted: Fit) -> Fields:
    """Variances before covariances within a term, as the reference prints them.

    Covariances also as correlations.
    """
    variance = {
        (term, first): value
        for (term, first, second), value in zip(fitted.names, fitted.theta, strict=True)
        if first == second
    }
    order = sorted(
        range(len(fitted.theta)),
        key=lambda index: (
            _first(fitted, index),
            fitted.names[index][1] != fitted.names[index][2],
            index,
        ),
    )
    rows = [(*fitted.names[index], float(fitted.theta[index])) for index in order]
    spread = [
        value**0.5
        if first == second
        else value / (variance[term, first] * variance[term, second]) ** 0.5
        for term, first, second, value in rows
    ]
    return {
        "varcomp.grp": [row[0] for row in rows],
        "varcomp.var1": [row[1] for row in rows],
        "varcomp.var2": ["" if row[1] == row[2] else row[2] for row in rows],
        "varcomp.vcov": [row[3] for row in rows],
        "varcomp.sd_or_corr": spread,
    }


def _first(fitted: Fit, index: int) -> int:
    return next(
        number for number, name in enumerate(fitted.names) if name[0] == fitted.names[index][0]
    )


def _type_three(model: Design, inference_of_model: Inference, name: str) -> Fields:
    tests = [
        (
            ":".join(term),
            inference_of_model.together(model.fixed.contrasts(term)[:, model.fixed.kept]),
        )
        for term in model.fixed.terms
    ]
    columns: dict[str, list[Any]] = {
        "term": [term for term, _ in tests],
        "num_df": [test.df_num for _, test in tests],
        "den_df": [test.df_den for _, test in tests],
        "F": [test.statistic for _, test in tests],
        "p": [test.p_value for _, test in tests],
    }
    # A list of one stands in the files as the number itself.
    return {
        f"{name}.{column}": values if len(values) > 1 else values[0]
        for column, values in columns.items()
    }


def _means(model: Design, inference_of_model: Inference, names: str) -> Fields:
    """Marginal means; the first factor runs fastest."""
    factors = re.findall(r"\w+", names)
    fields: dict[str, Any] = {}
    for number, levels in enumerate(
        product(*(model.fixed.levels[factor] for factor in reversed(factors)))
    ):
        point = dict(zip(factors, reversed(levels), strict=True))
        mean: Effect = inference_of_model.effect(model.fixed.row(point)[model.fixed.kept])
        low, high = mean.limits()
        values = {
            "level": "|".join(point.values()),
            "est": mean.estimate,
            "se": mean.std_error,
            "df": mean.df,
            "lower": low,
            "upper": high,
        }
        fields |= {f"lsmeans_kr.{number}.{name}": value for name, value in values.items()}
    return fields


SIDES = ("first", "second", "first_before", "second_before")


def _sides(case: ReferenceCase) -> tuple[list[float], ...]:
    """The four columns of the subjects who have all four values."""
    rows = [
        row for row in zip(*(case.inputs[name] for name in SIDES), strict=True) if None not in row
    ]
    return tuple(map(list, zip(*rows, strict=True)))


def _test_fields(effect: Effect) -> dict[str, Any]:
    return {
        "estimate": effect.estimate,
        "se": effect.std_error,
        "t": effect.statistic,
        "df": effect.df,
        "p": effect.p_value(),
        "p_greater": effect.p_value("greater"),
        "p_less": effect.p_value("less"),
        "ci95": effect.limits(),
        "ci90": effect.limits(0.9),
    }


def _less(first: list[float], second: list[float]) -> list[float]:
    return [a - b for a, b in zip(first, second, strict=True)]


def difference_of_changes(case: ReferenceCase) -> Fields:
    first, second, first_before, second_before = _sides(case)
    after, before = _less(first, second), _less(first_before, second_before)
    effect = mean(_less(after, before))
    return {
        "n": len(after),
        **_test_fields(effect),
        "interaction.F": effect.statistic**2,
        "interaction.p": effect.p_value(),
        "mean_before": sum(before) / len(before),
        "cor_treatments": correlation(first, second),
        "cor_differences": correlation(before, after),
    }


def adjusted_side_difference(case: ReferenceCase) -> Fields:
    first, second, first_before, second_before = _sides(case)
    after, before = _less(first, second), _less(first_before, second_before)
    intercept, slope = line(before, after)
    return {
        "n": len(after),
        **_test_fields(intercept),
        "slope": slope.estimate,
        "slope_se": slope.std_error,
        "mean_before": sum(before) / len(before),
    }


def _clusters(case: ReferenceCase, arm: str | None = None) -> dict[str, Cluster]:
    """Subject = (units that respond, units), of one arm or of all."""
    inputs = case.inputs
    by_subject: dict[str, Cluster] = {}
    for index, (subject, responds) in enumerate(
        zip(inputs["subject"], inputs["responds"], strict=True)
    ):
        if responds is not None and (arm is None or inputs["arm"][index] == arm):
            events, units = by_subject.get(str(subject), (0, 0))
            by_subject[str(subject)] = (events + int(responds), units + 1)
    return by_subject


def _without_small_sample(std_error: float, subjects: int) -> float:
    """The program has no factor m / (m - 1) in its variance."""
    return std_error * sqrt((subjects - 1) / subjects)


def clustered_proportion(case: ReferenceCase) -> Fields:
    proportion = share(list(_clusters(case).values()))
    assert proportion.std_error is not None
    effect = Effect(
        proportion.estimate,
        proportion.std_error,
        proportion.subjects - 1,
        (proportion.estimate - case.inputs["null"]) / proportion.std_error,
    )
    return {
        **_test_fields(effect),
        "events": proportion.events,
        "units": proportion.units,
        "subjects": proportion.subjects,
        "design_effect": proportion.design_effect,
        "ci95": effective_interval(proportion),
        "gee.estimate": proportion.estimate,
        "gee.se": _without_small_sample(proportion.std_error, proportion.subjects),
    }


def clustered_proportion_difference(case: ReferenceCase) -> Fields:
    first, second = (_clusters(case, arm) for arm in case.inputs["levels"])
    result = difference_of_shares(first, second)
    effect = Effect(
        result.estimate,
        result.std_error,
        result.df,
        result.estimate / result.std_error,
    )
    return {
        **_test_fields(effect),
        "subjects": result.subjects,
        "units": sum(n for arm in (first, second) for _, n in arm.values()),
        "gee.estimate": result.estimate,
        "gee.se": _without_small_sample(result.std_error, result.subjects),
    }


def regression_to_the_mean(case: ReferenceCase) -> Fields:
    inputs = case.inputs
    options = RegressionToTheMeanOptions(
        **{name: inputs[name] for name in ("population_mean", "population_sd", "correlation")}
    )
    chosen = Enrolment({}, Threshold("", inputs["threshold"], inputs["above"]), None, 1.0)
    before = population(chosen, inputs["reading"], inputs["value"], options)
    read = sum(inputs["reading"]) / len(inputs["reading"])
    return {
        "kept": before.kept,
        "mean_reading": read,
        "population_mean": before.mean,
        "population_sd": before.sd,
        "expected": expected_change(chosen, before, read),
    }


ROOT = "The reference mean is a root sought to 1e-13 of integrals good to 1e-11."
REFERENCE_METHODS = (
    ReferenceMethod(
        "difference_of_changes",
        difference_of_changes,
        ("difference_of_changes",),
        "Closed form; R's analysis of variance goes through a decomposition.",
        1e-10,
        1e-12,
    ),
    ReferenceMethod(
        "adjusted_side_difference",
        adjusted_side_difference,
        ("adjusted_side_difference",),
        "Closed form; R's least squares goes through a decomposition.",
        1e-10,
        1e-12,
    ),
    ReferenceMethod(
        "clustered_proportion",
        clustered_proportion,
        ("clustered_proportion",),
        "Closed form; the generalised estimating equations are iterated to it.",
        1e-10,
        1e-13,
    ),
    ReferenceMethod(
        "clustered_proportion_difference",
        clustered_proportion_difference,
        ("clustered_proportion_difference",),
        "Closed form; the generalised estimating equations are iterated to it.",
        1e-10,
        1e-13,
    ),
    ReferenceMethod(
        "regression_to_the_mean",
        regression_to_the_mean,
        ("regression_to_the_mean",),
        ROOT,
        1e-9,
        1e-11,
    ),
    ReferenceMethod(
        "lmm",
        lmm,
        ("within_subject_model",),
        "The reference optimum was sought without derivatives (its criterion is up to 1e-9 above "
        "ours) and its degrees of freedom rest on numerical second derivatives; on balanced data "
        "ours equal the closed form.",
        1e-5,
        1e-12,
        tolerances=dict.fromkeys(
            ("varcomp", "df_satterthwaite", "p_satterthwaite", "type3_satterthwaite"),
            (3e-5, 1e-12, "numerical second derivatives at an optimum that is not quite reached"),
        ),
    ),
    ReferenceMethod(
        "mcnemar",
        mcnemar,
        ("mcnemar",),
        "Closed form, or counts; beta quantiles of two libraries differ in the last digits.",
        1e-9,
    ),
    ReferenceMethod(
        "paired_proportion_difference",
        paired_proportion_difference,
        ("mcnemar",),
        "Closed form.",
        absolute=1e-13,
        tolerances={
            "tango_ci95_PropCIs": (0, 2e-7, "that package halves its step until it is below 1e-7")
        },
    ),
    ReferenceMethod("cochran_q", cochran_q, ("cochran_q",), "Closed form.", 1e-10, 1e-15),
)
