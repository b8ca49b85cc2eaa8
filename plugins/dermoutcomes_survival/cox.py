"""The analysis `cox`."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Estimate, Interaction, Reference, Stat, Task, Term, option
from dermoutcomes.stats import arm_sizes, exponentiated, failed_rows, tail_of, with_limits
from dermoutcomes_survival.between_levels import SUBGROUP_INTERACTION, run_between_levels
from dermoutcomes_survival.concordance import concordance
from dermoutcomes_survival.cox_fit import (
    Fit,
    fit,
    likelihood_limits,
    likelihood_ratio,
    score_test,
    wald_test,
)
from dermoutcomes_survival.curves import curve
from dermoutcomes_survival.hazards import Ties
from dermoutcomes_survival.proportionality import correlations, proportionality
from dermoutcomes_survival.robust import robust_covariance
from dermoutcomes_survival.survival_times import (
    Compared,
    Sample,
    compared,
    happened,
    sample,
    unitless,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import Design


__all__ = ["COX", "CoxOptions"]

TERM, LOG, CHECK = "hazard_ratio", "log_hazard_ratio", "proportional_hazards"
TESTS = {"likelihood_ratio": likelihood_ratio, "wald": wald_test, "score": score_test}
MEASURED = ("estimate", "conf_low", "conf_high", "conf_level", "statistic", "p_value")
TEST = ("statistic", "df", "p_value")


@frozen
class CoxOptions:
    """How ties, limits and variances are made."""

    ties: str = option(
        "efron",
        "Events on one day: efron, breslow (the default of SAS), or exact (discrete times, as "
        "DISCRETE in SAS).",
        choices=("efron", "breslow", "exact"),
    )
    interval: str = option(
        "wald",
        "Limits from the standard error (wald), or from the likelihood (profile).",
        choices=("wald", "profile"),
    )
    variance: str = option(
        "model",
        "Of the model, or robust: also right where a subject has several times or hazards are not "
        "proportional.",
        choices=("model", "robust"),
    )


@frozen(eq=False)
class Model:
    """One fit: the records that are in it, its columns, the covariance of its coefficients."""

    frame: pl.DataFrame
    design: Design
    fit: Fit
    covariance: NDArray[np.float64]


def run(task: Task, options: CoxOptions) -> Iterator[Stat]:
    """The model of all arms with its tests, and the hazard ratio of each comparison.

    Its covariates have rows of their own.
    """
    from dermoutcomes.stats import complete_cases

    cohort = sample(task)
    pairs = tuple(compared(task, cohort))
    arms = tuple(arm for arm in cohort.arms if arm is not None and cohort.of(arm).height)
    try:
        frame = complete_cases(cohort.frame.filter(pl.col("arm").is_in(arms)), task.covariates)
        reference = task.reference_arm if task.reference_arm in arms else arms[0] if arms else ""
        model = _model(task, options, frame, arms, str(reference))
    except ValueError as error:
        for pair in pairs:
            yield from _failed_rows(pair, *str(error).split(": ", 1))
        return
    yield from _model_rows(task, model)
    for pair in pairs:
        yield from _comparison_rows(task, options, model, cohort, pair)
    yield from _correlation_rows(model, [pair for pair in pairs if pair.empty is None])


def _model(
    task: Task, options: CoxOptions, frame: pl.DataFrame, arms: tuple[str, ...], reference: str
) -> Model:
    from dermoutcomes.stats import model_columns

    if len(arms) < 2 or frame["arm"].n_unique() < len(arms):
        raise ValueError(
            "one_arm_empty: Fewer than two arms have anybody with a time and all covariates."
        )
    columns = model_columns(frame, arms, reference, task.covariates)
    ties: Ties = options.ties  # type: ignore[assignment]
    fitted = fit(
        frame["_time"].to_list(),
        frame["event"].to_list(),
        columns.x,
        frame["_stratum"].to_list(),
        ties,
    )
    covariance = (
        robust_covariance(fitted, frame["subject"].to_list())
        if options.variance == "robust"
        else fitted.covariance
    )
    return Model(frame, columns, fitted, covariance)


def _failed_rows(pair: Compared, code: str, sentence: str) -> Iterator[Stat]:
    template = unitless(pair.template)
    yield from template.rows(
        TERM, n=pair.frame.height, n_missing=pair.missing, n_events=happened(pair.frame)
    )
    yield from failed_rows(template, TERM, MEASURED, code, sentence)


def _model_rows(task: Task, model: Model) -> Iterator[Stat]:
    """Rows that are about no comparison.

    The three tests of the model, its covariates, and whether hazards are proportional.
    """
    template = Stat(
        "n", unit="", n_subjects=model.frame["subject"].n_unique(), n_records=model.frame.height
    )
    yield from template.rows("model", n=model.frame.height, n_events=model.fit.events)
    for name, test in TESTS.items():
        yield from template.rows(name, **test(model.fit)._asdict())
    # Columns of arms stand first; what they say stands with the comparisons.
    arms = len(model.design.parts["arm"])
    for column, name in enumerate(model.design.names[arms:], arms):
        yield from _coefficient_rows(
            task,
            evolve(template, level=name),
            float(model.fit.beta[column]),
            float(model.covariance[column, column]) ** 0.5,
        )
    yield from _concordance_rows(template, model)
    all_subjects = curve(model.frame["_time"].to_list(), model.frame["event"].to_list())
    for part, result in proportionality(model.fit, all_subjects, model.design.parts).items():
        if result is None:
            yield from failed_rows(
                evolve(template, level=part),
                CHECK,
                TEST,
                "too_few_times",
                "Events at so few times cannot tell whether hazards change.",
            )
        else:
            yield from evolve(template, level=part).rows(CHECK, **result._asdict())
    for name, value in zip(model.design.names, correlations(model.fit, all_subjects), strict=True):
        if isfinite(value):
            level = evolve(template, level=name)
            yield from level.rows("schoenfeld_residuals", correlation=value)


def _concordance_rows(template: Stat, model: Model) -> Iterator[Stat]:
    """How well the model ranks times.

    Of a stratified model it would compare what the model does not.
    """
    if model.frame["_stratum"].n_unique() > 1:
        return
    try:
        c_index = concordance(
            model.frame["_time"].to_list(),
            model.frame["event"].to_list(),
            model.design.x @ model.fit.beta,
        )
    except ValueError as error:
        yield from failed_rows(
            template,
            "concordance",
            ("estimate", "std_error"),
            "no_ordered_pair",
            f"{str(error).capitalize()}.",
        )
        return
    yield from template.rows("concordance", **c_index._asdict())


def _coefficient_rows(task: Task, template: Stat, estimate: float, error: float) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value, tail_probability

    z, half_width = estimate / error, critical_value(task.confidence) * error
    yield from template.rows(LOG, estimate=estimate, std_error=error)
    for row in evolve(template, pools=Estimate(estimate, error)).rows(
        TERM, estimate=estimate, conf_low=estimate - half_width, conf_high=estimate + half_width
    ):
        yield exponentiated(row)
    yield from template.rows(
        TERM, conf_level=task.confidence, statistic=z, p_value=tail_probability(z)
    )


def _comparison_rows(
    task: Task, options: CoxOptions, model: Model, cohort: Sample, pair: Compared
) -> Iterator[Stat]:
    if pair.empty:
        yield from _failed_rows(pair, "one_arm_empty", f"Nobody in {pair.empty!r} has a time.")
        return
    of_pair = model.frame.filter(pl.col("arm").is_in([pair.group, pair.reference_group]))
    template = unitless(
        evolve(pair.template, n_subjects=of_pair["subject"].n_unique(), n_records=of_pair.height)
    )
    # The warning is of several times of a subject, for which robust errors hold.
    template = evolve(template, warning=None if options.variance == "robust" else template.warning)
    left_out = pair.frame.height - of_pair.height
    yield from template.rows(
        TERM, n=of_pair.height, n_missing=pair.missing + left_out, n_events=happened(of_pair)
    )
    yield from arm_sizes(template, TERM, of_pair)
    weights = model.design.contrast(pair.group, pair.reference_group)
    estimate, error = (
        float(weights @ model.fit.beta),
        float(weights @ model.covariance @ weights) ** 0.5,
    )
    rows = _coefficient_rows(task, template, estimate, error)
    if options.interval == "profile":
        rows = _with_profile(task, options, cohort, pair, rows)
    for row in rows:
        yield from _one_sided(task, row, estimate / error) if row.stat == "p_value" else (row,)


def _one_sided(task: Task, row: Stat, z: float) -> Iterator[Stat]:
    from scipy.special import ndtr

    # Longer times are a lower hazard: "higher" of the endpoint is "less" of the ratio.
    tail = tail_of(task, up="less")
    if tail is None:
        yield row.failed(
            "no_direction", "A one-sided test needs to know whether longer times are better."
        )
    elif tail == "two-sided":
        yield evolve(row, text=tail)
    else:
        yield evolve(row, text=tail, value=float(ndtr(z if tail == "less" else -z)))


def _with_profile(
    task: Task, options: CoxOptions, cohort: Sample, pair: Compared, rows: Iterator[Stat]
) -> Iterator[Stat]:
    """The rows with limits of the likelihood.

    The model again with the second arm as the reference, so that one coefficient is the ratio.
    """
    from dermoutcomes.stats import complete_cases

    arms = tuple(arm for arm in cohort.arms if arm is not None and cohort.of(arm).height)
    frame = complete_cases(cohort.frame.filter(pl.col("arm").is_in(arms)), task.covariates)
    model = _model(task, options, frame, arms, pair.reference_group)
    low, high = likelihood_limits(
        model.fit, model.design.names.index(f"arm: {pair.group}"), task.confidence
    )
    yield from with_limits(rows, low, high)


def _correlation_rows(model: Model, pairs: list[Compared]) -> Iterator[Stat]:
    """The correlation of each two log hazard ratios, for procedures that test them together."""
    from dermoutcomes.stats import contrast_correlation

    for one in pairs:
        for other in pairs:
            if one is not other:
                a, b = (
                    model.design.contrast(pair.group, pair.reference_group) for pair in (one, other)
                )
                value = contrast_correlation(a, b, model.covariance)
                yield from evolve(unitless(one.template), level=other.template.comparison).rows(
                    TERM, correlation=value
                )


COX = Analysis(
    "cox",
    "Cox regression",
    run,
    terms=(
        Term(
            TERM,
            "Hazard ratio",
            ("n", "n_missing", "n_events", *MEASURED, "correlation"),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="z",
        ),
        Term(LOG, "Log hazard ratio", ("estimate", "std_error"), scale="logarithm"),
        Term("likelihood_ratio", "Likelihood ratio test", TEST, scale="test", letter="χ²"),
        Term("wald", "Wald test", TEST, scale="test", letter="χ²"),
        Term("score", "Score test", TEST, scale="test", letter="χ²"),
        Term(CHECK, "Test of proportional hazards", TEST, scale="test", letter="χ²"),
        Term(
            SUBGROUP_INTERACTION,
            "Arm by subgroup",
            ("n", "n_events", *TEST),
            scale="test",
            letter="χ²",
        ),
        Term("model", "Model and fit", ("n", "n_events")),
        Term("schoenfeld_residuals", "Schoenfeld residuals and time", ("correlation",)),
        Term("concordance", "Concordance", ("estimate", "std_error"), scale="index"),
    ),
    kinds=("time_to_event",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    inverse=True,
    adjusts=True,
    options=CoxOptions,
    interaction=Interaction(
        run_between_levels,
        "Whether the hazard ratio differs between the levels of a subgroup was tested by arm by "
        "level, added with the levels to Cox's model (ties: {ties}): by the ratio of likelihoods, "
        "or by Wald's test where the variance is robust (variance: {variance}). Nothing is tested "
        "within a level.",
        (
            Reference(
                "Wang R, Lagakos SW, Ware JH, Hunter DJ, Drazen JM. Statistics in medicine: "
                "reporting of subgroup analyses in clinical trials. N Engl J Med "
                "2007;357:2189-2194.",
                "10.1056/NEJMsr077003",
            ),
        ),
    ),
    method="Hazards were compared between arms with Cox's proportional hazards model with the "
    "covariates of the endpoint, stratified by its strata (ties: {ties}; limits: "
    "{interval}; variance: {variance}). Whether hazards are proportional was tested by "
    "letting the coefficients change with time.",
    summary=("hazard ratio",),
    references=(
        Reference(
            "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187-220.",
            "10.1111/j.2517-6161.1972.tb00899.x",
        ),
        Reference(
            "Efron B. The efficiency of Cox's likelihood function for censored data. J Am Stat "
            "Assoc 1977;72:557-565.",
            "10.1080/01621459.1977.10480613",
        ),
        Reference(
            "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on "
            "weighted residuals. Biometrika 1994;81:515-526.",
            "10.1093/biomet/81.3.515",
        ),
    ),
)
