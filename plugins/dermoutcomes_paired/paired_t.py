"""The analysis `paired_t`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from attrs import evolve

from dermoutcomes import Analysis, NoOptions, Reference, Stat, Task, Term
from dermoutcomes.stats import (
    NO_DIRECTION,
    RESIDUAL_STATS,
    failed_rows,
    residual_rows,
    tail_of,
)
from dermoutcomes_paired.mean_difference import MeanDifference, mean_difference, sd_interval
from dermoutcomes_paired.pairs import View, views
from dermoutcomes_paired.power import PAIRED_T_POWER

__all__ = ["PAIRED_T", "rows_of_differences"]

TERM, SPREAD, RESIDUALS = "mean_difference", "sd_difference", "residuals"
LIMITS = ("estimate", "conf_low", "conf_high", "conf_level")
STATS = (
    "n",
    "n_missing",
    "estimate",
    "sd",
    "std_error",
    "conf_low",
    "conf_high",
    "conf_level",
    "statistic",
    "df",
    "p_value",
)


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's mean difference, with its interval and Student's test against zero."""
    for view in views(task):
        yield from view.template.rows(TERM, n=view.n, n_missing=view.missing)
        yield from _test_rows(task, view)


def _test_rows(task: Task, view: View) -> Iterator[Stat]:
    if view.n < 2:
        sentence = (
            "A mean difference needs at least two pairs; there "
            f"{'is one' if view.n else 'are none'}."
        )
        yield from failed_rows(
            view.template, TERM, STATS[2:], "too_few" if view.n else "no_data", sentence
        )
        return
    try:
        result = mean_difference(view.differences, task.confidence, tail_of(task) or "two-sided")
    except ValueError:
        yield from view.template.rows(TERM, estimate=view.differences[0])
        yield from failed_rows(
            view.template,
            TERM,
            STATS[3:],
            "no_variance",
            "All differences are equal, so nothing tells how sure the mean is.",
        )
        return
    yield from _difference_rows(task, view.template, result)
    if task.residuals:
        yield from _record_rows(view, result)


def _difference_rows(task: Task, template: Stat, result: MeanDifference) -> Iterator[Stat]:
    yield from template.rows(
        TERM,
        estimate=result.estimate,
        sd=result.sd,
        std_error=result.std_error,
        conf_low=result.conf_low,
        conf_high=result.conf_high,
        conf_level=task.confidence,
        statistic=result.statistic,
        df=result.df,
    )
    low, high = sd_interval(result.sd, result.df, task.confidence)
    yield from template.rows(
        SPREAD, estimate=result.sd, conf_low=low, conf_high=high, conf_level=task.confidence
    )
    if tail_of(task) is None:
        yield from failed_rows(template, TERM, ("p_value",), *NO_DIRECTION)
    else:
        yield from evolve(template, text=tail_of(task)).rows(TERM, p_value=result.p_value)


def _record_rows(view: View, result: MeanDifference) -> Iterator[Stat]:
    records = [evolve(view.template, level=unit, warning=None) for unit in view.units]
    yield from rows_of_differences(records, view.differences, result)


def rows_of_differences(
    records: Sequence[Stat], differences: Sequence[float], result: MeanDifference
) -> Iterator[Stat]:
    """What the mean leaves of each difference, as the model of a mean alone has it.

    `records` are like the row of each difference.
    """
    residuals = [difference - result.estimate for difference in differences]
    # Of one difference from the mean of all n: s times the root of 1 - 1/n.
    spread = result.sd * sqrt(1 - 1 / len(differences))
    yield from residual_rows(
        records,
        RESIDUALS,
        [result.estimate] * len(differences),
        residuals,
        [residual / spread for residual in residuals],
    )


PAIRED_T = Analysis(
    "paired_t",
    "Paired t-test",
    run,
    terms=(
        Term(
            TERM,
            "Mean difference",
            STATS,
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="t",
        ),
        Term(SPREAD, "SD of the differences", LIMITS, unit="data"),
        Term(
            RESIDUALS,
            "Residuals of differences",
            RESIDUAL_STATS,
            scale="value",
            unit="data",
            place="residual",
        ),
    ),
    kinds=("continuous",),
    needs="comparison",
    decides=TERM,
    dependence="paired",
    power=PAIRED_T_POWER,
    method="Mean differences within subjects were tested against zero with Student's paired "
    "t-test; intervals are from the t distribution, that of the standard deviation of "
    "differences from chi-square.",
    summary=("mean change", "difference in means", "mean"),
    references=(
        Reference(
            "Student. The probable error of a mean. Biometrika 1908;6:1-25.", "10.1093/biomet/6.1.1"
        ),
    ),
)
