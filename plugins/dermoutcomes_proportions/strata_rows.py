"""Rows that all stratified comparisons have.

What was left out, the Mantel-Haenszel test, homogeneity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import polars as pl
from attrs import evolve

from dermoutcomes import Stat, Task
from dermoutcomes.stats import arm_sizes, failed_rows, with_warning
from dermoutcomes_proportions.arms import Arms, arms_of, responder_rows
from dermoutcomes_proportions.comparison_rows import MEASURED
from dermoutcomes_proportions.counts import Tail
from dermoutcomes_proportions.homogeneity import Heterogeneity
from dermoutcomes_proportions.mantel_haenszel import Stratum, mantel_haenszel_test

__all__ = [
    "HETEROGENEITY",
    "heterogeneity_rows",
    "mantel_haenszel_rows",
    "over_strata",
    "stratified_template",
]

HETEROGENEITY = ("statistic", "df", "p_value")


def over_strata(task: Task, term: str, measure: Callable[[Arms], Iterator[Stat]]) -> Iterator[Stat]:
    """Each comparison.

    Its arms, its n, and the rows of `measure` over the strata, or why there are none.
    """
    for arms in arms_of(task):
        yield from responder_rows(arms)
        yield from arms.template.rows(term, n=sum(arms.n), n_missing=arms.missing)
        yield from arm_sizes(arms.template, term, *_in_common_strata(task, arms))
        if arms.empty:
            yield from failed_rows(arms.template, term, MEASURED, "one_arm_empty", arms.empty)
        elif not arms.strata:
            yield from failed_rows(
                arms.template,
                term,
                MEASURED,
                "no_common_stratum",
                "No stratum has records of both arms.",
            )
        else:
            yield from measure(arms)


def _in_common_strata(task: Task, arms: Arms) -> tuple[pl.DataFrame, ...]:
    """The records of both arms in strata that have both: those that the estimate rests on."""
    first, second = arms.records
    if not task.strata:
        return first, second
    strata = list(task.strata)
    return (
        first.join(second, on=strata, how="semi", nulls_equal=True),
        second.join(first, on=strata, how="semi", nulls_equal=True),
    )


def stratified_template(task: Task, arms: Arms) -> Stat:
    """The row, with how many strata there are, and what is left out.

    A stratum that lacks an arm is left out.
    """
    template = evolve(
        arms.template,
        label=f"{len(arms.strata)} strata of {', '.join(task.strata)}" if task.strata else None,
    )
    if arms.incomplete:
        template = with_warning(
            template,
            f"incomplete_strata: {arms.incomplete} records are in strata without one of the arms, "
            "and are left out.",
        )
    return template


def mantel_haenszel_rows(
    template: Stat, term: str, strata: Sequence[Stratum], tail: Tail, *, continuity: bool
) -> Iterator[Stat]:
    """The z of the Mantel-Haenszel test, and its p-value."""
    from scipy.special import ndtr

    z = mantel_haenszel_test(strata, continuity=continuity)
    if z is None:
        z = 0.0
        template = with_warning(
            template, "nothing_varies: In no stratum do some respond and some not."
        )
    yield from evolve(template, text=tail).rows(
        term, statistic=z, p_value=float(ndtr(-z) if tail == "greater" else 2 * ndtr(-abs(z)))
    )


def heterogeneity_rows(template: Stat, term: str, test: Heterogeneity | None) -> Iterator[Stat]:
    """Chi-square, degrees of freedom and p-value, or that there is nothing to compare."""
    if test is None or test.p_value is None:
        yield from failed_rows(
            template,
            term,
            HETEROGENEITY,
            "does_not_apply",
            "Fewer than two strata tell anything of the effect.",
        )
        return
    yield from template.rows(term, statistic=test.statistic, df=test.df, p_value=test.p_value)
