"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_binary_models.between_levels import level_columns, levels_differ
from dermoutcomes_binary_models.clusters import Clusters
from dermoutcomes_binary_models.designs import adjusting, design
from dermoutcomes_binary_models.estimating_equations import EstimatingEquations, fit
from dermoutcomes_binary_models.formulas import design_of
from dermoutcomes_binary_models.logistic_model import arm_columns, fit_model
from dermoutcomes_binary_models.maximum_likelihood import fit as fit_logistic

if TYPE_CHECKING:
    import numpy as np

__all__ = ["REFERENCE_METHODS"]

Z = 1.959963984540054


def logistic(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np

    from dermoutcomes.stats import tail_probability

    y, x = design_of(case.inputs["formula"], case.inputs["data"], case.inputs["levels"] or {})
    maximum, null = fit_logistic(y, x), fit_logistic(y, x[:, :1])
    se = np.sqrt(maximum.covariance.diagonal())
    return {
        "n": maximum.n,
        "beta": maximum.beta,
        "se": se,
        "p": [tail_probability(z, "two-sided") for z in maximum.beta / se],
        "odds_ratio": np.exp(maximum.beta),
        "ci_lower": np.exp(maximum.beta - Z * se),
        "ci_upper": np.exp(maximum.beta + Z * se),
        "deviance": -2 * maximum.log_likelihood,
        "loglik": maximum.log_likelihood,
        "aic": maximum.aic,
        "lr_chi2": 2 * (maximum.log_likelihood - null.log_likelihood),
    }


def between_levels(case: ReferenceCase) -> Mapping[str, Any]:
    """Arm by level in the adjusted model: of all arms, and of each pair, by both tests."""
    import polars as pl

    i, arms = case.inputs, list(case.inputs["arms"])
    records = pl.DataFrame(
        {"arm": i["arm"], "responder": [bool(one) for one in i["outcome"]]}
        | i["numbers"]
        | i["factors"]
    )
    columns = arm_columns(records, arms) | adjusting(records, [*i["numbers"]], [*i["factors"]])
    built = design(records.height, columns | level_columns(columns, arms, i["level"]))
    model, levels = fit_model(records, built, arms), sorted(set(i["level"]))[1:]
    tests: dict[str, dict[str, float] | None] = {"all": None} | {
        f"pairs.{later}.{earlier}".replace(" ", "_"): {later: 1.0, earlier: -1.0}
        for place, earlier in enumerate(arms)
        for later in arms[place + 1 :]
    }
    fields: dict[str, Any] = {"n": records.height}
    for name, weights in tests.items():
        for key in ("likelihood_ratio", "wald"):
            test = levels_differ(model, levels, weights, likelihood=key == "likelihood_ratio")
            fields |= {f"{name}.{key}.chi2": test.statistic, f"{name}.{key}.p": test.p_value}
            fields[f"{name}.df"] = test.df
    return fields


def gee(case: ReferenceCase) -> Mapping[str, Any]:
    import numpy as np

    from dermoutcomes.stats import tail_probability

    equations = _fit(case, "plain")
    se = np.sqrt(equations.robust.diagonal())
    fields: dict[str, Any] = {
        "n_obs": equations.n_records,
        "n_clusters": equations.n_clusters,
        "geepack.beta": equations.beta,
        "geepack.robust_se": se,
        "geepack.naive_se": np.sqrt(equations.naive.diagonal()),
        "geepack.wald_chi2": (equations.beta / se) ** 2,
        "geepack.p": [tail_probability(z, "two-sided") for z in equations.beta / se],
        "geepack.ci95_lower": equations.beta - Z * se,
        "geepack.ci95_upper": equations.beta + Z * se,
        "geepack.alpha": _alpha(equations.alpha, case),
        "geepack.scale": equations.scale,
    }
    fields |= {f"geepack.vcov_robust.values.{i}": row for i, row in enumerate(equations.robust)}
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
    inputs, levels = case.inputs, case.inputs["LV"] or {}
    y, x = design_of(inputs["formula"], inputs["data"], levels)
    occasions: Sequence[Any] = inputs["data"][inputs["wave"]]
    wave_of_occasion = {occasion: wave for wave, occasion in enumerate(sorted(set(occasions)))}
    clusters = inputs["data"][".id"]
    waves = (
        [wave_of_occasion[occasion] for occasion in occasions]
        if moments == "plain"
        else _positions(clusters)
    )
    return fit(Clusters.of(y, x, clusters, waves), inputs["family"], inputs["corstr"], moments)


def _positions(clusters: Sequence[Any]) -> list[int]:
    n_seen: dict[Any, int] = {}
    positions = []
    for cluster in clusters:
        positions.append(n_seen.get(cluster, 0))
        n_seen[cluster] = positions[-1] + 1
    return positions


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
    ReferenceMethod(
        "subgroup_interaction_responders",
        between_levels,
        ("logistic",),
        "Newton's steps to the last digits in both programs.",
        1e-9,
        1e-11,
    ),
)
