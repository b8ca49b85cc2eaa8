"""The rows of a fitted model.

Adjusted means, comparisons, tests of its terms, coefficients, doses and pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve

from dermoutcomes import Stat, Task
from dermoutcomes.stats import NO_DIRECTION, model_sizes, tail_of
from dermoutcomes_ancova.fit_records import View
from dermoutcomes_ancova.least_squares import Estimate, FTest, estimate, sequential
from dermoutcomes_ancova.marginal_means import (
    Model,
    correlation,
    difference,
    type_3,
    weights_of_mean,
)
from dermoutcomes_ancova.trend import linear_trend, slope_of_dose

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "FULL",
    "F_TEST",
    "INTERVAL",
    "MEAN",
    "PAIR",
    "SLOPE",
    "TERM",
    "TREND",
    "comparison_rows",
    "dose_rows",
    "failed_comparisons",
    "mean_rows",
    "model_rows",
    "pair_rows",
]

TERM, MEAN, TREND, SLOPE, PAIR = (
    "adjusted_difference",
    "ls_mean",
    "linear_trend",
    "dose_slope",
    "pairwise",
)
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "df")
FULL = (*INTERVAL, "statistic", "p_value")
F_TEST = ("statistic", "df_num", "df_den", "p_value")


def failed_comparisons(view: View, code: str, sentence: str) -> Iterator[Stat]:
    """The comparisons of a view whose model cannot be fitted."""
    for name, first, second in view.comparisons:
        for row in evolve(view.template, comparison=name, group=first, reference_group=second).rows(
            TERM, **dict.fromkeys(FULL)
        ):
            yield row.failed(code, sentence)


def mean_rows(task: Task, view: View, fitted: Model, weights: str) -> Iterator[Stat]:
    """The adjusted mean of each arm."""
    for arm in fitted.arms:
        result = estimate(fitted.fit, weights_of_mean(fitted, arm, weights), task.confidence)
        yield from evolve(view.template, group=arm).rows(
            MEAN,
            estimate=result.estimate,
            std_error=result.std_error,
            df=result.df,
            conf_low=result.conf_low,
            conf_high=result.conf_high,
            conf_level=task.confidence,
        )


def comparison_rows(task: Task, view: View, fitted: Model) -> Iterator[Stat]:
    """The comparisons, and how their estimates are correlated.

    An error where an arm has no record.
    """
    rows = {}
    for name, first, second in view.comparisons:
        if {first, second} <= set(fitted.arms):
            rows[name] = (
                evolve(view.template, comparison=name, group=first, reference_group=second),
                difference(fitted, first, second),
            )
            yield from model_sizes(rows[name][0], TERM, view.frame)
            yield from _deciding_rows(task, *rows[name], fitted)
        else:
            empty = " and ".join(repr(arm) for arm in (first, second) if arm not in fitted.arms)
            yield from failed_comparisons(
                view._replace(comparisons=((name, first, second),)),
                "one_arm_empty",
                f"The arm {empty} has no record at this visit.",
            )
    for name, (template, weights) in rows.items():
        for other, (_, other_weights) in rows.items():
            if other != name:
                yield evolve(
                    template,
                    stat="correlation",
                    value=correlation(fitted, weights, other_weights),
                    term=TERM,
                    level=other,
                    unit="",
                )


def _deciding_rows(
    task: Task, template: Stat, weights: np.ndarray, fitted: Model
) -> Iterator[Stat]:
    result = estimate(fitted.fit, weights, task.confidence)
    tail = tail_of(task)
    p = {"two-sided": result.p_value, "greater": result.greater, "less": result.less}.get(
        tail or ""
    )
    for row in estimate_rows(template, TERM, result, task.confidence):
        if row.stat != "p_value":
            yield row
        elif p is None:
            yield row.failed(*NO_DIRECTION)
        else:
            yield evolve(row, value=p, text=tail)


def estimate_rows(template: Stat, term: str, result: Estimate, confidence: float) -> Iterator[Stat]:
    """An estimate with its interval and two-sided test."""
    yield from template.rows(
        term,
        estimate=result.estimate,
        std_error=result.std_error,
        conf_low=result.conf_low,
        conf_high=result.conf_high,
        conf_level=confidence,
        statistic=result.statistic,
        df=result.df,
        p_value=result.p_value,
    )


def model_rows(view: View, fitted: Model, *, plain: bool) -> Iterator[Stat]:
    """The residual spread, R², the tests of every term, and the coefficients.

    Type I tests are there only with the model's own covariance.
    """
    yield from view.template.rows(
        "residual", sd=fitted.fit.variance**0.5, variance=fitted.fit.variance, df=fitted.fit.df
    )
    yield from view.template.rows("model", ancova_r_squared=fitted.fit.r_squared)
    for term in fitted.terms:
        template = evolve(view.template, level=term.name)
        yield from _test_rows(template, "type_3", type_3(fitted, term.name))
        if plain:
            yield from _test_rows(template, "type_1", sequential(fitted.fit, term.name))
    yield from _coefficient_rows(view, fitted)


def _test_rows(template: Stat, term: str, result: FTest) -> Iterator[Stat]:
    yield from template.rows(
        term,
        statistic=result.statistic,
        df_num=result.df_num,
        df_den=result.df_den,
        p_value=result.p_value,
    )


def _coefficient_rows(view: View, fitted: Model) -> Iterator[Stat]:
    import numpy as np

    names = [
        "(Intercept)",
        *(
            f"{term.name}{' ' if label else ''}{label}"
            for term in fitted.terms
            for label in term.labels
        ),
    ]
    for name, row in zip(names, np.eye(len(names)), strict=True):
        result, template = estimate(fitted.fit, row), evolve(view.template, level=name, unit=None)
        yield from template.rows(
            "coefficient",
            std_error=result.std_error,
            statistic=result.statistic,
            df=result.df,
            p_value=result.p_value,
        )
        yield evolve(template, stat="estimate", value=result.estimate, term="coefficient")


def dose_rows(task: Task, view: View, fitted: Model) -> Iterator[Stat]:
    """The linear trend over doses, and the slope of a model that has the dose as a number.

    Where three arms or more have one.
    """
    doses = {arm: task.doses[arm] for arm in fitted.arms if arm in task.doses}
    # Of two doses a trend is the difference of two arms.
    if len(set(doses.values())) < 3:
        return
    template = evolve(view.template, unit=None, label="per unit of dose")
    yield from estimate_rows(
        template,
        TREND,
        estimate(fitted.fit, linear_trend(fitted, doses), task.confidence),
        task.confidence,
    )
    slope = slope_of_dose(view, doses, task.confidence)
    if slope is not None:
        yield from estimate_rows(template, SLOPE, slope, task.confidence)


def pair_rows(task: Task, view: View, fitted: Model) -> Iterator[Stat]:
    """The later arm minus the earlier, in the model's order, for every two arms."""
    for index, later in enumerate(fitted.arms):
        for earlier in fitted.arms[:index]:
            yield from _pair_rows(
                task, evolve(view.template, group=later, reference_group=earlier), fitted
            )


def _pair_rows(task: Task, template: Stat, fitted: Model) -> Iterator[Stat]:
    result = estimate(
        fitted.fit,
        difference(fitted, str(template.group), str(template.reference_group)),
        task.confidence,
    )
    yield from estimate_rows(template, PAIR, result, task.confidence)
