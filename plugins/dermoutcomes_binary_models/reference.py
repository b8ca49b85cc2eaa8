"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_binary_models.clusters import Clusters
from dermoutcomes_binary_models.estimating_equations import EstimatingEquations, fit
from dermoutcomes_binary_models.formulas import design_of
from dermoutcomes_binary_models.maximum_likelihood import fit as fit_logistic

if TYPE_CHECKING:
    import numpy as np

__all__ = ["REFERENCE_METHODS"]

Z = 1.959963984540054


def logistic(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np

    from dermoutcomes.stats import tail_probability

    y, x = design_of(case.inputs["formula"], case.inputs["data"], case.inputs["levels"] or {})
    best, null = fit_logistic(y, x), fit_logistic(y, x[:, :1])
    se = np.sqrt(best.covariance.diagonal())
    return {
        "n": best.n,
        "beta": best.beta,
        "se": se,
        "p": [tail_probability(z, "two-sided") for z in best.beta / se],
        "odds_ratio": np.exp(best.beta),
        "ci_lower": np.exp(best.beta - Z * se),
        "ci_upper": np.exp(best.beta + Z * se),
        "deviance": -2 * best.log_likelihood,
        "loglik": best.log_likelihood,
        "aic": best.aic,
        "lr_chi2": 2 * (best.log_likelihood - null.log_likelihood),
    }


def gee(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np

    from dermoutcomes.stats import tail_probability

    found = _fit(case, "plain")
    se = np.sqrt(found.robust.diagonal())
    fields: dict[str, Any] = {
        "n_obs": found.n_records,
        "n_clusters": found.n_clusters,
        "geepack.beta": found.beta,
        "geepack.robust_se": se,
        "geepack.naive_se": np.sqrt(found.naive.diagonal()),
        "geepack.wald_chi2": (found.beta / se) ** 2,
        "geepack.p": [tail_probability(z, "two-sided") for z in found.beta / se],
        "geepack.ci95_lower": found.beta - Z * se,
        "geepack.ci95_upper": found.beta + Z * se,
        "geepack.alpha": _alpha(found.alpha, case),
        "geepack.scale": found.scale,
    }
    fields |= {f"geepack.vcov_robust.values.{i}": row for i, row in enumerate(found.robust)}
    if "beta" not in case.result["gee"]:
        return fields
    other = _fit(case, "neighbours")
    return fields | {
        "gee.beta": other.beta,
        "gee.robust_se": np.sqrt(other.robust.diagonal()),
        "gee.naive_se": np.sqrt(other.naive.diagonal()),
        "gee.scale": other.scale,
        "gee.alpha": float(other.alpha[0]) if other.alpha.size else None,
    }


def _alpha(alpha: np.ndarray, case: ReferenceCase) -> Any:
    return list(alpha) if isinstance(case.result["geepack"]["alpha"], list) else float(alpha[0])


def _fit(case: ReferenceCase, moments: Literal["plain", "neighbours"]) -> EstimatingEquations:
    """Waves are planned occasions in the one program, and their order in the other."""
    given, levels = case.inputs, case.inputs["LV"] or {}
    y, x = design_of(given["formula"], given["data"], levels)
    occasions: Sequence[Any] = given["data"][given["wave"]]
    places = {occasion: place for place, occasion in enumerate(sorted(set(occasions)))}
    clusters = given["data"][".id"]
    waves = [places[occasion] for occasion in occasions] if moments == "plain" else _order(clusters)
    return fit(Clusters.of(y, x, clusters, waves), given["family"], given["corstr"], moments)


def _order(clusters: Sequence[Any]) -> list[int]:
    seen: dict[Any, int] = {}
    found = []
    for cluster in clusters:
        found.append(seen.get(cluster, 0))
        seen[cluster] = found[-1] + 1
    return found


REFERENCE_METHODS = (
    ReferenceMethod(
        "logistic",
        logistic,
        ("logistic",),
        "Newton's steps to the last digits; the reference was refitted from its own solution.",
        relative=1e-9,
        absolute=1e-12,
        left_out={"names": "names of the coefficients"},
    ),
    ReferenceMethod(
        "gee",
        gee,
        ("gee", "gee_means"),
        "Iterated to 1e-12 on both sides.",
        relative=1e-9,
        absolute=1e-12,
        left_out={
            "names": "names of the coefficients",
            "gee.error": "that program stops where a subject has one record",
            "geepack.vcov_robust.rows": "names",
            "geepack.vcov_robust.cols": "names",
        },
    ),
)
