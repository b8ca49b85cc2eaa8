"""Reference methods: which function answers a case, and how near it must come."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from dermoutcomes import ReferenceCase, ReferenceMethod
from dermoutcomes_ordinal.cumulative_logits import Fit, fit, likelihood_limits, likelihood_ratio
from dermoutcomes_ordinal.placements import strata_of
from dermoutcomes_ordinal.rank_sums import overall, rank_sums
from dermoutcomes_ordinal.shift_table import shifts
from dermoutcomes_ordinal.square_tables import bowker, square_table, stuart_maxwell
from dermoutcomes_ordinal.win_odds import SCALES, log_odds, munzel, tied, weighted

__all__ = ["REFERENCE_METHODS"]

Fields = Mapping[str, Any]


def columns_of(case: ReferenceCase) -> tuple[list[float], Any, list[str]]:
    """The values as positions among their levels, the columns of the formula and their names; rows with a gap are left out."""
    import numpy as np

    given, levels = case.inputs["data"], case.inputs["levels"]
    response, *terms = [
        part.strip() for part in case.inputs["formula"].replace("~", "+").split("+")
    ]
    known = [
        row
        for row in range(len(given[response]))
        if all(given[name][row] is not None for name in (response, *terms))
    ]
    columns, names = [], []
    for term in terms:
        values = [given[term][row] for row in known]
        for level in levels.get(term, (None,))[1:] if term in levels else (None,):
            columns.append(
                [float(value) if level is None else float(value == level) for value in values]
            )
            names.append(f"{term}{level or ''}")
    return (
        [float(levels[response].index(given[response][row])) for row in known],
        np.array(columns).T,
        names,
    )


def proportional_odds(case: ReferenceCase) -> Fields:
    import numpy as np
    from scipy.special import ndtr, ndtri

    y, x, names = columns_of(case)
    found = fit(y, x)
    se, test = np.sqrt(np.diag(found.covariance)), likelihood_ratio(found)
    size = found.thresholds.size
    z, reach = found.beta / se[size:], float(ndtri(0.975)) * se[size:]
    answer = {
        "n": len(y),
        "threshold_names": _thresholds(case, found),
        "thresholds": found.thresholds,
        "threshold_se": se[:size],
        "beta_names": names,
        "beta": found.beta,
        "se": se[size:],
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "odds_ratio": np.exp(found.beta),
        "loglik": found.log_likelihood,
        "aic": 2 * (found.parameters.size - found.log_likelihood),
        "null_loglik": found.null_log_likelihood,
        "lr_chi2": test.statistic,
        "vcov.rows": [*_thresholds(case, found), *names],
        "vcov.cols": [*_thresholds(case, found), *names],
        "beta_profile_ci95.rows": names,
    }
    for number in range(len(names)):
        answer[f"or_ci95_wald.{number}"] = np.exp(
            [found.beta[number] - reach[number], found.beta[number] + reach[number]]
        )
        answer[f"beta_profile_ci95.values.{number}"] = likelihood_limits(found, number)
    answer |= {f"vcov.values.{number}": row for number, row in enumerate(found.covariance)}
    if len(names) == 1:  # the file has one number where a list of one would stand
        answer |= {
            name: answer[name][0] for name in ("beta_names", "beta", "se", "z", "p", "odds_ratio")
        }
    return answer


def proportional_odds_words(case: ReferenceCase) -> Fields:
    """The model of a study: arms against the first level, and a covariate in words."""
    import numpy as np
    import polars as pl
    from scipy.special import ndtr, ndtri

    from dermoutcomes.stats import model_columns

    given = case.inputs
    frame = pl.DataFrame({"arm": given["group"], "words": given["words"]})
    columns = model_columns(frame, tuple(given["levels"]), given["levels"][0], ("words",))
    found = fit(given["y"], columns.x)
    size, errors = found.thresholds.size, np.sqrt(np.diag(found.covariance))
    z, reach = found.beta / errors[size:], float(ndtri(0.975)) * errors[size:]
    return {
        "n": len(given["y"]),
        "names": [
            name.replace("arm: ", "group").replace("words: ", "words") for name in columns.names
        ],
        "beta": found.beta,
        "se": errors[size:],
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "odds_ratio": np.exp(found.beta),
        "threshold_names": [f"{low:g}|{high:g}" for low, high in pairwise(found.categories)],
        "thresholds": found.thresholds,
        "threshold_se": errors[:size],
        "loglik": found.log_likelihood,
        "aic": 2 * (found.parameters.size - found.log_likelihood),
        "null_loglik": found.null_log_likelihood,
        "lr": list(likelihood_ratio(found)),
        **{f"vcov.{row}": values[size:] for row, values in enumerate(found.covariance[size:])},
        **{
            f"or_ci95.{row}": np.exp([estimate - reach[row], estimate + reach[row]])
            for row, estimate in enumerate(found.beta)
        },
    }


def _thresholds(case: ReferenceCase, found: Fit) -> list[str]:
    response = case.inputs["formula"].partition("~")[0].strip()
    words = [case.inputs["levels"][response][int(category)] for category in found.categories]
    return [f"{low}|{high}" for low, high in pairwise(words)]


def van_elteren(case: ReferenceCase) -> Fields:
    scores = case.inputs["y_scores"]
    strata = [
        [
            [score for score, count in zip(scores, row, strict=True) for _ in range(int(count))]
            for row in table
        ]
        for table in case.inputs["counts"]
    ]
    test = overall(rank_sums(strata))
    return (
        {}
        if test is None
        else {
            f"row_mean_scores_modridit.{name}": value
            for name, value in zip(("chi2", "df", "p"), test, strict=True)
        }
    )


def win_odds(case: ReferenceCase) -> Fields:
    from scipy.special import ndtr, ndtri

    from dermoutcomes.stats import tail_probability

    given = case.inputs
    values = [[float(value) for value in given[name]] for name in ("x", "y")]
    strata = strata_of(
        *values, *(given[f"{name}_stratum"] or [""] * len(given[name]) for name in ("x", "y"))
    )
    found = weighted(strata)
    assert found.variance is not None
    (centre, error), reach = log_odds(found), float(ndtri(0.975))
    limits = {
        term: [of(centre - reach * error), of(centre + reach * error)]
        for term, of in SCALES.items()
    }
    z, test = centre / error, munzel(found) if len(strata) == 1 else None
    return {
        "win_probability": found.estimate,
        "se": found.variance**0.5,
        "win_odds": SCALES["win_odds"](centre),
        "net_benefit": SCALES["net_benefit"](centre),
        **{f"{term}_ci95": interval for term, interval in limits.items()},
        "z": z,
        "p": tail_probability(z),
        "p_greater": float(ndtr(-z)),
        "ties": tied(strata),
        **(
            {
                f"brunner_munzel.{name}": value
                for name, value in zip(("t", "df", "p"), test, strict=True)
            }
            if test
            else {}
        ),
    }


def _ratings(case: ReferenceCase) -> tuple[list[float], list[float]]:
    """Both ratings of those who have both."""
    pairs = [
        pair
        for pair in zip(case.inputs["before"], case.inputs["after"], strict=True)
        if None not in pair
    ]
    return [before for before, _ in pairs], [after for _, after in pairs]


def marginal_homogeneity(case: ReferenceCase) -> Fields:
    counts = square_table(*_ratings(case))
    fields: dict[str, Any] = {"n": counts.sum(), "changed": counts.sum() - counts.trace()}
    for name, test in (
        ("stuart_maxwell", stuart_maxwell(counts)),
        ("bowker", bowker(counts)),
        ("mcnemar", bowker(counts)),
    ):
        assert test is not None
        fields |= {f"{name}.chi2": test.statistic, f"{name}.df": test.df, f"{name}.p": test.p_value}
    return fields


def shift_table(case: ReferenceCase) -> Fields:
    before, after = _ratings(case)
    categories = sorted({*before, *after})
    cells = list(shifts(before, after, categories))
    fields: dict[str, Any] = {"n": len(before), "categories": categories}
    for number, start in enumerate(categories):
        fields[f"counts.{number}"] = [count for first, _, count, _ in cells if first == start]
        fields[f"percent.{number}"] = [percent for first, _, _, percent in cells if first == start]
    return fields


OTHER_TEST = "another test of the same table"

REFERENCE_METHODS = (
    ReferenceMethod("win_odds", win_odds, ("win_odds",), "Closed form.", absolute=1e-13),
    ReferenceMethod(
        "marginal_homogeneity",
        marginal_homogeneity,
        ("marginal_homogeneity",),
        "Closed form; the quadratic form goes through a decomposition.",
        1e-9,
    ),
    ReferenceMethod(
        "shift_table", shift_table, ("shift_table",), "Counts, and their percentages.", 1e-13
    ),
    ReferenceMethod(
        "van_elteren",
        van_elteren,
        ("van_elteren",),
        "Closed form.",
        of="cmh",
        left_out=dict.fromkeys(
            (
                "n",
                "general_association.",
                "row_mean_scores.",
                "correlation.",
                "row_mean_scores_rank.",
                "correlation_modridit.",
                "coin.",
                "vcdExtra.",
                "vcdExtra",
            ),
            OTHER_TEST,
        ),
    ),
    ReferenceMethod(
        "proportional_odds",
        proportional_odds,
        ("proportional_odds",),
        "R's clm iterates until the gradient is below 1e-10.",
        relative=1e-9,
        tolerances={"beta_profile_ci95.values": (1e-3, 1e-3)},
        left_out={
            "nominal_test.": "empty in every case",
            "polr_max_abs_beta_diff": "how near two R programs are",
            "polr_loglik_diff": "how near two R programs are",
            "max_gradient": "how well the R program converged",
            "beta_profile_ci95.cols": "the head of a table",
        },
    ),
    ReferenceMethod(
        "proportional_odds_words",
        proportional_odds_words,
        ("proportional_odds",),
        "MASS's polr stops where its likelihood no longer changes, and takes the curvature there from differences of slopes.",
        relative=1e-6,
        tolerances={"threshold_se": (1e-4, 0.0), "vcov": (1e-6, 1e-7)},
    ),
)
