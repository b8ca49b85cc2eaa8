"""The analysis `logistic`."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, sqrt
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Interaction, Reference, Stat, Task, Term, option
from dermoutcomes.stats import failed_rows, model_sizes, responder_tail
from dermoutcomes_binary_models.between_levels import SUBGROUP_INTERACTION, run_between_levels
from dermoutcomes_binary_models.designs import Design, arm_of, design
from dermoutcomes_binary_models.joint_estimates import correlation_rows
from dermoutcomes_binary_models.likelihood_profile import profile_interval, signed_root
from dermoutcomes_binary_models.logistic_model import Model, fit_model, model_columns, responders_of
from dermoutcomes_binary_models.maximum_likelihood import SeparationError, fit
from dermoutcomes_binary_models.selection import Visit, arms_in_order, compared_visits
from dermoutcomes_binary_models.standardisation import standardised_difference

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    Array = np.ndarray

__all__ = ["LOGISTIC", "LogisticOptions"]

TERM, LOG, MARGINAL, MODEL = "odds_ratio", "log_odds_ratio", "marginal_risk_difference", "model"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
MEASURED = (*INTERVAL, "std_error", "statistic", "p_value")
COEFFICIENT = ("estimate", "std_error", "statistic", "p_value")
TEST = ("statistic", "df", "p_value")


@frozen
class LogisticOptions:
    """What interval and test rest on."""

    based_on: str = option(
        "wald",
        "Standard errors (wald), as SAS and R print first; or the likelihood: its profile "
        "interval and ratio test are nearer to what they say in small arms.",
        choices=("wald", "likelihood"),
    )


def run(task: Task, options: LogisticOptions) -> Iterator[Stat]:
    """One model a visit, of all arms.

    Each comparison's odds ratio, first arm over second, and standardised difference of shares.
    """
    for visit in compared_visits(task):
        yield from _at_visit(task, visit, options)


def _at_visit(task: Task, visit: Visit, options: LogisticOptions) -> Iterator[Stat]:
    records, missing, template = responders_of(task, visit)
    yield from template.rows(MODEL, n=records.height, n_missing=missing)
    try:
        model = _fit_model(task, records)
    except ValueError as error:
        yield from _failed_visit(
            task,
            visit,
            template,
            "separation" if isinstance(error, SeparationError) else "not_estimable",
            f"{str(error).capitalize()}.",
        )
        return
    yield from _model_rows(template, model)
    compared = []
    for name in visit.comparisons:
        row = _comparison_template(task, name, template)
        contrast = _contrast(model, row)
        if isinstance(contrast, str):
            yield from _failed_comparison(task, name, template, *contrast.split(": ", 1))
            continue
        compared.append((row, contrast))
        yield from model_sizes(row, TERM, records)
        yield from _odds_ratio_rows(task, row, model, contrast, options)
        yield from _marginal_rows(task, row, model, row.group or "", row.reference_group or "")
    yield from correlation_rows(TERM, compared, model.fit.covariance)


def _fit_model(task: Task, records: pl.DataFrame) -> Model:
    arms = arms_in_order(task, records)
    if len(arms) < 2:
        raise ValueError("fewer than two arms have records")
    return fit_model(records, design(records.height, model_columns(task, records, arms)), arms)


def _failed_visit(
    task: Task, visit: Visit, template: Stat, code: str, sentence: str
) -> Iterator[Stat]:
    yield from failed_rows(template, "arm", TEST, code, sentence)
    for name in visit.comparisons:
        yield from _failed_comparison(task, name, template, code, sentence)


def _failed_comparison(
    task: Task, name: str, template: Stat, code: str, sentence: str
) -> Iterator[Stat]:
    row = _comparison_template(task, name, template)
    yield from failed_rows(row, TERM, MEASURED, code, sentence)
    yield from failed_rows(
        row,
        MARGINAL,
        ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "p_value"),
        code,
        sentence,
    )


def _comparison_template(task: Task, name: str, template: Stat) -> Stat:
    first, second = task.comparisons[name].arm or (None, None)
    return evolve(template, comparison=name, group=first, reference_group=second)


def _model_rows(template: Stat, model: Model) -> Iterator[Stat]:
    """Coefficients with Wald tests, likelihood ratio tests, and the AIC.

    The likelihood ratio tests are of the arms and of everything.
    """
    from dermoutcomes.stats import tail_probability

    for name, estimate, variance in zip(
        model.design.names, model.fit.beta, model.fit.covariance.diagonal(), strict=True
    ):
        std_error = sqrt(float(variance))
        z = float(estimate) / std_error
        yield from evolve(template, level=name).rows(
            "coefficient",
            estimate=estimate,
            std_error=std_error,
            statistic=z,
            p_value=tail_probability(z, "two-sided"),
        )
    for name in model.design.aliased:
        yield from failed_rows(
            evolve(template, level=name),
            "coefficient",
            COEFFICIENT,
            "aliased",
            "Other columns already say what this one says.",
        )
    yield from template.rows(MODEL, aic=model.fit.aic)
    for term, without in (
        ("arm", [name for name in model.design.names if not name.startswith("arm ")]),
        (MODEL, ["intercept"]),
    ):
        yield from _likelihood_ratio_rows(template, term, model, without)


def _likelihood_ratio_rows(
    template: Stat, term: str, model: Model, names: list[str]
) -> Iterator[Stat]:
    from scipy.special import gammaincc

    columns = [index for index, name in enumerate(model.design.names) if name in names]
    df = len(model.design.names) - len(columns)
    if not df:
        yield from failed_rows(
            template, term, TEST, "aliased", "Strata or covariates already say what the arms say."
        )
        return
    lost = max(
        0.0,
        2 * (model.fit.log_likelihood - fit(model.y, model.design.x[:, columns]).log_likelihood),
    )
    yield from template.rows(
        term, statistic=lost, df=df, p_value=float(gammaincc(df / 2, lost / 2))
    )


def _contrast(model: Model, template: Stat) -> Array | str:
    """The combination of coefficients that is the log odds ratio, or why there is none."""
    first, second = template.group or "", template.reference_group or ""
    absent = [arm for arm in (first, second) if arm not in model.arms]
    if absent:
        return f"one_arm_empty: No record of arm {absent[0]!r} can be used."
    if {arm_of(first), arm_of(second)} & set(model.design.aliased):
        return "aliased: Strata or covariates already say what the arms say."
    return model.design.contrast({arm_of(first): 1.0, arm_of(second): -1.0})


def _odds_ratio_rows(
    task: Task, template: Stat, model: Model, contrast: Array, options: LogisticOptions
) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value, tail_probability

    log_ratio, std_error = (
        float(contrast @ model.fit.beta),
        sqrt(float(contrast @ model.fit.covariance @ contrast)),
    )
    try:
        if options.based_on == "likelihood":
            z = signed_root(model.y, model.design.x, model.fit, contrast)
            low, high = profile_interval(
                model.y, model.design.x, model.fit, contrast, task.confidence
            )
        else:
            z, half_width = log_ratio / std_error, critical_value(task.confidence) * std_error
            low, high = log_ratio - half_width, log_ratio + half_width
    except ValueError as error:
        yield from failed_rows(
            template,
            TERM,
            MEASURED,
            "not_estimable",
            f"The profile of the likelihood could not be followed: {error}.",
        )
        return
    tail = responder_tail(task)
    yield from template.rows(
        TERM,
        estimate=exp(log_ratio),
        conf_low=exp(low),
        conf_high=exp(high),
        conf_level=task.confidence,
        statistic=z,
    )
    yield from evolve(template, text=tail).rows(TERM, p_value=tail_probability(z, tail))
    yield from evolve(template, label="standard error of the logarithm").rows(
        TERM, std_error=std_error
    )
    yield from template.rows(LOG, estimate=log_ratio, std_error=std_error)


def _marginal_rows(
    task: Task, template: Stat, model: Model, first: str, second: str
) -> Iterator[Stat]:
    """The difference of shares if everybody were in the first arm, and then in the second."""
    from dermoutcomes.stats import critical_value, tail_probability

    difference = standardised_difference(
        model.fit, _with_arm(model.design, first), _with_arm(model.design, second)
    )
    half_width = critical_value(task.confidence) * difference.std_error
    tail = responder_tail(task)
    yield from template.rows(
        MARGINAL,
        estimate=difference.estimate,
        std_error=difference.std_error,
        conf_low=difference.estimate - half_width,
        conf_high=difference.estimate + half_width,
        conf_level=task.confidence,
    )
    yield from evolve(template, text=tail).rows(
        MARGINAL,
        p_value=tail_probability(
            difference.estimate / difference.std_error if difference.std_error else 0.0, tail
        ),
    )


def _with_arm(built: Design, arm: str) -> Array:
    x = built.x.copy()
    for index, name in enumerate(built.names):
        if name.startswith("arm "):
            x[:, index] = float(name == arm_of(arm))
    return x


LOGISTIC = Analysis(
    "logistic",
    "Logistic regression",
    run,
    terms=(
        Term(MODEL, "Model and fit", ("n", "n_missing", "aic", *TEST), scale="count", letter="χ²"),
        Term("arm", "Test of all arms", TEST, scale="test", letter="χ²"),
        Term(SUBGROUP_INTERACTION, "Arm by subgroup", ("n", *TEST), scale="test", letter="χ²"),
        Term(
            "coefficient",
            "Regression coefficients",
            COEFFICIENT,
            scale="coefficient",
            null=0.0,
            letter="z",
        ),
        Term(
            TERM,
            "Odds ratio",
            ("n", *MEASURED, "correlation"),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="z",
        ),
        Term(LOG, "Log odds ratio", ("estimate", "std_error"), scale="logarithm"),
        Term(
            MARGINAL,
            "Marginal risk difference",
            ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "p_value"),
            scale="difference",
            null=0.0,
            tail="better",
        ),
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    oriented=True,
    summary=("odds ratio",),
    adjusts=True,
    options=LogisticOptions,
    interaction=Interaction(
        run_between_levels,
        "Whether the odds ratio differs between the levels of a subgroup was tested by arm by "
        "level, added with the levels to the logistic regression of the visit (test: {based_on}). "
        "Nothing is tested within a level.",
        (
            Reference(
                "Wang R, Lagakos SW, Ware JH, Hunter DJ, Drazen JM. Statistics in medicine: "
                "reporting of subgroup analyses in clinical trials. N Engl J Med "
                "2007;357:2189-2194.",
                "10.1056/NEJMsr077003",
            ),
        ),
    ),
    method="Responders were modelled by logistic regression on arm, covariates and strata at each "
    "compared visit; odds ratios have intervals and tests based on {based_on}. The "
    "marginal difference of shares is the model's, with everybody in one arm and then in "
    "the other (delta method).",
    references=(
        Reference(
            "Hosmer DW, Lemeshow S, Sturdivant RX. Applied logistic regression. 3rd ed. Hoboken: "
            "Wiley; 2013.",
            "10.1002/9781118548387",
        ),
        Reference(
            "Albert A, Anderson JA. On the existence of maximum likelihood estimates in logistic "
            "regression models. Biometrika 1984;71:1-10.",
            "10.1093/biomet/71.1.1",
        ),
        Reference(
            "Ge M, Durham LK, Meyer RD, Xie W, Thomas N. Covariate-adjusted difference in "
            "proportions from clinical trials using logistic regression and weighted risk "
            "differences. Drug Inf J 2011;45:481-493.",
            "10.1177/009286151104500409",
        ),
    ),
)
