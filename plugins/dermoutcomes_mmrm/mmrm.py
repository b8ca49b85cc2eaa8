"""The analysis `mmrm`."""

from __future__ import annotations

from collections.abc import Iterator

from dermoutcomes import Analysis, Reference, Stat, Task, Term
from dermoutcomes.stats import RESIDUAL_STATS
from dermoutcomes_mmrm.model_options import MmrmOptions
from dermoutcomes_mmrm.power import MMRM_POWER

__all__ = ["MMRM"]

FULL = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)
OF_MODEL = (
    "n",
    "n_missing",
    "aic",
    "bic",
    "mmrm_aicc",
    "mmrm_minus2_loglik",
    "mmrm_n_parameters",
    "mmrm_iterations",
    "mmrm_gradient",
    "mmrm_hessian",
    "mmrm_covariance",
    "mmrm_formula",
)


def run(task: Task, options: MmrmOptions) -> Iterator[Stat]:
    """The model of all visits.

    Comparisons, means, tests of terms, covariances, coefficients, and how well it converged.
    """
    import numpy as np

    from dermoutcomes_mmrm.attempts import attempted
    from dermoutcomes_mmrm.comparison_contrasts import comparison_contrasts, comparison_templates
    from dermoutcomes_mmrm.contrasts import Contrasts
    from dermoutcomes_mmrm.fit_rows import (
        comparison_rows,
        correlation_rows,
        description_rows,
        failed_comparison,
        finite,
        record_rows,
    )
    from dermoutcomes_mmrm.record_roles import UnfitError, setting_of

    try:
        _refuse(options)
        setting = setting_of(task, options)
        with np.errstate(all="ignore"):
            attempt = attempted(setting, options)
    except UnfitError as error:
        for template in comparison_templates(task):
            yield from failed_comparison(template, str(error))
        return
    contrasts = Contrasts(attempt.fit, options.df, options.std_error)
    comparisons = list(comparison_contrasts(task, attempt.fit, setting.before))
    with np.errstate(all="ignore"):
        yield from finite(comparison_rows(task, contrasts, comparisons, attempt.warning))
        yield from correlation_rows(contrasts, comparisons)
        yield from finite(
            description_rows(task, setting, attempt, contrasts, options.type3_covariates)
        )
        if task.residuals:
            yield from record_rows(task, setting, attempt.fit)


def _refuse(options: MmrmOptions) -> None:
    from dermoutcomes_mmrm.record_roles import UnfitError

    if options.std_error != "model" and options.df not in ("between-within", "residual"):
        raise UnfitError(
            "df_and_std_error: Satterthwaite's and Kenward and Roger's degrees of freedom belong to the model's standard errors; with "
            'empirical ones choose df = "between-within" or "residual".'
        )


MMRM = Analysis(
    "mmrm",
    "Mixed model for repeated measures",
    run,
    terms=(
        Term(
            "ls_mean_difference",
            "Difference of adjusted (LS) means",
            ("n", *FULL, "correlation"),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="t",
        ),
        Term(
            "visit_difference",
            "Difference of adjusted (LS) means, by visit",
            FULL,
            scale="difference",
            unit="data",
            null=0.0,
            letter="t",
            place="difference by visit",
        ),
        Term(
            "ls_mean",
            "Adjusted (LS) mean",
            ("n", "estimate", "std_error", "conf_low", "conf_high", "conf_level", "df"),
            scale="mean",
            unit="data",
            place="adjusted mean",
        ),
        Term(
            "type_3",
            "Type III tests of effects",
            ("statistic", "df_num", "df_den", "p_value"),
            scale="test",
            letter="F",
        ),
        Term(
            "residuals",
            "Residuals of records",
            RESIDUAL_STATS,
            scale="value",
            unit="data",
            place="residual",
        ),
        Term("covariance", "Covariance of a subject's visits", ("variance", "sd", "correlation")),
        Term(
            "coefficient",
            "Regression coefficients",
            ("estimate", "std_error", "statistic", "df", "p_value"),
            scale="coefficient",
            null=0.0,
            letter="t",
        ),
        Term("model", "Model and fit", OF_MODEL),
    ),
    words={
        "mmrm_aicc": "AICc",
        "mmrm_minus2_loglik": "−2 log-likelihood",
        "mmrm_n_parameters": "Covariance parameters",
        "mmrm_gradient": "Largest gradient",
        "mmrm_hessian": "Smallest eigenvalue of the Hessian",
        "mmrm_covariance": "Covariance structure",
    },
    kinds=("continuous",),
    designs=("single-arm", "parallel"),
    needs="comparison",
    decides="ls_mean_difference",
    power=MMRM_POWER,
    adjusts=True,
    valid="mar",
    summary=("difference in means", "mean change"),
    options=MmrmOptions,
    method="All visits were analysed together by a linear model with {covariance} covariance of a "
    "subject's visits, fitted by {estimation}; means by visit are least-squares means, "
    "with {df} degrees of freedom and {std_error} standard errors.",
    references=(
        Reference(
            "Mallinckrodt CH, et al. Recommendations for the primary analysis of continuous "
            "endpoints in longitudinal clinical trials. Drug Inf J 2008;42:303-19.",
            "10.1177/009286150804200402",
        ),
        Reference(
            "Kenward MG, Roger JH. Small sample inference for fixed effects from restricted "
            "maximum likelihood. Biometrics 1997;53:983-97.",
            "10.2307/2533558",
        ),
    ),
)
