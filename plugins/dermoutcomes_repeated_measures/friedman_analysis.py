"""The analysis `friedman`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes_repeated_measures.friedman_test import Friedman, friedman
from dermoutcomes_repeated_measures.occasions import Occasion
from dermoutcomes_repeated_measures.signed_rank import signed_rank
from dermoutcomes_repeated_measures.step_down import ADJUSTMENTS, adjusted
from dermoutcomes_repeated_measures.value_block import Layout, layout

if TYPE_CHECKING:
    import numpy as np

__all__ = ["FRIEDMAN", "FriedmanOptions"]

TERM, FDIST, W, W_RAW, RANK, PAIR = (
    "friedman",
    "iman_davenport",
    "kendall_w",
    "kendall_w_uncorrected",
    "mean_rank",
    "signed_rank",
)
TEST, F_TEST = ("statistic", "df", "p_value"), ("statistic", "df_num", "df_den", "p_value")
POSTHOC = ("n", "statistic", "p_value", "p_adjusted")


@frozen
class FriedmanOptions:
    """Which visits, and which of them are set against each other afterwards."""

    visits: tuple[str, ...] = option((), "Visits that enter; all that have values unless stated.")
    posthoc: str = option(
        "against_first",
        "Pairs of visits compared by signed-rank tests: each later one with the first, all, or "
        "none.",
        choices=("against_first", "all_pairs", "none"),
    )
    adjust: str = option(
        "holm",
        "Adjustment of the p-values of these pairs for their number.",
        choices=tuple(ADJUSTMENTS),
    )


def run(task: Task, options: FriedmanOptions) -> Iterator[Stat]:
    """Friedman's test over visits, in each arm of a parallel design.

    With mean ranks, Kendall's W and pairs of visits.
    """
    block = layout(task, None, options.visits)
    yield from _row(task, block, None, len(block.subjects)).rows("subjects", n_missing=block.lost)
    arms: list[str | None] = (
        [arm for arm in task.arms if arm in block.arms] if task.design == "parallel" else []
    )
    for arm in arms or [None]:
        values = (block.of_arm(arm) if arm else block.values)[:, 0, :]
        yield from _group_rows(block, values, _row(task, block, arm, len(values)), options)


def _group_rows(
    block: Layout, values: np.ndarray, template: Stat, options: FriedmanOptions
) -> Iterator[Stat]:
    yield from template.rows("subjects", n=len(values))
    problem = _problem(block, values)
    if problem:
        yield from _failed_rows(template, *problem)
        return
    try:
        yield from _overall_rows(block, friedman(values), template)
    except ValueError:
        yield from _failed_rows(
            template,
            "no_variance",
            "No subject's values differ between visits, so there is nothing to rank.",
        )
    else:
        yield from _pair_rows(block, values, template, options)


def _problem(block: Layout, values: np.ndarray) -> tuple[str, str] | None:
    if not len(values):
        return "no_data", "No subject has a value at every visit."
    if len(block.occasions) < 2:
        return "one_level", "There is one visit only, so there is nothing to rank."
    return ("too_few", "One subject's ranks cannot be tested.") if len(values) < 2 else None


def _failed_rows(template: Stat, code: str, sentence: str) -> Iterator[Stat]:
    for term, stats in ((TERM, TEST), (W, ("estimate",)), (W_RAW, ("estimate",)), (FDIST, F_TEST)):
        yield from (
            row.failed(code, sentence) for row in template.rows(term, **dict.fromkeys(stats))
        )


def _overall_rows(block: Layout, result: Friedman, template: Stat) -> Iterator[Stat]:
    yield from template.rows(
        TERM, statistic=result.chi_square, df=result.df, p_value=result.p_value
    )
    plain = evolve(template, unit="")
    yield from plain.rows(W, estimate=result.w)
    yield from plain.rows(W_RAW, estimate=result.w_uncorrected)
    if result.f is None or result.f_p is None:
        yield from (
            row.failed("boundary", "All subjects rank the visits alike, which makes F infinite.")
            for row in template.rows(FDIST, **dict.fromkeys(F_TEST))
        )
    else:
        yield from template.rows(
            FDIST,
            statistic=result.f,
            df_num=result.f_df[0],
            df_den=result.f_df[1],
            p_value=result.f_p,
        )
    for occasion, rank in zip(block.occasions, result.mean_ranks, strict=True):
        yield from evolve(plain, visit=occasion.visit, level=occasion.timepoint).rows(
            RANK, mean=rank
        )


def _pair_rows(
    block: Layout, values: np.ndarray, template: Stat, options: FriedmanOptions
) -> Iterator[Stat]:
    """Signed-rank tests of pairs of visits, with p-values adjusted for their number."""
    p_of_pair = {
        "against_first": [(0, later) for later in range(1, len(block.occasions))],
        "none": [],
        "all_pairs": list(combinations(range(len(block.occasions)), 2)),
    }[options.posthoc]
    tests = [signed_rank(values[:, later], values[:, earlier]) for earlier, later in p_of_pair]
    ps = adjusted([test.p_value if test else None for test in tests], options.adjust)
    for (earlier, later), test, p in zip(p_of_pair, tests, ps, strict=True):
        row = _pair(template, block.occasions[later], block.occasions[earlier])
        if test is None:
            yield from row.rows(PAIR, n=0)
            yield from (
                failed.failed("all_zero", "Nobody's value differs between the two.")
                for failed in row.rows(PAIR, **dict.fromkeys(POSTHOC[1:]))
            )
        else:
            yield from row.rows(PAIR, n=test.n, statistic=test.v, p_value=test.p_value)
            yield from evolve(row, text=options.adjust).rows(PAIR, p_adjusted=p)


def _pair(template: Stat, later: Occasion, earlier: Occasion) -> Stat:
    level = (
        f"{later.timepoint or ''} - {earlier.timepoint or ''}"
        if later.timepoint or earlier.timepoint
        else None
    )
    return evolve(template, visit=later.visit, reference_visit=earlier.visit, level=level)


def _row(task: Task, block: Layout, arm: str | None, n: int) -> Stat:
    warnings = []
    if block.lost:
        warnings.append(
            f"listwise: {block.lost} of {block.lost + len(block.subjects)} subjects lack a value "
            "somewhere and are left out altogether."
        )
    if block.averaged:
        warnings.append(
            f"averaged: {block.averaged} values are means of several records of a subject and "
            "visit."
        )
    return Stat(
        "n",
        group=arm,
        unit=task.unit,
        n_subjects=n,
        n_records=n * len(block.occasions),
        warning=" ".join(warnings) or None,
    )


FRIEDMAN = Analysis(
    "friedman",
    "Friedman's test",
    run,
    terms=(
        Term("subjects", "Subjects", ("n", "n_missing"), scale="count"),
        Term(TERM, "Friedman test", TEST, scale="test", letter="χ²"),
        Term(W, "Kendall W", ("estimate",), scale="index"),
        Term(W_RAW, "Kendall W, not corrected for ties", ("estimate",), scale="index"),
        Term(FDIST, "Iman–Davenport test", F_TEST, scale="test", letter="F"),
        Term(RANK, "Mean rank", ("mean",), scale="value"),
        Term(PAIR, "Signed rank", POSTHOC, scale="test"),
    ),
    kinds=("continuous", "ordinal"),
    dependence="clustered",
    options=FriedmanOptions,
    method="Visits were compared by Friedman's test, corrected for ties, on subjects with a value "
    "at every visit; agreement of their ranks is Kendall's W. Pairs of visits (posthoc: "
    "{posthoc}) were compared by Wilcoxon's signed-rank test in its normal approximation "
    "with continuity correction, adjusted for their number (adjustment: {adjust}).",
    references=(
        Reference(
            "Friedman M. The use of ranks to avoid the assumption of normality implicit in the "
            "analysis of variance. J Am Stat Assoc 1937;32:675-701.",
            "10.1080/01621459.1937.10503522",
        ),
        Reference(
            "Kendall MG, Babington Smith B. The problem of m rankings. Ann Math Stat "
            "1939;10:275-287.",
            "10.1214/aoms/1177732186",
        ),
        Reference(
            "Iman RL, Davenport JM. Approximations of the critical region of the Friedman "
            "statistic. Commun Stat Theory Methods 1980;9:571-595.",
            "10.1080/03610928008827904",
        ),
        Reference(
            "Wilcoxon F. Individual comparisons by ranking methods. Biometrics Bull 1945;1:80-83.",
            "10.2307/3001968",
        ),
    ),
)
