"""The analysis `kruskal_wallis`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import arm_sizes, failed_rows
from dermoutcomes_between_arms.kruskal import KruskalWallis, adjusted, dunn, kruskal_wallis
from dermoutcomes_between_arms.two_arms import View, counted, p_value, views

if TYPE_CHECKING:
    from dermoutcomes_between_arms.kruskal import Dunn

__all__ = ["KRUSKAL_WALLIS", "KruskalWallisOptions"]

TERM, PAIR, DUNN = "kruskal_wallis", "dunn_pair", "dunn"
OVERALL = ("statistic", "df", "p_value")
TEST = ("estimate", "std_error", "statistic", "p_value")


@frozen
class KruskalWallisOptions:
    """How the comparisons after the overall test are adjusted."""

    adjustment: str = option(
        "holm",
        "Adjustment of Dunn's p-values for their number; the unadjusted ones are printed beside "
        "them.",
        choices=("none", "bonferroni", "sidak", "holm", "hochberg", "bh"),
    )
    among: str = option(
        "comparisons",
        "Their number: that of the endpoint's comparisons at the visit, or of all pairs of arms "
        "(which are then printed too).",
        choices=("comparisons", "all pairs"),
    )


class Visit(NamedTuple):
    """The comparisons of one visit, and the outcomes of every arm with a record there."""

    template: Stat
    views: list[View]
    groups: Mapping[str, list[float]]


def run(task: Task, options: KruskalWallisOptions) -> Iterator[Stat]:
    """Each visit's overall test of all arms, and Dunn's comparisons of mean ranks.

    These are made for each comparison, and for each pair where that is asked for.
    """
    for visit in _visits(task):
        for view in visit.views:
            yield from (row for row in counted(view, DUNN) if row.term == DUNN)
            yield from arm_sizes(view.template, DUNN, *view.records)
        for arm, values in visit.groups.items():
            yield from evolve(
                visit.template, group=arm, n_subjects=None, n_records=len(values)
            ).rows("arm", n=len(values))
        try:
            overall = kruskal_wallis(visit.groups)
        except ValueError as error:
            code = "no_variance" if len(visit.groups) > 1 else "one_arm_empty"
            yield from _failed_rows(visit, code, f"{str(error).capitalize()}.")
            continue
        yield from visit.template.rows(
            TERM, statistic=overall.statistic, df=overall.df, p_value=overall.p_value
        )
        yield from visit.template.rows("epsilon_squared", estimate=overall.epsilon_squared)
        yield from _mean_rank_rows(visit, overall)
        yield from _comparison_rows(task, visit, overall, options)


def _visits(task: Task) -> Iterator[Visit]:
    by_visit: dict[tuple[str | None, str | None], list[View]] = {}
    for view in views(task):
        by_visit.setdefault((view.template.visit, view.template.reference_visit), []).append(view)
    for (visit, reference), views_of_visit in by_visit.items():
        groups = dict.fromkeys(
            (
                *task.arms,
                *(
                    str(arm)
                    for view in views_of_visit
                    for arm in (view.template.group, view.template.reference_group)
                ),
            )
        )
        values = {arm: _outcomes(task, arm, views_of_visit) for arm in groups}
        template = Stat(
            "n",
            visit=visit,
            reference_visit=reference,
            unit="",
            n_records=sum(map(len, values.values())),
            n_subjects=_subjects(task, views_of_visit[0], tuple(values)),
        )
        yield Visit(
            template,
            views_of_visit,
            {arm: values_of_arm for arm, values_of_arm in values.items() if values_of_arm},
        )


def _outcomes(task: Task, arm: str, views_of_visit: list[View]) -> list[float]:
    """The arm's outcomes at the visit of these comparisons, of which it may be none."""
    for view in views_of_visit:
        if arm == view.template.group:
            return view.first
        if arm == view.template.reference_group:
            return view.second
    return _frame(task, arm, views_of_visit[0])["outcome"].drop_nulls().to_list()


def _frame(task: Task, arm: str, view: View) -> pl.DataFrame:
    """The records of any arm at a comparison's visit, by a comparison of that arm with itself."""
    name = str(view.template.comparison)
    comparison = evolve(task.comparisons[name], arm=(arm, arm))
    return evolve(task, comparisons={name: comparison}).groups(name).first


def _subjects(task: Task, view: View, arms: tuple[str, ...]) -> int:
    return sum(_frame(task, arm, view)["subject"].n_unique() for arm in arms)


def _failed_rows(visit: Visit, code: str, sentence: str) -> Iterator[Stat]:
    yield from failed_rows(visit.template, TERM, OVERALL, code, sentence)
    for view in visit.views:
        yield from failed_rows(
            evolve(view.template, unit=""), DUNN, TEST, *(view.problem or (code, sentence))
        )


def _mean_rank_rows(visit: Visit, overall: KruskalWallis) -> Iterator[Stat]:
    for arm, value in overall.mean_ranks.items():
        yield from evolve(
            visit.template, group=arm, n_subjects=None, n_records=overall.sizes[arm]
        ).rows("rank", mean=value)


def _comparison_rows(
    task: Task, visit: Visit, overall: KruskalWallis, options: KruskalWallisOptions
) -> Iterator[Stat]:
    every = options.among == "all pairs"
    rows = {
        (str(view.template.group), str(view.template.reference_group)): evolve(
            view.template, unit=""
        )
        for view in visit.views
        if not view.problem
    }
    for pair, template in rows.items():
        yield from _pair_rows(task, template, DUNN, dunn(overall, *pair))
    for view in visit.views:
        if view.problem:
            yield from failed_rows(evolve(view.template, unit=""), DUNN, TEST, *view.problem)
    for pair in combinations(visit.groups, 2) if every else ():
        yield from _pair_rows(
            task,
            evolve(visit.template, group=pair[0], reference_group=pair[1]),
            PAIR,
            dunn(overall, *pair),
        )


def _pair_rows(task: Task, template: Stat, term: str, test: Dunn) -> Iterator[Stat]:
    yield from template.rows(
        term, estimate=test.estimate, std_error=test.std_error, statistic=test.statistic
    )
    yield from p_value(evolve(task, sided=2), template, term, test.p_value)


def conclude(stats: tuple[Stat, ...], _task: Task, options: KruskalWallisOptions) -> Iterator[Stat]:
    """The p-values of each visit's comparisons, adjusted for their number.

    A pair asked for twice counts once.
    """
    tests = [stat for stat in stats if stat.term in (DUNN, PAIR) and stat.stat == "p_value"]
    for visit in dict.fromkeys((stat.visit, stat.reference_visit) for stat in tests):
        tests_of_visit = [stat for stat in tests if (stat.visit, stat.reference_visit) == visit]
        p_values = {
            frozenset((stat.group, stat.reference_group)): stat.value
            for stat in tests_of_visit
            if stat.value is not None
        }
        adjusted_p = dict(
            zip(p_values, adjusted(list(p_values.values()), options.adjustment), strict=True)
        )
        for stat in tests_of_visit:
            yield evolve(
                stat,
                stat="p_adjusted",
                value=adjusted_p.get(frozenset((stat.group, stat.reference_group))),
            )


KRUSKAL_WALLIS = Analysis(
    "kruskal_wallis",
    "Kruskal-Wallis test",
    run,
    terms=(
        Term("arm", "Records by arm", ("n",), scale="count", place="size of arm"),
        Term(
            DUNN,
            "Difference of mean ranks (Dunn)",
            ("n", "n_missing", *TEST, "p_adjusted"),
            scale="difference",
            null=0.0,
            letter="z",
        ),
        Term(TERM, "Kruskal–Wallis test", OVERALL, scale="test", letter="H"),
        Term("epsilon_squared", "Epsilon-squared", ("estimate",), scale="index"),
        Term("rank", "Rank", ("mean",), scale="value"),
        Term(
            PAIR,
            "Difference of mean ranks (Dunn), all pairs",
            (*TEST, "p_adjusted"),
            scale="difference",
            null=0.0,
            letter="z",
        ),
    ),
    conclude=conclude,
    kinds=("continuous", "ordinal"),
    designs=("parallel",),
    needs="arm pair",
    decides=DUNN,
    options=KruskalWallisOptions,
    method="All arms were compared with the Kruskal-Wallis test, corrected for ties; two arms "
    "with Dunn's test of their mean ranks in the ranking of all arms (two-sided; "
    "adjustment of the printed adjusted p-values: {adjustment}, among {among}).",
    summary=("shift",),
    references=(
        Reference(
            "Kruskal WH, Wallis WA. Use of ranks in one-criterion variance analysis. J Am Stat "
            "Assoc 1952;47:583-621.",
            "10.1080/01621459.1952.10483441",
        ),
        Reference(
            "Dunn OJ. Multiple comparisons using rank sums. Technometrics 1964;6:241-252.",
            "10.1080/00401706.1964.10490181",
        ),
    ),
)
