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
    """The values as positions among their levels, the columns of the formula and their names.

    Rows with a gap are left out.
    """
    import numpy as np

    inputs, levels = case.inputs["data"], case.inputs["levels"]
    response, *terms = [
        part.strip() for part in case.inputs["formula"].replace("~", "+").split("+")
    ]
    complete = [
        row
        for row in range(len(inputs[response]))
        if all(inputs[name][row] is not None for name in (response, *terms))
    ]
    columns, names = [], []
    for term in terms:
        values = [inputs[term][row] for row in complete]
        for level in levels.get(term, (None,))[1:] if term in levels else (None,):
            columns.append(
                [float(value) if level is None else float(value == level) for value in values]
            )
            names.append(f"{term}{level or ''}")
    return (
        [float(levels[response].index(inputs[response][row])) for row in complete],
        np.array(columns).T,
        names,
    )


def proportional_odds(case: ReferenceCase) -> Fields:
    import numpy as np
    from scipy.special import ndtr, ndtri

    y, x, names = columns_of(case)
    model = fit(y, x)
    se, test = np.sqrt(np.diag(model.covariance)), likelihood_ratio(model)
    size = model.thresholds.size
    z, half_width = model.beta / se[size:], float(ndtri(0.975)) * se[size:]
    answer = {
        "n": len(y),
        "threshold_names": _thresholds(case, model),
        "thresholds": model.thresholds,
        "threshold_se": se[:size],
        "beta_names": names,
        "beta": model.beta,
        "se": se[size:],
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "odds_ratio": np.exp(model.beta),
        "loglik": model.log_likelihood,
        "aic": 2 * (model.parameters.size - model.log_likelihood),
        "null_loglik": model.null_log_likelihood,
        "lr_chi2": test.statistic,
        "vcov.rows": [*_thresholds(case, model), *names],
        "vcov.cols": [*_thresholds(case, model), *names],
        "beta_profile_ci95.rows": names,
    }
    for number in range(len(names)):
        answer[f"or_ci95_wald.{number}"] = np.exp(
            [model.beta[number] - half_width[number], model.beta[number] + half_width[number]]
        )
        answer[f"beta_profile_ci95.values.{number}"] = likelihood_limits(model, number)
    answer |= {f"vcov.values.{number}": row for number, row in enumerate(model.covariance)}
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

    inputs = case.inputs
    frame = pl.DataFrame({"arm": inputs["group"], "words": inputs["words"]})
    columns = model_columns(frame, tuple(inputs["levels"]), inputs["levels"][0], ("words",))
    model = fit(inputs["y"], columns.x)
    size, errors = model.thresholds.size, np.sqrt(np.diag(model.covariance))
    z, half_width = model.beta / errors[size:], float(ndtri(0.975)) * errors[size:]
    return {
        "n": len(inputs["y"]),
        "names": [
            name.replace("arm: ", "group").replace("words: ", "words") for name in columns.names
        ],
        "beta": model.beta,
        "se": errors[size:],
        "z": z,
        "p": 2 * ndtr(-np.abs(z)),
        "odds_ratio": np.exp(model.beta),
        "threshold_names": [f"{low:g}|{high:g}" for low, high in pairwise(model.categories)],
        "thresholds": model.thresholds,
        "threshold_se": errors[:size],
        "loglik": model.log_likelihood,
        "aic": 2 * (model.parameters.size - model.log_likelihood),
        "null_loglik": model.null_log_likelihood,
        "lr": list(likelihood_ratio(model)),
        **{f"vcov.{row}": values[size:] for row, values in enumerate(model.covariance[size:])},
        **{
            f"or_ci95.{row}": np.exp([estimate - half_width[row], estimate + half_width[row]])
            for row, estimate in enumerate(model.beta)
        },
    }


def _thresholds(case: ReferenceCase, model: Fit) -> list[str]:
    response = case.inputs["formula"].partition("~")[0].strip()
    words = [case.inputs["levels"][response][int(category)] for category in model.categories]
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

    inputs = case.inputs
    values = [[float(value) for value in inputs[name]] for name in ("x", "y")]
    strata = strata_of(
        *values, *(inputs[f"{name}_stratum"] or [""] * len(inputs[name]) for name in ("x", "y"))
    )
    effect = weighted(strata)
    assert effect.variance is not None
    (centre, error), half_width = log_odds(effect), float(ndtri(0.975))
    limits = {
        term: [of(centre - half_width * error), of(centre + half_width * error)]
        for term, of in SCALES.items()
    }
    z, test = centre / error, munzel(effect) if len(strata) == 1 else None
    return {
        "win_probability": effect.estimate,
        "se": effect.variance**0.5,
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
        tolerances={
            "beta_profile_ci95.values": (
                1e-4,
                1e-4,
                "R reads the limits from a spline through a few points; ours are roots",
            )
        },
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
        "MASS's polr stops where its likelihood no longer changes, and takes the curvature there "
        "from differences of slopes.",
        relative=1e-6,
        tolerances={
            "threshold_se": (1e-4, 0.0, "from differences of slopes, as the curvature"),
            "vcov": (1e-6, 1e-7, "from differences of slopes"),
        },
    ),
)
