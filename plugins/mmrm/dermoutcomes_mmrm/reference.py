"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from attrs import evolve
from scipy.special import chdtrc

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_mmrm.contrasts import Contrasts, Estimates
from dermoutcomes_mmrm.fit import Fit, fit
from dermoutcomes_mmrm.margins import margins, type3
from dermoutcomes_mmrm.options import CODES
from dermoutcomes_mmrm.reference_data import data_and_terms

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
Array = np.ndarray[Any, Any]
# How the cases name degrees of freedom.
WHY_SAS = "Printed by a program that stops up to 1e-4 before the optimum."
# Degrees of freedom differ by up to 0.07 and far tails of p by more than the estimates do.
SAS_DF = {"DF": (5e-4, 0.0), "Probt": (1e-2, 0.0)}
SAS_NAMES = ("us", "cs", "csh", "ar1", "arh1", "adh", "toep", "toeph")
SAS_TYPES = {"un": "us", "cs": "cs", "csh": "csh", "ar(1)": "ar1", "arh(1)": "ar1h", "ante(1)": "adh", "toep": "toep", "toeph": "toeph"}
CHOICES = {"satterthwaite": "satterthwaite", "kr": "kenward-roger", "krl": "kenward-roger-linear"}


def fitted(case: ReferenceCase) -> Fit:
    """The model that the case describes."""
    return fit(*data_and_terms(case), CODES[case.spec["covariance"]], reml=case.spec["estimation"] == "REML")


def mmrm(case: ReferenceCase) -> Fields:
    """All that the analysis prints, under each choice of degrees of freedom."""
    model = fitted(case)
    found: dict[str, Any] = {**_of_model(model), **_tests(case, model)}
    for name, df in CHOICES.items():
        contrasts = Contrasts(model, df)
        found |= _coefficients(f"coef_{name}", contrasts)
        if f"lsmeans_{name}" in case.result:
            found |= _margins(case, name, contrasts)
        found |= _matrix("beta_vcov" if name == "satterthwaite" else f"beta_vcov_{name}", contrasts.covariance, _names(model))
    return found


def _names(model: Fit) -> list[str]:
    return [column.name for column in model.columns]


def _of_model(model: Fit) -> dict[str, Any]:
    matrix = model.matrix()
    sd = np.sqrt(np.diag(matrix))
    visits = list(model.data.visits)
    return {"n_obs": model.n_obs, "n_subjects": model.n_subjects, "n_visits": len(visits), "minus2_loglik": model.minus2_loglik,
            "aic": model.aic, "aicc": model.aicc, "bic": model.bic, "n_cov_params": model.n_parameters, "beta_names": _names(model),
            "beta": model.coefficients.tolist(), **_matrix("covariance", matrix, visits),
            **_matrix("correlation", matrix / np.outer(sd, sd), visits)}


def _matrix(name: str, values: Array, names: list[str]) -> dict[str, Any]:
    return {f"{name}.rows": names, f"{name}.cols": names, **{f"{name}.values.{k}": row.tolist() for k, row in enumerate(values)}}


def _coefficients(name: str, contrasts: Contrasts) -> dict[str, Any]:
    names = _names(contrasts.fit)
    found = contrasts.estimates(np.eye(len(names)))
    parts = {"est": found.estimate, "se": found.std_error, "df": found.df, "t": found.statistic, "p": found.p_value}
    return {f"{name}.{names[k]}.{part}": float(values[k]) for k in range(len(names)) for part, values in parts.items()}


def _margins(case: ReferenceCase, name: str, contrasts: Contrasts) -> dict[str, Any]:
    arm, visit = case.spec["arm"], case.spec["visit"]
    cells = list(margins(contrasts.fit, [arm, visit] if arm else [visit]))
    means = contrasts.estimates(np.array([row for _, row in cells]))
    found = {f"lsmeans_{name}.{k}.{part}": value for k, (at, _) in enumerate(cells) for part, value in {**at, **_parts(means, k)}.items()}
    differences = list(_differences(arm, visit, cells))
    estimates = contrasts.estimates(np.array([row for _, row in differences]))
    return found | {f"contrasts_{name}.{k}.{part}": value for k, (at, _) in enumerate(differences)
                    for part, value in {**at, **_parts(estimates, k)}.items()}


def _differences(arm: str | None, visit: str, cells: list[tuple[dict[str, str], Array]]) -> Iterator[tuple[dict[str, str], Array]]:
    """Each arm less the first at each visit; in one group each visit less the first."""
    over = arm or visit
    first = cells[0][0][over]
    begin = {at.get(visit) if arm else None: row for at, row in cells if at[over] == first}
    for at, row in cells:
        if at[over] != first:
            named = {"contrast": f"{_named(over, at[over])} - {_named(over, first)}"}
            yield named | ({visit: at[visit]} if arm else {}), row - begin[at[visit] if arm else None]


def _named(factor: str, level: str) -> str:
    """Levels that are numbers carry the name of their factor."""
    return factor + level if level.replace(".", "", 1).isdigit() else level


def _parts(found: Estimates, k: int) -> dict[str, float]:
    low, high = found.interval()
    return {"estimate": float(found.estimate[k]), "se": float(found.std_error[k]), "df": float(found.df[k]), "lower": float(low[k]),
            "upper": float(high[k]), "t": float(found.statistic[k]), "p": float(found.p_value[k])}


def _tests(case: ReferenceCase, model: Fit) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in case.result.get("type3", {}):
        rows = type3(model, tuple(name.split(":")))
        plain, linear = Contrasts(model).joint(rows), Contrasts(model, "kenward-roger-linear").joint(rows)
        found |= {f"type3.{name}.{part}": value for part, value in {
            "num_df": plain.df_num, "den_df_satterthwaite": plain.df_den, "F_satterthwaite": plain.statistic, "p_satterthwaite": plain.p_value,
            "F_krl": linear.statistic, "den_df_krl": linear.df_den, "p_krl": linear.p_value}.items()}
    return found


def sas_difference(case: ReferenceCase) -> Fields:
    """PROC MIXED's difference of two arms under DDFM=KR: the linear form, and for AR(1) the other."""
    covariance = SAS_TYPES[case.spec["covariance"]]
    df = "kenward-roger" if covariance == "ar1" else "kenward-roger-linear"
    return _difference(Contrasts(_of_fev(case, "ARMCD", covariance), df))


def sas_empirical(case: ReferenceCase) -> Fields:
    """PROC MIXED EMPIRICAL's difference of two arms with its default degrees of freedom."""
    return _difference(Contrasts(_of_fev(case, "ARMCD", case.spec["covariance"]), "between-within", "empirical"))


def _of_fev(case: ReferenceCase, right: str, covariance: str) -> Fit:
    levels = {"AVISIT": ("VIS1", "VIS2", "VIS3", "VIS4"), "ARMCD": ("PBO", "TRT"), "SEX": ("Female", "Male")}
    spec = {"fixed": f"FEV1 ~ {right}", "visit": "AVISIT", "visit_levels": levels["AVISIT"], "subject": "USUBJID", "factor_levels": levels}
    return fit(*data_and_terms(evolve(case, spec=spec)), covariance)


def _difference(contrasts: Contrasts) -> Fields:
    found = contrasts.estimates(type3(contrasts.fit, ("ARMCD",))[:1])
    (low,), (high,) = found.interval()
    return {"Estimate": found.estimate[0], "StdErr": found.std_error[0], "DF": found.df[0], "tValue": found.statistic[0],
            "Probt": found.p_value[0], "Lower": low, "Upper": high}


def sas_type_3(case: ReferenceCase) -> Fields:
    """PROC MIXED's Type III tests in a model with a slope for each arm, covariates at zero."""
    model = _of_fev(case, "ARMCD + SEX + SEX:ARMCD + FEV1_BL:ARMCD", "ar1")
    found: dict[str, Any] = {}
    for k, row in enumerate(case.result):
        test = Contrasts(model).joint(type3(model, _term(model, row["Effect"]), "zero"))
        found |= {f"{k}.Effect": row["Effect"], f"{k}.NumDF": test.df_num, f"{k}.DenDF": test.df_den, f"{k}.FValue": test.statistic,
                  f"{k}.ProbF": test.p_value, f"{k}.ChiSq": test.statistic * test.df_num,
                  f"{k}.ProbChiSq": float(chdtrc(test.df_num, test.statistic * test.df_num))}
    return found


def _term(model: Fit, effect: str) -> tuple[str, ...]:
    return next(term for term in model.terms if set(term) == set(effect.split("*")))


REFERENCE_METHODS = (
    ReferenceMethod("mmrm", mmrm, ("mmrm",), "The reference optimum was polished to a gradient below 1e-9, ours too; p-values far out magnify what is left.", 1e-8, 1e-10, left_out={
        "optimum.": "how the reference optimiser ended", "default_optimiser_gap.": "how far the reference software's own optimiser stops short",
        "nlme_gls_check.": "a third program, which stops at its own tolerance"}),
    *(ReferenceMethod(name, compute, ("mmrm",), WHY_SAS, 3e-4, of="published_other_software", only=only, tolerances=tolerances)
      for name, compute, only, tolerances in (
          ("mmrm_sas_kenward_roger", sas_difference, tuple(f"published_other_software/sas_mixed_fev_{name}_kr" for name in SAS_NAMES), SAS_DF),
          ("mmrm_sas_empirical", sas_empirical, ("published_other_software/sas_mixed_fev_empirical_",), SAS_DF),
          ("mmrm_sas_type_3", sas_type_3, ("published_other_software/sas_mixed_fev_type3_",), {}))),
)
