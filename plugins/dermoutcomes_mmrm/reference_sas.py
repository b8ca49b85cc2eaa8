"""What PROC MIXED of SAS printed for one trial.

By covariance structure, degrees of freedom and test.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve
from scipy.special import chdtrc

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_mmrm.contrasts import Contrasts
from dermoutcomes_mmrm.fit import Fit, fit
from dermoutcomes_mmrm.marginal_means import type3
from dermoutcomes_mmrm.reference_data import data_and_terms

__all__ = ["SAS_METHODS"]

Fields = Mapping[str, Any]
WHY = "Printed by a program that stops up to 1e-4 before the optimum."
NEAR = {
    "DF": (5e-4, 0.0, "derivatives at that place differ more than the estimates do"),
    "Probt": (1e-2, 0.0, "p far out in a tail magnifies what is left in t"),
}
NAMES = ("us", "cs", "csh", "ar1", "arh1", "adh", "toep", "toeph")
TYPES = {
    "un": "us",
    "cs": "cs",
    "csh": "csh",
    "ar(1)": "ar1",
    "arh(1)": "ar1h",
    "ante(1)": "adh",
    "toep": "toep",
    "toeph": "toeph",
}


def difference(case: ReferenceCase) -> Fields:
    """PROC MIXED's difference of two arms under DDFM=KR.

    The linear form, and for AR(1) the other.
    """
    covariance = TYPES[case.spec["covariance"]]
    df = "kenward-roger" if covariance == "ar1" else "kenward-roger-linear"
    return _printed(Contrasts(_of_fev(case, "ARMCD", covariance), df))


def empirical(case: ReferenceCase) -> Fields:
    """PROC MIXED EMPIRICAL's difference of two arms with its default degrees of freedom."""
    return _printed(
        Contrasts(_of_fev(case, "ARMCD", case.spec["covariance"]), "between-within", "empirical")
    )


def _of_fev(case: ReferenceCase, right: str, covariance: str) -> Fit:
    levels = {
        "AVISIT": ("VIS1", "VIS2", "VIS3", "VIS4"),
        "ARMCD": ("PBO", "TRT"),
        "SEX": ("Female", "Male"),
    }
    spec = {
        "fixed": f"FEV1 ~ {right}",
        "visit": "AVISIT",
        "visit_levels": levels["AVISIT"],
        "subject": "USUBJID",
        "factor_levels": levels,
    }
    return fit(*data_and_terms(evolve(case, spec=spec)), covariance)


def _printed(contrasts: Contrasts) -> Fields:
    estimates = contrasts.estimates(type3(contrasts.fit, ("ARMCD",))[:1])
    (low,), (high,) = estimates.interval()
    return {
        "Estimate": estimates.estimate[0],
        "StdErr": estimates.std_error[0],
        "DF": estimates.df[0],
        "tValue": estimates.statistic[0],
        "Probt": estimates.p_value[0],
        "Lower": low,
        "Upper": high,
    }


def tests(case: ReferenceCase) -> Fields:
    """PROC MIXED's Type III tests in a model with a slope for each arm, covariates at zero."""
    model = _of_fev(case, "ARMCD + SEX + SEX:ARMCD + FEV1_BL:ARMCD", "ar1")
    fields: dict[str, Any] = {}
    for k, row in enumerate(case.result):
        test = Contrasts(model).joint(type3(model, _term(model, row["Effect"]), "zero"))
        fields |= {
            f"{k}.Effect": row["Effect"],
            f"{k}.NumDF": test.df_num,
            f"{k}.DenDF": test.df_den,
            f"{k}.FValue": test.statistic,
            f"{k}.ProbF": test.p_value,
            f"{k}.ChiSq": test.statistic * test.df_num,
            f"{k}.ProbChiSq": float(chdtrc(test.df_num, test.statistic * test.df_num)),
        }
    return fields


def _term(model: Fit, effect: str) -> tuple[str, ...]:
    return next(term for term in model.terms if set(term) == set(effect.split("*")))


def _method(
    name: str,
    compute: Any,
    only: tuple[str, ...],
    tolerances: Mapping[str, tuple[float, float, str]],
) -> ReferenceMethod:
    return ReferenceMethod(
        name,
        compute,
        ("mmrm",),
        WHY,
        3e-4,
        of="published_other_software",
        only=tuple(f"published_other_software/sas_mixed_fev_{end}" for end in only),
        tolerances=tolerances,
    )


SAS_METHODS = (
    _method("mmrm_sas_kenward_roger", difference, tuple(f"{name}_kr" for name in NAMES), NEAR),
    _method("mmrm_sas_empirical", empirical, ("empirical_",), {"Probt": NEAR["Probt"]}),
    _method("mmrm_sas_type_3", tests, ("type3_",), {}),
)
