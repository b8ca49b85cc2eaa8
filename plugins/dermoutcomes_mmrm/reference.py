"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

from dermoutcomes import ReferenceCase, ReferenceMethod, Stat
from dermoutcomes.stats import RESIDUAL_STATS, formula_terms
from dermoutcomes_mmrm.contrasts import Contrasts, Estimates
from dermoutcomes_mmrm.fit import Fit, fit
from dermoutcomes_mmrm.fit_rows import residuals_of_fit
from dermoutcomes_mmrm.marginal_means import margins, type3
from dermoutcomes_mmrm.model_options import CODES
from dermoutcomes_mmrm.reference_data import data_and_terms, data_of
from dermoutcomes_mmrm.reference_sas import SAS_METHODS

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]
Array = np.ndarray[Any, Any]
WHY = (
    "The reference optimum was polished to a gradient below 1e-9, ours too; p-values far out "
    "magnify what is left."
)
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
    fields: dict[str, Any] = {**_of_model(model), **_tests(case, model)}
    for name, df in CHOICES.items():
        contrasts = Contrasts(model, df)
        fields |= _coefficients(f"coef_{name}", contrasts)
        if f"lsmeans_{name}" in case.result:
            fields |= _margins(case, name, contrasts)
        fields |= _matrix(
            "beta_vcov" if name == "satterthwaite" else f"beta_vcov_{name}",
            contrasts.covariance,
            _names(model),
        )
    return fields


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
    estimates = contrasts.estimates(np.eye(len(names)))
    parts = {
        "est": estimates.estimate,
        "se": estimates.std_error,
        "df": estimates.df,
        "t": estimates.statistic,
        "p": estimates.p_value,
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
    fields = {
        f"lsmeans_{name}.{k}.{part}": value
        for k, (cell, _) in enumerate(cells)
        for part, value in {**cell, **_parts(means, k)}.items()
    }
    differences = list(_differences(arm, visit, cells))
    estimates = contrasts.estimates(np.array([row for _, row in differences]))
    return fields | {
        f"contrasts_{name}.{k}.{part}": value
        for k, (cell, _) in enumerate(differences)
        for part, value in {**cell, **_parts(estimates, k)}.items()
    }


def _differences(
    arm: str | None, visit: str, cells: list[tuple[dict[str, str], Array]]
) -> Iterator[tuple[dict[str, str], Array]]:
    """Each arm less the first at each visit; in one group each visit less the first."""
    over = arm or visit
    first = cells[0][0][over]
    begin = {cell.get(visit) if arm else None: row for cell, row in cells if cell[over] == first}
    for cell, row in cells:
        if cell[over] != first:
            fields = {"contrast": f"{_pair_name(over, cell[over])} - {_pair_name(over, first)}"}
            yield (
                fields | ({visit: cell[visit]} if arm else {}),
                row - begin[cell[visit] if arm else None],
            )


def _pair_name(factor: str, level: str) -> str:
    """Levels that are numbers carry the name of their factor."""
    return factor + level if level.replace(".", "", 1).isdigit() else level


def _parts(estimates: Estimates, k: int) -> dict[str, float]:
    low, high = estimates.interval()
    return {
        "estimate": float(estimates.estimate[k]),
        "se": float(estimates.std_error[k]),
        "df": float(estimates.df[k]),
        "lower": float(low[k]),
        "upper": float(high[k]),
        "t": float(estimates.statistic[k]),
        "p": float(estimates.p_value[k]),
    }


def _tests(case: ReferenceCase, model: Fit) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in case.result.get("type3", {}):
        rows = type3(model, tuple(name.split(":")))
        plain, linear = (
            Contrasts(model).joint(rows),
            Contrasts(model, "kenward-roger-linear").joint(rows),
        )
        fields |= {
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
    return fields


def residuals_by_visit(case: ReferenceCase) -> Fields:
    """What the model leaves of each record, in the order of the case: by subject, then by visit."""
    table = pl.DataFrame(case.inputs["data"])
    visits, reference = case.inputs["visits"], case.inputs["reference"]
    arms = (reference, *sorted({*table["arm"].to_list()} - {reference}))
    terms = formula_terms("arm * visit + base * visit")
    data = data_of(table, "outcome", terms, "visit", "subject", {"visit": visits, "arm": arms})
    subjects = tuple(table["subject"].unique().sort())
    rows = residuals_of_fit(fit(data, terms), subjects, Stat("n"))
    values = {(row.level, row.visit, row.stat): row.value for row in rows}
    records = table.select("subject", "visit").rows()
    return {
        "n": len(records),
        **{stat: [values[(*record, stat)] for record in records] for stat in RESIDUAL_STATS},
    }


REFERENCE_METHODS = (
    ReferenceMethod(
        "mmrm",
        mmrm,
        ("mmrm",),
        WHY,
        1e-9,
        1e-11,
        left_out={
            "optimum.": "how the reference optimiser ended",
            "default_optimiser_gap.": "how far the reference software's own optimiser stops short",
            "nlme_gls_check.": "a third program, which stops at its own tolerance",
        },
    ),
    ReferenceMethod(
        "residuals_of_mmrm",
        residuals_by_visit,
        ("mmrm",),
        "The optimiser of gls stops at a tolerance of its own, where that of the covariances stands "
        "some 1e-6 from the optimum.",
        1e-4,
        1e-4,
        of="residuals",
        only=("residuals/visits_",),
    ),
    *SAS_METHODS,
)
