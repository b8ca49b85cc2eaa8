"""The analysis `ancova`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, option
from dermoutcomes_ancova.least_squares import Estimate, FTest, estimate, sequential, with_hc3
from dermoutcomes_ancova.marginal_means import Model, correlation, difference, model, type_3, weights_of_mean
from dermoutcomes_ancova.pairwise import pairwise
from dermoutcomes_ancova.power import ANCOVA_POWER
from dermoutcomes_ancova.trend import linear_trend, slope_of_dose
from dermoutcomes_ancova.unfit import unfit
from dermoutcomes_ancova.view import View, views

__all__ = ["ANCOVA", "AncovaOptions"]

TERM, MEAN, TREND, SLOPE, PAIR = "adjusted_difference", "ls_mean", "linear_trend", "dose_slope", "pairwise"
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "df")
FULL = (*INTERVAL, "statistic", "p_value")
F_TEST = ("statistic", "df_num", "df_den", "p_value")


@frozen
class AncovaOptions:
    """What is adjusted for beyond what the endpoint lists, and how means and errors are formed."""

    baseline: bool = option(True, "Adjust for the baseline of changes and values, also where the endpoint does not list it.")
    weights: str = option("equal", "How levels of strata and other factors count in adjusted means: equally, or as often as observed.",
                          choices=("equal", "observed"))
    std_error: str = option("model", "Standard errors of the model, or HC3, which do not assume equal variances.", choices=("model", "hc3"))
    interaction: bool = option(False, "Let each arm have its own slope on the baseline; differences are then those at its mean.")
    pairs: str = option("none", "All pairs of arms as well, with their p-values adjusted so.",
                        choices=("none", "unadjusted", "bonferroni", "holm", "tukey"))


def run(task: Task, options: AncovaOptions) -> Iterator[Stat]:
    """Each visit's model of all arms: adjusted means, the comparisons, tests of the terms, the dose where arms have one."""
    for view in views(task, options):
        yield from _counted(view)
        terms_or_why = unfit(task, view, interacting=options.interaction)
        if isinstance(terms_or_why, str):
            yield from _failed(view, *terms_or_why.split(": ", 1))
            continue
        try:
            fitted = model(view.frame["outcome"].to_list(), terms_or_why, view.arms)
            fitted = fitted._replace(fit=with_hc3(fitted.fit)) if options.std_error == "hc3" else fitted
        except ValueError as error:
            yield from _failed(view, "no_residual", f"{str(error).capitalize()}.")
            continue
        yield from _fitted(task, options, view, fitted)


def _counted(view: View) -> Iterator[Stat]:
    yield from view.here.rows("model", n=view.frame.height, n_missing=view.missing)
    lacking = f"incomplete: {view.incomplete} records lack a covariate or stratum and were left out." if view.incomplete else None
    yield from evolve(view.here, warning=lacking).rows("adjusted_for", n_missing=view.incomplete)
    yield evolve(view.here, stat="ancova_model", term="model", text=view.formula, unit="", warning=_constant(view))
    counts = {arm: view.frame.filter(view.frame["arm"] == arm).height for arm in view.arms}
    for arm, count in counts.items():
        yield from evolve(view.here, group=arm, n_subjects=None, n_records=count).rows("arm", n=count)


def _constant(view: View) -> str | None:
    return f"constant: {', '.join(view.constant)} did not vary and was left out of the model." if view.constant else None


def _failed(view: View, code: str, sentence: str) -> Iterator[Stat]:
    for name, first, second in view.comparisons:
        for row in evolve(view.here, comparison=name, group=first, reference_group=second).rows(TERM, **dict.fromkeys(FULL)):
            yield row.failed(code, sentence)


def _fitted(task: Task, options: AncovaOptions, view: View, fitted: Model) -> Iterator[Stat]:
    yield from _means(task, options, view, fitted)
    yield from _compared(task, view, fitted)
    yield from _of_model(view, fitted, plain=options.std_error == "model")
    yield from _of_doses(task, view, fitted)
    if options.pairs != "none":
        for first, second, result, adjusted in pairwise(fitted, options.pairs, task.confidence):
            here = evolve(view.here, group=first, reference_group=second)
            yield from _full(here, PAIR, result, task.confidence)
            yield from here.rows(PAIR, p_adjusted=adjusted)


def _means(task: Task, options: AncovaOptions, view: View, fitted: Model) -> Iterator[Stat]:
    for arm in fitted.arms:
        result = estimate(fitted.fit, weights_of_mean(fitted, arm, options.weights), task.confidence)
        here = evolve(view.here, group=arm)
        yield from here.rows(MEAN, estimate=result.estimate, std_error=result.std_error, df=result.df, conf_low=result.conf_low,
                             conf_high=result.conf_high, conf_level=task.confidence)


def _compared(task: Task, view: View, fitted: Model) -> Iterator[Stat]:
    rows = {name: (evolve(view.here, comparison=name, group=first, reference_group=second), difference(fitted, first, second))
            for name, first, second in view.comparisons if {first, second} <= set(fitted.arms)}
    for name, first, second in view.comparisons:
        if name in rows:
            yield from _decisive(task, *rows[name], fitted)
        else:
            yield from _failed(view._replace(comparisons=((name, first, second),)), "one_arm_empty", "An arm of the comparison has no record.")
    for name, (here, weights) in rows.items():
        for other, (_, others) in rows.items():
            if other != name:
                value = correlation(fitted, weights, others)
                yield evolve(here, stat="correlation", value=value, term=TERM, level=other, unit="")


def _decisive(task: Task, here: Stat, weights: object, fitted: Model) -> Iterator[Stat]:
    result = estimate(fitted.fit, weights, task.confidence)  # type: ignore[arg-type]
    tail = "two-sided" if task.sided == 2 else {"up": "greater", "down": "less"}.get(task.improves or "")
    p = {"two-sided": result.p_value, "greater": result.greater, "less": 1 - result.greater}.get(tail or "")
    for row in _full(here, TERM, result, task.confidence):
        if row.stat != "p_value":
            yield row
        elif p is None:
            yield row.failed("no_direction", "A one-sided test needs to know which way is better.")
        else:
            yield evolve(row, value=p, text=tail)


def _full(here: Stat, term: str, result: Estimate, confidence: float) -> Iterator[Stat]:
    yield from here.rows(term, estimate=result.estimate, std_error=result.std_error, conf_low=result.conf_low, conf_high=result.conf_high,
                         conf_level=confidence, statistic=result.statistic, df=result.df, p_value=result.p_value)


def _of_model(view: View, fitted: Model, *, plain: bool) -> Iterator[Stat]:
    """The residual spread, R², coefficients, and the tests of every term (Type I only with the model's own covariance)."""
    import numpy as np

    yield from view.here.rows("residual", sd=fitted.fit.variance ** 0.5, variance=fitted.fit.variance, df=fitted.fit.df)
    yield from view.here.rows("model", ancova_r_squared=fitted.fit.r_squared)
    for term in fitted.terms:
        yield from _tested(evolve(view.here, level=term.name), "type_3", type_3(fitted, term.name))
        if plain:
            yield from _tested(evolve(view.here, level=term.name), "type_1", sequential(fitted.fit, term.name))
    names = ["(Intercept)", *(f"{term.name}{' ' if label else ''}{label}" for term in fitted.terms for label in term.labels)]
    for name, row in zip(names, np.eye(len(names)), strict=True):
        result, here = estimate(fitted.fit, row), evolve(view.here, level=name, unit=None)
        yield from here.rows("coefficient", std_error=result.std_error, statistic=result.statistic, df=result.df, p_value=result.p_value)
        yield evolve(here, stat="estimate", value=result.estimate, term="coefficient")


def _tested(here: Stat, term: str, result: FTest) -> Iterator[Stat]:
    yield from here.rows(term, statistic=result.statistic, df_num=result.df_num, df_den=result.df_den, p_value=result.p_value)


def _of_doses(task: Task, view: View, fitted: Model) -> Iterator[Stat]:
    """The linear trend over doses, and the slope of a model that has the dose as a number; where three arms or more have one."""
    doses = {arm: task.doses[arm] for arm in fitted.arms if arm in task.doses}
    if len(set(doses.values())) < 3:
        return
    yield from _full(view.here, TREND, estimate(fitted.fit, linear_trend(fitted, doses), task.confidence), task.confidence)
    yield from _full(evolve(view.here, unit=None), SLOPE, slope_of_dose(view, doses, task.confidence), task.confidence)


ANCOVA = Analysis(
    "ancova", "Analysis of covariance", run,
    statistics=(*((TERM, stat) for stat in (*FULL, "correlation")), *((MEAN, stat) for stat in INTERVAL),
                *((term, stat) for term in (TREND, SLOPE, PAIR) for stat in FULL), (PAIR, "p_adjusted"),
                *((term, stat) for term in ("type_1", "type_3") for stat in F_TEST),
                *(("coefficient", stat) for stat in ("estimate", "std_error", "statistic", "df", "p_value")),
                ("residual", "sd"), ("residual", "variance"), ("residual", "df"), ("arm", "n"), ("model", "n"), ("model", "n_missing"),
                ("model", "ancova_model"), ("model", "ancova_r_squared"), ("adjusted_for", "n_missing")),
    kinds=("continuous",), designs=("parallel",), needs="arm pair", decides=TERM, power=ANCOVA_POWER, options=AncovaOptions, adjusts=True,
    method="All arms were compared at each visit by analysis of covariance, adjusted for the endpoint's covariates and strata (the "
           "baseline of itself: {baseline}; an own slope on the baseline for each arm: {interaction}); adjusted means are least squares "
           "means with {weights} weights, at the mean of numeric covariates; standard errors: {std_error}. Records that lack a covariate "
           "were left out. The model of each visit is printed with its results.",
    references=(
        Reference("Committee for Medicinal Products for Human Use. Guideline on adjustment for baseline covariates in clinical trials. "
                  "EMA/CHMP/295050/2013, 2015."),
        Reference("Searle SR, Speed FM, Milliken GA. Population marginal means in the linear model: an alternative to least squares means. "
                  "Am Stat 1980;34:216-221.", "10.1080/00031305.1980.10483031"),
        Reference("MacKinnon JG, White H. Some heteroskedasticity-consistent covariance matrix estimators with improved finite sample "
                  "properties. J Econom 1985;29:305-325.", "10.1016/0304-4076(85)90158-7")))
