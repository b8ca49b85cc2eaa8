"""The analyses `welch_t` and `pooled_t`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import arm_sizes, failed_rows, tail_of
from dermoutcomes_between_arms.power import POOLED_T_POWER, WELCH_T_POWER
from dermoutcomes_between_arms.two_arms import View, counted, p_value, views
from dermoutcomes_between_arms.two_means import TwoMeans, pooled, variance_ratio, welch

__all__ = ["POOLED_T", "WELCH_T"]

TERM, RATIO = "mean_difference", "variance_ratio"
MEASURED = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)
RATIO_STATS = ("estimate", "p_value")


def run(method: Callable[..., TwoMeans], task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's difference of means, the first arm minus the second.

    The means are of what the endpoint is analysed by.
    """
    for view in views(task):
        yield from counted(view, TERM)
        yield from arm_sizes(view.template, TERM, *view.records)
        try:
            result = method(view.first, view.second, task.confidence, tail_of(task) or "two-sided")
        except ValueError as error:
            code, sentence = view.problem or (_code(view), f"{str(error).capitalize()}.")
            yield from failed_rows(view.template, TERM, MEASURED, code, sentence)
            continue
        yield from view.template.rows(
            TERM,
            estimate=result.estimate,
            std_error=result.std_error,
            conf_low=result.conf_low,
            conf_high=result.conf_high,
            conf_level=task.confidence,
            statistic=result.statistic,
            df=result.df,
        )
        yield from p_value(task, view.template, TERM, result.p_value)
        yield from _spread_rows(view)


def _code(view: View) -> str:
    return "no_variance" if min(len(view.first), len(view.second)) > 1 else "too_few"


def _spread_rows(view: View) -> Iterator[Stat]:
    """The ratio of the variances, which describes; it chooses no test."""
    template = evolve(
        view.template, unit="", label="Describes the data; it does not choose the test."
    )
    try:
        ratio, p = variance_ratio(view.first, view.second)
    except ValueError as error:
        yield from failed_rows(
            template, RATIO, RATIO_STATS, "no_variance", f"{str(error).capitalize()}."
        )
        return
    yield from template.rows(RATIO, estimate=ratio, p_value=p)


TERMS = (
    Term("arm", "Records by arm", ("n",), scale="count", place="size of arm"),
    Term(
        TERM,
        "Mean difference",
        ("n", "n_missing", *MEASURED),
        scale="difference",
        unit="data",
        null=0.0,
        tail="better",
        letter="t",
    ),
    Term(RATIO, "Ratio of variances", RATIO_STATS, scale="ratio"),
)

WELCH_T = Analysis(
    "welch_t",
    "Welch's t-test",
    partial(run, welch),
    terms=TERMS,
    kinds=("continuous",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=WELCH_T_POWER,
    summary=("difference in means",),
    method="Means of two arms were compared with Welch's t-test, which does not assume equal "
    "variances.",
    references=(
        Reference(
            "Welch BL. The generalization of 'Student's' problem when several different "
            "population variances are involved. Biometrika 1947;34:28-35.",
            "10.1093/biomet/34.1-2.28",
        ),
    ),
)

POOLED_T = Analysis(
    "pooled_t",
    "Student's t-test",
    partial(run, pooled),
    terms=TERMS,
    kinds=("continuous",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=POOLED_T_POWER,
    summary=("difference in means",),
    method="Means of two arms were compared with Student's t-test, which assumes equal variances "
    "and pools them.",
    references=(
        Reference(
            "Student. The probable error of a mean. Biometrika 1908;6:1-25.", "10.1093/biomet/6.1.1"
        ),
    ),
)
