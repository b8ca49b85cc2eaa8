"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from dermoutcomes import ReferenceCase, ReferenceMethod, Stat
from dermoutcomes.stats import RESIDUAL_STATS
from dermoutcomes_ancova.between_levels import level_interactions, levels_differ
from dermoutcomes_ancova.fit_records import Adjusted, View
from dermoutcomes_ancova.least_squares import Estimate, estimate, sequential, with_hc3
from dermoutcomes_ancova.marginal_means import (
    Model,
    correlation,
    difference,
    model,
    type_3,
    weights_of_mean,
)
from dermoutcomes_ancova.model_terms import Term, factor, number
from dermoutcomes_ancova.pairwise import adjusted
from dermoutcomes_ancova.record_rows import rows_of_records
from dermoutcomes_ancova.trend import slope_of_dose

if TYPE_CHECKING:
    import numpy as np

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
CLOSED_FORM = (
    "Least squares in closed form; two decompositions of one design differ in the last digits."
)


def ancova(case: ReferenceCase) -> Fields:
    fitted = _of_formula(
        case.inputs["formula"], case.inputs["data"], case.inputs["trt"], case.inputs["ref"]
    )
    control, robust = fitted.arms[0], with_hc3(fitted.fit)
    versus = [estimate(fitted.fit, difference(fitted, arm, control)) for arm in fitted.arms[1:]]
    return {
        "n": len(fitted.fit.residuals),
        "sigma": fitted.fit.variance**0.5,
        "df_resid": fitted.fit.df,
        "r2": fitted.fit.r_squared,
        **{
            f"coef.{name}": [result.estimate, result.std_error, result.statistic, result.p_value]
            for name, result in _coefficients(fitted)
        },
        **_type_3(fitted),
        **_means(fitted),
        **_versus(versus),
        **_pairs(fitted),
        "dunnett_mvt_p": _scalar(_dunnett(fitted, versus)),
        "vcov_HC3_se": [
            estimate(robust, row).std_error for row in _unit_rows(len(robust.coefficients))
        ],
    }


def residuals_of_records(case: ReferenceCase) -> Fields:
    """Fitted values, residuals, standardised residuals and normal scores of the cases' own model."""
    fitted = _of_formula(
        "outcome ~ arm + base", case.inputs["data"], "arm", case.inputs["reference"]
    )
    records = [Stat("n", level=str(number)) for number in range(len(fitted.fit.residuals))]
    rows = list(rows_of_records(records, fitted))
    return {
        "n": len(records),
        **{stat: [row.value for row in rows if row.stat == stat] for stat in RESIDUAL_STATS},
    }


def _of_formula(formula: str, data: Mapping[str, Sequence[Any]], arm: str, reference: str) -> Model:
    """The model of an R formula of main effects.

    The arm comes first, as R's design has it where the formula begins with it.
    """
    outcome, _, right = (part.strip() for part in formula.partition("~"))
    names = [name.strip() for name in right.split("+")]
    arms = (reference, *(level for level in sorted(set(data[arm])) if level != reference))
    adjusting = [_term(name, data[name]) for name in names if name != arm]
    return model(data[outcome], [factor(arm, data[arm], arms), *adjusting], arms)


def _term(name: str, values: Sequence[Any]) -> Term:
    return (
        factor(name, values, sorted(set(values)))
        if isinstance(values[0], str)
        else number(name, values)
    )


def _unit_rows(width: int) -> Sequence[np.ndarray]:
    import numpy as np

    return list(np.eye(width))


def _coefficients(fitted: Model) -> list[tuple[str, Estimate]]:
    names = ["(Intercept)", *(term.name + label for term in fitted.terms for label in term.labels)]
    return [
        (name, estimate(fitted.fit, row))
        for name, row in zip(names, _unit_rows(len(names)), strict=True)
    ]


def _type_3(fitted: Model) -> Fields:
    tests = {term.name: type_3(fitted, term.name) for term in fitted.terms}
    return {
        f"type3.{name}.{key}": value
        for name, test in tests.items()
        for key, value in {
            "SS": test.sum_of_squares,
            "df": test.df_num,
            "F": test.statistic,
            "p": test.p_value,
        }.items()
    }


def _means(fitted: Model) -> Fields:
    means = [(arm, estimate(fitted.fit, weights_of_mean(fitted, arm))) for arm in fitted.arms]
    return {
        f"lsmeans.{number}.{key}": value
        for number, (arm, mean) in enumerate(means)
        for key, value in {
            "level": arm,
            "est": mean.estimate,
            "se": mean.std_error,
            "df": mean.df,
            "lower": mean.conf_low,
            "upper": mean.conf_high,
        }.items()
    }


def _versus(versus: Sequence[Estimate]) -> Fields:
    return {
        f"contrasts_vs_ref.{number}.{key}": value
        for number, contrast in enumerate(versus)
        for key, value in {
            "est": contrast.estimate,
            "se": contrast.std_error,
            "df": contrast.df,
            "t": contrast.statistic,
            "p": contrast.p_value,
            "lower": contrast.conf_low,
            "upper": contrast.conf_high,
        }.items()
    }


def _pairs(fitted: Model) -> Fields:
    pairs = [
        (later, earlier)
        for index, later in enumerate(fitted.arms)
        for earlier in fitted.arms[:index]
    ]
    differences = [estimate(fitted.fit, difference(fitted, *pair)) for pair in pairs]
    tests = [(contrast.p_value, contrast.statistic, float(contrast.df)) for contrast in differences]
    adjusted_by = {
        name: adjusted(tests, name, len(fitted.arms)) for name in ("bonferroni", "holm", "tukey")
    }
    return {
        f"pairwise.{number}.{key}": value
        for number, contrast in enumerate(differences)
        for key, value in {
            "est": contrast.estimate,
            "se": contrast.std_error,
            "p": contrast.p_value,
            **{f"p_{name}": values[number] for name, values in adjusted_by.items()},
        }.items()
    }


def _dunnett(fitted: Model, versus: Sequence[Estimate]) -> list[float]:
    """Single-step p-values of all arms against the control.

    One minus the multivariate t's probability of a cube of side 2 |t|.
    """
    import numpy as np
    from scipy.stats import multivariate_t

    rows = [difference(fitted, arm, fitted.arms[0]) for arm in fitted.arms[1:]]
    if len(rows) == 1:
        return [versus[0].p_value]
    joint = multivariate_t(
        shape=np.array(
            [[correlation(fitted, contrast, other) for other in rows] for contrast in rows]
        ),
        df=fitted.fit.df,
        seed=1,
    )
    ends = [np.full(len(rows), abs(contrast.statistic)) for contrast in versus]
    return [1 - float(joint.cdf(end, lower_limit=-end, maxpts=200_000)) for end in ends]


def _scalar(values: list[float]) -> list[float] | float:
    return values[0] if len(values) == 1 else values


def dose_response(case: ReferenceCase) -> Fields:
    """The dose as a number, with site and baseline, of the pilot's primary endpoint.

    Week 24 with the last value carried forward.
    """
    import polars as pl

    frame = _primary(case).select(
        "USUBJID",
        arm=pl.col("TRTPN").cast(pl.String),
        dose="TRTPN",
        outcome="CHG",
        base="BASE",
        site="SITEGR1",
    )
    doses = dict(zip(frame["arm"].to_list(), frame["dose"].to_list(), strict=True))
    adjusted = (Adjusted("base", stratum=False), Adjusted("site", stratum=True))
    slope = slope_of_dose(
        View(Stat("n"), frame, tuple(doses), "change", adjusted, (), (), (), 0, 0), doses
    )
    return {} if slope is None else {"n": frame.height, "est": slope.estimate, "p": slope.p_value}


def _primary(case: ReferenceCase) -> Any:
    import polars as pl

    assert case.data is not None
    frame = pl.read_csv(
        case.data, schema_overrides={"SITEGR1": pl.String}, infer_schema_length=None
    )
    return (
        frame.filter(pl.col("AVISITN") == 24, pl.col("ANL01FL") == "Y", pl.col("EFFFL") == "Y")
        .drop_nulls(["CHG", "BASE"])
        .sort("USUBJID")
    )


def sas_glm(case: ReferenceCase) -> Fields:
    """The printed tables of SAS.

    Type I and III, coefficients against the last drug, least squares means and their differences.
    """
    import polars as pl

    assert case.data is not None
    frame = pl.read_csv(case.data)
    data = {name: frame[name].to_list() for name in frame.columns}
    drug, pre, post = _drug_columns(data)
    names = {"A": "A", "C": "D", "E": "F"}
    arms = [names[value] for value in drug]
    fitted = model(
        post, [factor("Drug", arms, ("F", "A", "D")), number("Pre", pre)], ("F", "A", "D")
    )
    return {
        "mse": fitted.fit.variance,
        "root_mse": fitted.fit.variance**0.5,
        "r2": fitted.fit.r_squared,
        "error_ss": fitted.fit.residual_ss,
        **_of_sas(fitted),
    }


def _drug_columns(
    data: Mapping[str, Sequence[Any]],
) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any]]:
    by_name = {name.lower(): values for name, values in data.items()}
    return (
        by_name["drug"],
        next(by_name[name] for name in by_name if name.startswith("pre")),
        next(by_name[name] for name in by_name if name.startswith("post")),
    )


def _of_sas(fitted: Model) -> Fields:
    type_1 = {name: sequential(fitted.fit, name) for name in ("Drug", "Pre")}
    three = {name: type_3(fitted, name) for name in ("Drug", "Pre")}
    coefficients = {
        "Intercept" if name == "(Intercept)" else name.removeprefix("Drug"): result
        for name, result in _coefficients(fitted)
    }
    means = {arm: estimate(fitted.fit, weights_of_mean(fitted, arm)) for arm in "ADF"}
    return {
        **{
            f"type{number}.Drug": [
                t["Drug"].df_num,
                t["Drug"].sum_of_squares,
                t["Drug"].statistic,
                t["Drug"].p_value,
            ]
            for number, t in ((1, type_1), (3, three))
        },
        **{
            f"type{number}.Pre": [t["Pre"].df_num, t["Pre"].sum_of_squares, t["Pre"].statistic]
            for number, t in ((1, type_1), (3, three))
        },
        **{
            f"coef.{name}": [result.estimate, result.std_error]
            for name, result in coefficients.items()
        },
        **{f"lsmeans.{arm}": [result.estimate, result.std_error] for arm, result in means.items()},
        **{
            f"pdiff.{a}_{b}": estimate(fitted.fit, difference(fitted, a, b)).p_value
            for a, b in combinations("ADF", 2)
        },
    }


def between_levels(case: ReferenceCase) -> Fields:
    """Arm by level in the adjusted model: of all arms, and of each pair; with HC3 too."""
    i = case.inputs
    adjusting = [number(name, values) for name, values in i["numbers"].items()]
    adjusting += [_term(name, values) for name, values in i["factors"].items()]
    arms = tuple(i["arms"])
    terms = level_interactions((factor("arm", i["arm"], arms), *adjusting), i["level"])
    fitted = model(i["outcome"], terms, arms)
    robust = fitted._replace(fit=with_hc3(fitted.fit))
    pairs = [(later, earlier) for n, earlier in enumerate(arms) for later in arms[n + 1 :]]
    names = {
        f"pairs.{later}.{earlier}".replace(" ", "_"): (later, earlier) for later, earlier in pairs
    }
    tests = {
        name: (levels_differ(fitted, *pair), levels_differ(robust, *pair))
        for name, pair in {"all": (), **names}.items()
    }
    return {"n": len(i["outcome"])} | {
        f"{name}.{key}": value
        for name, (plain, hc3) in tests.items()
        for key, value in {
            "F": plain.statistic,
            "df": plain.df_num,
            "df_resid": plain.df_den,
            "p": plain.p_value,
            "hc3.F": hc3.statistic,
            "hc3.p": hc3.p_value,
        }.items()
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "ancova",
        ancova,
        ("ancova",),
        CLOSED_FORM,
        1e-9,
        1e-12,
        tolerances={
            "dunnett_mvt_p": (
                1e-5,
                1e-6,
                "R integrates by a random sequence, with errors near 1e-6",
            ),
            "pairwise.*.p_tukey": (
                1e-8,
                1e-10,
                "both programs integrate the studentized range by quadrature, R's to about 1e-9",
            ),
        },
        left_out={
            "coef_columns": "names of columns",
            "contrasts_vs_ref.*.contrast": "a label",
            "pairwise.*.contrast": "a label",
        },
    ),
    ReferenceMethod("ancova_dose_response", dose_response, ("ancova",), CLOSED_FORM, 1e-9, 1e-12),
    ReferenceMethod(
        "sas_glm_ancova",
        sas_glm,
        ("ancova",),
        "As printed by SAS, to 6 digits and more.",
        1e-6,
        1e-9,
        of="published_other_software",
        only=("published_other_software/sas_glm_ancova_drug",),
        tolerances={
            "type1.Drug": (5.5e-4, 5e-5, "F is printed as 9.15, p to 4 decimals"),
            "type3.Drug": (2.4e-3, 5e-5, "F is printed as 2.14, p to 4 decimals"),
            "type1.Pre": (1.4e-4, 1e-9, "F is printed as 36.01"),
            "type3.Pre": (1.4e-4, 1e-9, "F is printed as 36.01"),
            "pdiff.": (0, 5e-5, "printed to 4 decimals"),
        },
    ),
    ReferenceMethod(
        "residuals_of_ancova",
        residuals_of_records,
        ("ancova",),
        CLOSED_FORM,
        1e-9,
        1e-11,
        of="residuals",
        only=("residuals/covariance_",),
    ),
    ReferenceMethod(
        "subgroup_interaction_means",
        between_levels,
        ("ancova",),
        "Nested least squares fits there, a quadratic form of one fit here; both are closed. F, its "
        "degrees of freedom and P of moore_krupat stand in the manual of statsmodels (ANOVA), which "
        "a test holds to half of the last digit printed.",
        1e-9,
        1e-12,
        # F near 0 is a difference of two large sums of squares.
        tolerances={"pairs.": (1e-9, 1e-11, "F near 0 is a difference of sums of squares")},
    ),
)
