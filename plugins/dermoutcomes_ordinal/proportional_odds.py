"""The analysis `proportional_odds`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Comparison, Estimate, Reference, Stat, Task, Term, option
from dermoutcomes.stats import (
    BASELINE,
    arm_sizes,
    at_visit,
    clustered_warning,
    exponentiated,
    failed_rows,
    with_limits,
)
from dermoutcomes_ordinal.cumulative_logits import (
    Fit,
    expected_covariance,
    fit,
    likelihood_limits,
    likelihood_ratio,
)
from dermoutcomes_ordinal.proportionality import proportionality
from dermoutcomes_ordinal.ratings import label_of, p_value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import Design


__all__ = ["PROPORTIONAL_ODDS", "ProportionalOddsOptions"]

TERM, LOG, CHECK = "odds_ratio", "log_odds_ratio", "proportional_odds_test"
MEASURED = ("estimate", "conf_low", "conf_high", "conf_level", "statistic", "p_value")
TEST = ("statistic", "df", "p_value")


@frozen
class ProportionalOddsOptions:
    """How limits are made."""

    interval: str = option(
        "wald",
        "Limits from the standard error (wald, as the p-value), or from the likelihood (profile).",
        choices=("wald", "profile"),
    )
    information: str = option(
        "observed",
        "Standard errors from the curvature of the likelihood (observed, as polr and clm in R), "
        "or from what is expected of it (expected, as PROC LOGISTIC in SAS by default).",
        choices=("observed", "expected"),
    )


@frozen(eq=False)
class Visit:
    """The ratings of all arms at one visit, and the model of them.

    `template` is the row that its statistics are like, `full_covariance` the covariance.
    """

    template: Stat
    frame: pl.DataFrame
    arms: tuple[str, ...]
    design: Design
    fit: Fit
    full_covariance: NDArray[np.float64]

    @property
    def covariance(self) -> NDArray[np.float64]:
        """The covariance of beta."""
        # The thresholds stand first, one less than there are categories.
        size = len(self.fit.categories) - 1
        return self.full_covariance[size:, size:]


def run(task: Task, options: ProportionalOddsOptions) -> Iterator[Stat]:
    """A model of all arms at each compared visit.

    Its thresholds, its covariates, its checks, and the odds ratio of each comparison.
    """
    by_visit: dict[tuple[str | None, str | None], list[str]] = {}
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            by_visit.setdefault(_visits(comparison), []).append(name)
    for (visit, reference), names in by_visit.items():
        yield from _visit_rows(task, options, visit, reference, names)


def _visits(comparison: Comparison) -> tuple[str | None, str | None]:
    visits = comparison.visit or ()
    return (visits[0] if visits else None), (visits[1] if len(visits) > 1 else None)


def _visit_rows(
    task: Task,
    options: ProportionalOddsOptions,
    visit: str | None,
    reference: str | None,
    names: list[str],
) -> Iterator[Stat]:
    records = _records(task, visit, reference or BASELINE)
    template = Stat("n", visit=visit, reference_visit=reference, unit="")
    try:
        model = _model(
            task,
            options,
            records,
            evolve(template, n_subjects=records["subject"].n_unique(), n_records=records.height),
            None,
        )
    except ValueError as error:
        for name in names:
            yield from _failed_rows(task, template, records, name, *str(error).split(": ", 1))
        return
    yield from _model_rows(task, model)
    for name in names:
        yield from _comparison_rows(task, options, model, records, name)
    yield from _correlation_rows(task, model, names)


def _records(task: Task, visit: str | None, reference: str) -> pl.DataFrame:
    complete = pl.col("value").is_not_null() & pl.col("arm").is_not_null()
    return task.records.filter(at_visit(visit, reference) & complete).sort(
        "subject", "arm", "value"
    )


def _model(
    task: Task,
    options: ProportionalOddsOptions,
    records: pl.DataFrame,
    template: Stat,
    reference: str | None,
) -> Visit:
    """The model; arms that nobody is in are left out.

    Raises ValueError, a code and a sentence, where there is none.
    """
    from dermoutcomes.stats import complete_cases, model_columns, stratum

    # A stratum that is a covariate too has its columns once, as a covariate.
    factors = tuple(name for name in task.strata if name not in task.covariates)
    covariates = (*task.covariates, *factors)
    frame = complete_cases(records, covariates).with_columns(
        stratum((name,)).alias(name) for name in factors
    )
    if records.height and not frame.height:
        raise ValueError(
            f"no_covariate: Nobody has a rating and every covariate ({', '.join(covariates)})."
        )
    present = set(frame["arm"].to_list())
    arms = (*(arm for arm in task.arms if arm in present), *sorted(present - set(task.arms)))
    if len(arms) < 2:
        raise ValueError("one_arm_empty: Fewer than two arms have a rating.")
    base_arm = reference or (task.reference_arm if task.reference_arm in arms else arms[0])
    columns = model_columns(
        frame,
        arms,
        str(base_arm),
        # A column that does not vary at this visit would say what the thresholds say.
        tuple(name for name in covariates if frame[name].n_unique() > 1),
    )
    model = fit(frame["value"].to_list(), columns.x)
    covariance = (
        expected_covariance(model) if options.information == "expected" else model.covariance
    )
    return Visit(template, frame, arms, columns, model, covariance)


def _failed_rows(
    task: Task, template: Stat, records: pl.DataFrame, name: str, code: str, sentence: str
) -> Iterator[Stat]:
    row = _comparison_template(task, template, records, name)
    yield from row.rows(TERM, n=row.n_records)
    yield from failed_rows(row, TERM, MEASURED, code, sentence)


def _comparison_template(task: Task, template: Stat, records: pl.DataFrame, name: str) -> Stat:
    first, second = task.comparisons[name].arm or ("", "")
    rows = records.filter(pl.col("arm").is_in([first, second]))
    subjects = rows["subject"].n_unique()
    return evolve(
        template,
        comparison=name,
        group=first,
        reference_group=second,
        n_subjects=subjects,
        n_records=rows.height,
        warning=clustered_warning(rows.height, subjects, "ratings"),
    )


def _model_rows(task: Task, model: Visit) -> Iterator[Stat]:
    """Rows that are about no comparison."""
    template, model_fit = model.template, model.fit
    yield from template.rows(
        "model",
        n=model.frame.height,
        aic=2 * (model_fit.parameters.size - model_fit.log_likelihood),
        proportional_odds_log_likelihood=model_fit.log_likelihood,
    )
    for number, (low, high) in enumerate(
        zip(model_fit.categories[:-1], model_fit.categories[1:], strict=True)
    ):
        level = evolve(
            template,
            level=f"{low:g}|{high:g}",
            label=f"{label_of(task, low)} | {label_of(task, high)}",
        )
        yield from level.rows(
            "threshold",
            estimate=model_fit.parameters[number],
            std_error=model.full_covariance[number, number] ** 0.5,
        )
    yield from template.rows("likelihood_ratio", **likelihood_ratio(model_fit)._asdict())
    for column, name in enumerate(model.design.names):
        if column not in model.design.parts["arm"]:
            yield from _coefficient_rows(
                task,
                evolve(template, level=name),
                float(model_fit.beta[column]),
                float(model.covariance[column, column]) ** 0.5,
            )
    for part, result in proportionality(model_fit, model.design.parts).items():
        if result is None:
            yield from failed_rows(
                evolve(template, level=part),
                CHECK,
                TEST,
                "too_few",
                "Too few ratings at some threshold to tell whether odds are proportional.",
            )
        else:
            yield from evolve(template, level=part).rows(CHECK, **result._asdict())


def _coefficient_rows(task: Task, template: Stat, estimate: float, error: float) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value, tail_probability

    z, half_width = estimate / error, critical_value(task.confidence) * error
    yield from template.rows(LOG, estimate=estimate, std_error=error)
    for row in evolve(template, pools=Estimate(estimate, error)).rows(
        TERM, estimate=estimate, conf_low=estimate - half_width, conf_high=estimate + half_width
    ):
        yield exponentiated(row)
    yield from template.rows(TERM, conf_level=task.confidence, statistic=z)
    if template.comparison:
        yield from p_value(task, template, TERM, z)
    else:
        yield from template.rows(TERM, p_value=tail_probability(z))


def _comparison_rows(
    task: Task, options: ProportionalOddsOptions, model: Visit, records: pl.DataFrame, name: str
) -> Iterator[Stat]:
    first, second = task.comparisons[name].arm or ("", "")
    if absent := [arm for arm in (first, second) if arm not in model.arms]:
        yield from _failed_rows(
            task,
            model.template,
            records,
            name,
            "one_arm_empty",
            f"No record of {absent[0]!r} has a rating and every covariate.",
        )
        return
    row = _comparison_template(task, model.template, model.frame, name)
    yield from row.rows(TERM, n=row.n_records, n_missing=_n_missing(task, records, model, name))
    yield from arm_sizes(row, TERM, model.frame)
    weights = model.design.contrast(first, second)
    rows = _coefficient_rows(
        task,
        row,
        float(weights @ model.fit.beta),
        float(weights @ model.covariance @ weights) ** 0.5,
    )
    yield from (
        _with_profile(task, options, model, records, (first, second), rows)
        if options.interval == "profile"
        else rows
    )


def _n_missing(task: Task, records: pl.DataFrame, model: Visit, name: str) -> int:
    arms = pl.col("arm").is_in(list(task.comparisons[name].arm or ()))
    lost = task.lost.filter(
        arms & (pl.col("visit") == model.template.visit if model.template.visit else arms)
    ).height
    return lost + records.filter(arms).height - model.frame.filter(arms).height


def _with_profile(
    task: Task,
    options: ProportionalOddsOptions,
    model: Visit,
    records: pl.DataFrame,
    arms: tuple[str, str],
    rows: Iterator[Stat],
) -> Iterator[Stat]:
    """The rows with limits of the likelihood.

    The model again with the second arm as the reference, so that one coefficient is the ratio.
    """
    other_way = _model(task, options, records, model.template, arms[1])
    low, high = likelihood_limits(
        other_way.fit, other_way.design.names.index(f"arm: {arms[0]}"), task.confidence
    )
    yield from with_limits(rows, low, high)


def _correlation_rows(task: Task, model: Visit, names: list[str]) -> Iterator[Stat]:
    """The correlation of each two log odds ratios, for procedures that test them together."""
    from dermoutcomes.stats import contrast_correlation

    estimated = [
        name
        for name in names
        if all(arm in model.arms for arm in task.comparisons[name].arm or ("",))
    ]
    for one in estimated:
        for other in estimated:
            if one != other:
                a, b = (
                    model.design.contrast(*(task.comparisons[name].arm or ("", "")))
                    for name in (one, other)
                )
                row = evolve(
                    _comparison_template(task, model.template, model.frame, one), level=other
                )
                yield from row.rows(TERM, correlation=contrast_correlation(a, b, model.covariance))


PROPORTIONAL_ODDS = Analysis(
    "proportional_odds",
    "Proportional odds model",
    run,
    terms=(
        Term(
            TERM,
            "Odds ratio",
            ("n", "n_missing", *MEASURED, "correlation"),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="z",
        ),
        Term(LOG, "Log odds ratio", ("estimate", "std_error"), scale="logarithm"),
        Term("threshold", "Thresholds", ("estimate", "std_error"), scale="coefficient"),
        Term("likelihood_ratio", "Likelihood ratio test", TEST, scale="test", letter="χ²"),
        Term(CHECK, "Score test of proportional odds", TEST, scale="test", letter="χ²"),
        Term("model", "Model and fit", ("n", "aic", "proportional_odds_log_likelihood")),
    ),
    words={"proportional_odds_log_likelihood": "Log-likelihood"},
    kinds=("ordinal",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    adjusts=True,
    options=ProportionalOddsOptions,
    method="Ratings were compared between arms with a proportional odds model (cumulative logits) "
    "with the covariates and strata of the endpoint; an odds ratio above 1 means higher "
    "categories in the first arm (limits: {interval}; information: {information}). That "
    "one odds ratio holds at every threshold was checked with the score test.",
    summary=("common odds ratio",),
    references=(
        Reference(
            "McCullagh P. Regression models for ordinal data. J R Stat Soc B 1980;42:109-142.",
            "10.1111/j.2517-6161.1980.tb01109.x",
        ),
        Reference(
            "Peterson B, Harrell FE. Partial proportional odds models for ordinal response "
            "variables. Appl Stat 1990;39:205-217.",
            "10.2307/2347760",
        ),
    ),
)
