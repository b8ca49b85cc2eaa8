"""The analysis `two_group_effect_size`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import failed_rows, with_warning
from dermoutcomes_between_arms.effect_sizes import (
    Effect,
    cohen_d,
    glass_delta,
    hedges_g,
    rank_biserial,
)
from dermoutcomes_between_arms.two_arms import View, counted, views

__all__ = ["TWO_GROUP_EFFECT_SIZE"]

LIMITS = ("estimate", "conf_low", "conf_high", "conf_level")
OF_MEANS = {"cohen_d": cohen_d, "hedges_g": hedges_g, "glass_delta": glass_delta}


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's standardised differences.

    Those of means for continuous endpoints, of ranks for all.
    """
    for view in views(task):
        plain = evolve(view.template, unit="")
        yield from counted(view, "arms")
        if task.kind == "continuous":
            yield from _mean_rows(task, view, plain)
        if view.problem:
            yield from failed_rows(plain, "rank_biserial", LIMITS, *view.problem)
        else:
            yield from _rank_rows(task, view, plain)


def _mean_rows(task: Task, view: View, template: Stat) -> Iterator[Stat]:
    for term, effect in OF_MEANS.items():
        try:
            result = effect(view.first, view.second, task.confidence)
        except ValueError as error:
            code, sentence = view.problem or (
                "no_variance" if min(len(view.first), len(view.second)) > 1 else "too_few",
                f"{str(error).capitalize()}.",
            )
            yield from failed_rows(template, term, LIMITS, code, sentence)
            continue
        yield from _limit_rows(task, template, term, result)
        if result.std_error is not None:
            yield from template.rows(term, std_error=result.std_error)


def _rank_rows(task: Task, view: View, template: Stat) -> Iterator[Stat]:
    result = rank_biserial(view.first, view.second, task.confidence)
    if result.conf_low is None:
        template = with_warning(
            template,
            "boundary: Every value of one arm exceeds every value of the other, where this "
            "interval is not defined.",
        )
    yield from _limit_rows(task, template, "rank_biserial", result)


def _limit_rows(task: Task, template: Stat, term: str, result: Effect) -> Iterator[Stat]:
    yield from template.rows(
        term,
        estimate=result.estimate,
        conf_low=result.conf_low,
        conf_high=result.conf_high,
        conf_level=task.confidence,
    )


TWO_GROUP_EFFECT_SIZE = Analysis(
    "two_group_effect_size",
    "Effect sizes of two arms",
    run,
    terms=(
        Term("arm", "Records by arm", ("n",), scale="count", place="size of arm"),
        Term("arms", "Arms", ("n", "n_missing"), scale="count"),
        Term("hedges_g", "Hedges g", ("std_error", *LIMITS), scale="index"),
        Term("cohen_d", "Cohen d", LIMITS, scale="index"),
        Term("glass_delta", "Glass delta", LIMITS, scale="index"),
        Term("rank_biserial", "Rank-biserial correlation", LIMITS, scale="index"),
    ),
    kinds=("continuous", "ordinal"),
    designs=("parallel",),
    needs="arm pair",
    method="Standardised differences of two arms are Cohen's d (pooled standard deviation) and "
    "Hedges' g (with the exact small-sample factor), Glass's delta (standard deviation of "
    "the second arm), each with its noncentral t interval, and the rank-biserial "
    "correlation (Cliff's delta) with an interval on Fisher's z.",
    references=(
        Reference(
            "Hedges LV. Distribution theory for Glass's estimator of effect size and related "
            "estimators. J Educ Stat 1981;6:107-128.",
            "10.3102/10769986006002107",
        ),
        Reference(
            "Viechtbauer W. Approximate confidence intervals for standardized effect sizes in the "
            "two-independent and two-dependent samples design. J Educ Behav Stat 2007;32:39-60.",
            "10.3102/1076998606298034",
        ),
        Reference(
            "Cliff N. Dominance statistics: ordinal analyses to answer ordinal questions. Psychol "
            "Bull 1993;114:494-509.",
            "10.1037/0033-2909.114.3.494",
        ),
    ),
)
