"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_ordinal.cumulative_logits import Fit, fit, likelihood_ratio, profile_limits
from dermoutcomes_ordinal.rank_sums import overall, rank_sums

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]


def columns_of(case: ReferenceCase) -> tuple[list[float], Any, list[str]]:
    """The values as positions among their levels, the columns of the formula and their names; rows with a gap are left out."""
    import numpy as np

    given, levels = case.inputs["data"], case.inputs["levels"]
    response, *terms = [part.strip() for part in case.inputs["formula"].replace("~", "+").split("+")]
    known = [row for row in range(len(given[response])) if all(given[name][row] is not None for name in (response, *terms))]
    columns, names = [], []
    for term in terms:
        values = [given[term][row] for row in known]
        for level in levels.get(term, (None,))[1:] if term in levels else (None,):
            columns.append([float(value) if level is None else float(value == level) for value in values])
            names.append(f"{term}{level or ''}")
    return [float(levels[response].index(given[response][row])) for row in known], np.array(columns).T, names


def proportional_odds(case: ReferenceCase) -> Fields:
    import numpy as np
    from scipy.special import ndtr, ndtri

    y, x, names = columns_of(case)
    found = fit(y, x)
    se, test = np.sqrt(np.diag(found.covariance)), likelihood_ratio(found)
    size = found.thresholds.size
    z, reach = found.beta / se[size:], float(ndtri(0.975)) * se[size:]
    answer = {
        "n": len(y), "threshold_names": _thresholds(case, found), "thresholds": found.thresholds, "threshold_se": se[:size], "beta_names": names,
        "beta": found.beta, "se": se[size:], "z": z, "p": 2 * ndtr(-np.abs(z)), "odds_ratio": np.exp(found.beta), "loglik": found.log_likelihood,
        "aic": 2 * (found.parameters.size - found.log_likelihood), "null_loglik": found.null_log_likelihood, "lr_chi2": test.statistic,
        "vcov.rows": [*_thresholds(case, found), *names], "vcov.cols": [*_thresholds(case, found), *names], "beta_profile_ci95.rows": names}
    for number in range(len(names)):
        answer[f"or_ci95_wald.{number}"] = np.exp([found.beta[number] - reach[number], found.beta[number] + reach[number]])
        answer[f"beta_profile_ci95.values.{number}"] = profile_limits(found, number)
    answer |= {f"vcov.values.{number}": row for number, row in enumerate(found.covariance)}
    if len(names) == 1:  # the file has one number where a list of one would stand
        answer |= {name: answer[name][0] for name in ("beta_names", "beta", "se", "z", "p", "odds_ratio")}
    return answer


def _thresholds(case: ReferenceCase, found: Fit) -> list[str]:
    response = case.inputs["formula"].partition("~")[0].strip()
    words = [case.inputs["levels"][response][int(category)] for category in found.categories]
    return [f"{low}|{high}" for low, high in pairwise(words)]


def van_elteren(case: ReferenceCase) -> Fields:
    scores = case.inputs["y_scores"]
    strata = [[[score for score, count in zip(scores, row, strict=True) for _ in range(int(count))] for row in table] for table in case.inputs["counts"]]
    test = overall(rank_sums(strata))
    return {} if test is None else {f"row_mean_scores_modridit.{name}": value for name, value in zip(("chi2", "df", "p"), test, strict=True)}


OTHER_TEST = "another test of the same table"

REFERENCE_METHODS = (
    ReferenceMethod(
        "van_elteren", van_elteren, ("van_elteren",), "Closed form.", of="cmh",
        left_out=dict.fromkeys(("n", "general_association.", "row_mean_scores.", "correlation.", "row_mean_scores_rank.", "correlation_modridit.",
                                "coin.", "vcdExtra.", "vcdExtra"), OTHER_TEST)),
    ReferenceMethod(
        "proportional_odds", proportional_odds, ("proportional_odds",), "R's clm iterates until the gradient is below 1e-10.", relative=1e-9,
        tolerances={"beta_profile_ci95.values": (1e-3, 1e-3)},
        left_out={"nominal_test.": "empty in every case", "polr_max_abs_beta_diff": "how near two R programs are",
                  "polr_loglik_diff": "how near two R programs are",
                  "max_gradient": "how well the R program converged", "beta_profile_ci95.cols": "the head of a table"}),
)
