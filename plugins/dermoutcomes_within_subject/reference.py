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
    found = cochran(case.inputs["M"])
    return {
        "n": found.n,
        "k": len(found.totals),
        "column_totals": found.totals,
        "Q": found.statistic,
        "df": found.df,
        "p": found.p_value,
        "coin_symmetry_chi2": found.statistic,
        "coin_p": found.p_value,
        "friedman_chi2": found.statistic,
    }


def lmm(case: ReferenceCase) -> Fields:
    import numpy as np

    model = design(case.inputs["formula"], case.inputs["data"], case.inputs["LV"])
    fitted = fit(model.y, model.fixed.matrix, model.random)
    by_satterthwaite, by_kenward_roger = (
        inference(fitted, "satterthwaite"),
        inference(fitted, "kenward-roger"),
    )
    own = np.eye(len(fitted.beta))
    plain, corrected = (
        [by_satterthwaite.effect(row) for row in own],
        [by_kenward_roger.effect(row) for row in own],
    )
    count = len(fitted.beta) + len(fitted.theta)
    return {
        "n": fitted.n,
        "names": [model.fixed.names[place] for place in model.fixed.kept],
        "beta": fitted.beta,
        "se": [one.std_error for one in plain],
        "df_satterthwaite": [one.df for one in plain],
        "t": [one.statistic for one in plain],
        "p_satterthwaite": [one.p_value() for one in plain],
        "se_kr": [one.std_error for one in corrected],
        "df_kr": [one.df for one in corrected],
        "p_kr": [one.p_value() for one in corrected],
        **_components(fitted),
        "reml_criterion": fitted.criterion,
        "aic": fitted.criterion + 2 * count,
        "singular": fitted.singular,
        **_type_three(model, by_satterthwaite, "type3_satterthwaite"),
        **_type_three(model, by_kenward_roger, "type3_kr"),
        **(_means(model, by_kenward_roger, case.inputs["emm"]) if case.inputs.get("emm") else {}),
    }


def _components(fitted: Fit) -> Fields:
    """Variances before covariances within a term, as the reference prints them; covariances also as correlations."""
    variance = {
        (term, one): value
        for (term, one, other), value in zip(fitted.names, fitted.theta, strict=True)
        if one == other
    }
    order = sorted(
        range(len(fitted.theta)),
        key=lambda place: (
            _first(fitted, place),
            fitted.names[place][1] != fitted.names[place][2],
            place,
        ),
    )
    rows = [(*fitted.names[place], float(fitted.theta[place])) for place in order]
    spread = [
        value**0.5 if one == other else value / (variance[term, one] * variance[term, other]) ** 0.5
        for term, one, other, value in rows
    ]
    return {
        "varcomp.grp": [row[0] for row in rows],
        "varcomp.var1": [row[1] for row in rows],
        "varcomp.var2": ["" if row[1] == row[2] else row[2] for row in rows],
        "varcomp.vcov": [row[3] for row in rows],
        "varcomp.sd_or_corr": spread,
    }


def _first(fitted: Fit, place: int) -> int:
    return next(
        number for number, name in enumerate(fitted.names) if name[0] == fitted.names[place][0]
    )


def _type_three(model: Design, by: Inference, name: str) -> Fields:
    tests = [
        (":".join(term), by.together(model.fixed.contrasts(term)[:, model.fixed.kept]))
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


def _means(model: Design, by: Inference, wanted: str) -> Fields:
    """Marginal means; the first factor runs fastest."""
    factors = re.findall(r"\w+", wanted)
    fields: dict[str, Any] = {}
    for number, levels in enumerate(
        product(*(model.fixed.levels[factor] for factor in reversed(factors)))
    ):
        point = dict(zip(factors, reversed(levels), strict=True))
        mean: Effect = by.effect(model.fixed.row(point)[model.fixed.kept])
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


def _tested(effect: Effect) -> dict[str, Any]:
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
    return [one - other for one, other in zip(first, second, strict=True)]


def difference_of_changes(case: ReferenceCase) -> Fields:
    first, second, first_before, second_before = _sides(case)
    now, before = _less(first, second), _less(first_before, second_before)
    effect = mean(_less(now, before))
    return {
        "n": len(now),
        **_tested(effect),
        "interaction.F": effect.statistic**2,
        "interaction.p": effect.p_value(),
        "mean_before": sum(before) / len(before),
        "cor_treatments": correlation(first, second),
        "cor_differences": correlation(before, now),
    }


def adjusted_side_difference(case: ReferenceCase) -> Fields:
    first, second, first_before, second_before = _sides(case)
    now, before = _less(first, second), _less(first_before, second_before)
    intercept, slope = line(before, now)
    return {
        "n": len(now),
        **_tested(intercept),
        "slope": slope.estimate,
        "slope_se": slope.std_error,
        "mean_before": sum(before) / len(before),
    }


def _clusters(case: ReferenceCase, arm: str | None = None) -> dict[str, Cluster]:
    """Subject = (units that respond, units), of one arm or of all."""
    given = case.inputs
    made: dict[str, Cluster] = {}
    for place, (subject, responds) in enumerate(
        zip(given["subject"], given["responds"], strict=True)
    ):
        if responds is not None and (arm is None or given["arm"][place] == arm):
            events, units = made.get(str(subject), (0, 0))
            made[str(subject)] = (events + int(responds), units + 1)
    return made


def _without_small_sample(std_error: float, subjects: int) -> float:
    """The program has no factor m / (m - 1) in its variance."""
    return std_error * sqrt((subjects - 1) / subjects)


def clustered_proportion(case: ReferenceCase) -> Fields:
    found = share(list(_clusters(case).values()))
    assert found.std_error is not None
    effect = Effect(
        found.estimate,
        found.std_error,
        found.subjects - 1,
        (found.estimate - case.inputs["null"]) / found.std_error,
    )
    return {
        **_tested(effect),
        "events": found.events,
        "units": found.units,
        "subjects": found.subjects,
        "design_effect": found.design_effect,
        "ci95": effective_interval(found),
        "gee.estimate": found.estimate,
        "gee.se": _without_small_sample(found.std_error, found.subjects),
    }


def clustered_proportion_difference(case: ReferenceCase) -> Fields:
    first, second = (_clusters(case, arm) for arm in case.inputs["levels"])
    found = difference_of_shares(first, second)
    effect = Effect(found.estimate, found.std_error, found.df, found.estimate / found.std_error)
    return {
        **_tested(effect),
        "subjects": found.subjects,
        "units": sum(n for arm in (first, second) for _, n in arm.values()),
        "gee.estimate": found.estimate,
        "gee.se": _without_small_sample(found.std_error, found.subjects),
    }


def regression_to_the_mean(case: ReferenceCase) -> Fields:
    given = case.inputs
    options = RegressionToTheMeanOptions(
        **{name: given[name] for name in ("population_mean", "population_sd", "correlation")}
    )
    chosen = Enrolment({}, Threshold("", given["threshold"], given["above"]), None, 1.0)
    before = population(chosen, given["reading"], given["value"], options)
    read = sum(given["reading"]) / len(given["reading"])
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
        "Closed form; the generalised estimating equations are iterated.",
        1e-10,
        1e-13,
        tolerances={"gee.": (1e-7, 1e-12)},
    ),
    ReferenceMethod(
        "clustered_proportion_difference",
        clustered_proportion_difference,
        ("clustered_proportion_difference",),
        "Closed form; the generalised estimating equations are iterated.",
        1e-10,
        1e-13,
        tolerances={"gee.": (1e-7, 1e-12)},
    ),
    ReferenceMethod(
        "regression_to_the_mean",
        regression_to_the_mean,
        ("regression_to_the_mean",),
        ROOT,
        1e-8,
        1e-10,
    ),
    ReferenceMethod(
        "lmm",
        lmm,
        ("within_subject_model",),
        "The reference optimum was sought without derivatives (its criterion is up to 1e-9 above "
        "ours) and its degrees of freedom rest on numerical second derivatives; on balanced data ours equal the closed form.",
        1e-5,
        1e-12,
        tolerances=dict.fromkeys(
            ("varcomp", "df_satterthwaite", "p_satterthwaite", "type3_satterthwaite"), (3e-5, 1e-12)
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
        tolerances={"tango_ci95_PropCIs": (1e-5, 1e-6)},
    ),
    ReferenceMethod("cochran_q", cochran_q, ("cochran_q",), "Closed form.", 1e-10, 1e-15),
)
