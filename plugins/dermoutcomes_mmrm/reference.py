"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_mmrm.contrasts import Contrasts, Estimates
from dermoutcomes_mmrm.fit import Fit, fit
from dermoutcomes_mmrm.margins import margins, type3
from dermoutcomes_mmrm.options import CODES
from dermoutcomes_mmrm.reference_data import data_and_terms
from dermoutcomes_mmrm.reference_sas import SAS_METHODS

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
Array = np.ndarray[Any, Any]
WHY = "The reference optimum was polished to a gradient below 1e-9, ours too; p-values far out magnify what is left."
# How the cases name degrees of freedom.
CHOICES = {"satterthwaite": "satterthwaite", "kr": "kenward-roger", "krl": "kenward-roger-linear"}


def fitted(case: ReferenceCase) -> Fit:
    """The model that the case describes."""
    return fit(
        *data_and_terms(case),
        CODES[case.spec["covariance"]],
        reml=case.spec["estimation"] == "REML",
    )


def mmrm(case: ReferenceCase) -> Fields:
    """All that the analysis prints, under each choice of degrees of freedom."""
    model = fitted(case)
    found: dict[str, Any] = {**_of_model(model), **_tests(case, model)}
    for name, df in CHOICES.items():
        contrasts = Contrasts(model, df)
        found |= _coefficients(f"coef_{name}", contrasts)
        if f"lsmeans_{name}" in case.result:
            found |= _margins(case, name, contrasts)
        found |= _matrix(
            "beta_vcov" if name == "satterthwaite" else f"beta_vcov_{name}",
            contrasts.covariance,
            _names(model),
        )
    return found


def _names(model: Fit) -> list[str]:
    return [column.name for column in model.columns]


def _of_model(model: Fit) -> dict[str, Any]:
    matrix = model.matrix()
    sd = np.sqrt(np.diag(matrix))
    visits = list(model.data.visits)
    return {
        "n_obs": model.n_obs,
        "n_subjects": model.n_subjects,
        "n_visits": len(visits),
        "minus2_loglik": model.minus2_loglik,
        "aic": model.aic,
        "aicc": model.aicc,
        "bic": model.bic,
        "n_cov_params": model.n_parameters,
        "beta_names": _names(model),
        "beta": model.coefficients.tolist(),
        **_matrix("covariance", matrix, visits),
        **_matrix("correlation", matrix / np.outer(sd, sd), visits),
    }


def _matrix(name: str, values: Array, names: list[str]) -> dict[str, Any]:
    return {
        f"{name}.rows": names,
        f"{name}.cols": names,
        **{f"{name}.values.{k}": row.tolist() for k, row in enumerate(values)},
    }


def _coefficients(name: str, contrasts: Contrasts) -> dict[str, Any]:
    names = _names(contrasts.fit)
    found = contrasts.estimates(np.eye(len(names)))
    parts = {
        "est": found.estimate,
        "se": found.std_error,
        "df": found.df,
        "t": found.statistic,
        "p": found.p_value,
    }
    return {
        f"{name}.{names[k]}.{part}": float(values[k])
        for k in range(len(names))
        for part, values in parts.items()
    }


def _margins(case: ReferenceCase, name: str, contrasts: Contrasts) -> dict[str, Any]:
    arm, visit = case.spec["arm"], case.spec["visit"]
    cells = list(margins(contrasts.fit, [arm, visit] if arm else [visit]))
    means = contrasts.estimates(np.array([row for _, row in cells]))
    found = {
        f"lsmeans_{name}.{k}.{part}": value
        for k, (at, _) in enumerate(cells)
        for part, value in {**at, **_parts(means, k)}.items()
    }
    differences = list(_differences(arm, visit, cells))
    estimates = contrasts.estimates(np.array([row for _, row in differences]))
    return found | {
        f"contrasts_{name}.{k}.{part}": value
        for k, (at, _) in enumerate(differences)
        for part, value in {**at, **_parts(estimates, k)}.items()
    }


def _differences(
    arm: str | None, visit: str, cells: list[tuple[dict[str, str], Array]]
) -> Iterator[tuple[dict[str, str], Array]]:
    """Each arm less the first at each visit; in one group each visit less the first."""
    over = arm or visit
    first = cells[0][0][over]
    begin = {at.get(visit) if arm else None: row for at, row in cells if at[over] == first}
    for at, row in cells:
        if at[over] != first:
            named = {"contrast": f"{_named(over, at[over])} - {_named(over, first)}"}
            yield (
                named | ({visit: at[visit]} if arm else {}),
                row - begin[at[visit] if arm else None],
            )


def _named(factor: str, level: str) -> str:
    """Levels that are numbers carry the name of their factor."""
    return factor + level if level.replace(".", "", 1).isdigit() else level


def _parts(found: Estimates, k: int) -> dict[str, float]:
    low, high = found.interval()
    return {
        "estimate": float(found.estimate[k]),
        "se": float(found.std_error[k]),
        "df": float(found.df[k]),
        "lower": float(low[k]),
        "upper": float(high[k]),
        "t": float(found.statistic[k]),
        "p": float(found.p_value[k]),
    }


def _tests(case: ReferenceCase, model: Fit) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in case.result.get("type3", {}):
        rows = type3(model, tuple(name.split(":")))
        plain, linear = (
            Contrasts(model).joint(rows),
            Contrasts(model, "kenward-roger-linear").joint(rows),
        )
        found |= {
            f"type3.{name}.{part}": value
            for part, value in {
                "num_df": plain.df_num,
                "den_df_satterthwaite": plain.df_den,
                "F_satterthwaite": plain.statistic,
                "p_satterthwaite": plain.p_value,
                "F_krl": linear.statistic,
                "den_df_krl": linear.df_den,
                "p_krl": linear.p_value,
            }.items()
        }
    return found


REFERENCE_METHODS = (
    ReferenceMethod(
        "mmrm",
        mmrm,
        ("mmrm",),
        WHY,
        1e-8,
        1e-10,
        left_out={
            "optimum.": "how the reference optimiser ended",
            "default_optimiser_gap.": "how far the reference software's own optimiser stops short",
            "nlme_gls_check.": "a third program, which stops at its own tolerance",
        },
    ),
    *SAS_METHODS,
)
