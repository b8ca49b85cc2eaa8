"""What non-inferiority and equivalence share: what is compared with which margin, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from attrs import evolve, frozen

from dermoutcomes import Comparison, Stat, Task, Term, option
from dermoutcomes.stats import arm_sizes, failed_rows
from dermoutcomes_between_arms.against_margin import AgainstMargin, Compared, against
from dermoutcomes_between_arms.two_arms import views
from dermoutcomes_between_arms.two_means import TwoMeans

__all__ = [
    "ABOVE",
    "BELOW",
    "TERM",
    "Concluding",
    "MarginOptions",
    "concluding",
    "margin_rows",
    "margin_terms",
]

TERM, MARGIN, ABOVE, BELOW = "mean_difference", "margin", "above_lower_margin", "below_upper_margin"
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "df")
TEST = ("estimate", "std_error", "df", "statistic", "p_value")


def margin_terms(shown: str) -> tuple[Term, ...]:
    """The difference, whose stat `shown` says whether the claim is shown.

    The margin; both tests.
    """
    return (
        Term(
            TERM,
            "Mean difference",
            ("n", *INTERVAL, "p_value", shown),
            scale="difference",
            unit="data",
            null=0.0,
        ),
        Term(MARGIN, "Margin", ("estimate",), scale="value", unit="data"),
        Term(
            ABOVE,
            "Above lower margin",
            TEST,
            scale="difference",
            unit="data",
            margin="lower",
            tail="greater",
            letter="t",
        ),
        Term(
            BELOW,
            "Below upper margin",
            TEST,
            scale="difference",
            unit="data",
            margin="upper",
            tail="less",
            letter="t",
        ),
    )


@frozen
class MarginOptions:
    """How the standard error of two arms is made."""

    variances: str = option(
        "unequal",
        "Of two parallel arms: unequal (Welch) or equal (Student). Arms within a subject are "
        "paired.",
        choices=("unequal", "equal"),
    )


def margin_rows(
    task: Task,
    options: MarginOptions,
    one_sided_alpha: float,
    bounds: tuple[str, ...],
    problem: tuple[str, str] | None = None,
) -> Iterator[Stat]:
    """Each comparison's difference with its interval of level 1 - 2 alpha, and its one-sided tests.

    `bounds` are the terms of the tests (`ABOVE`, `BELOW`). A `problem`, as a code and a sentence,
    stands instead of every comparison that could be tested.
    """
    for name, comparison in task.comparisons.items():
        row, values = _values(task, name, comparison, options)
        row = evolve(row, label=comparison.margin_reason)
        if isinstance(values, Compared) and comparison.margin is None:
            values = "no_margin", f"The comparison {name!r} states no margin."
        margin = comparison.margin or 0.0
        result = (
            (problem or _estimate(values, margin, one_sided_alpha))
            if isinstance(values, Compared)
            else values
        )
        if not isinstance(result, AgainstMargin):
            yield from failed_rows(row, TERM, (*INTERVAL, "p_value"), *result)
            continue
        yield from _difference_rows(task, row, result)
        if ABOVE in bounds:
            yield from _test_rows(row, ABOVE, -margin, result.above)
        if BELOW in bounds:
            yield from _test_rows(row, BELOW, margin, result.below)


def _values(
    task: Task, name: str, comparison: Comparison, options: MarginOptions
) -> tuple[Stat, Compared | tuple[str, str]]:
    if not comparison.arm:
        visits = (*(comparison.visit or ()), None, None)
        template = Stat(
            "n", comparison=name, visit=visits[0], reference_visit=visits[1], unit=task.unit
        )
        return template, (
            "no_control",
            (
                "A change from before to after has no control that it could be compared with; name "
                "two arms."
            ),
        )
    if task.design == "parallel":
        view = next(iter(views(evolve(task, comparisons={name: comparison}))))
        return view.template, view.problem or Compared(view.first, view.second, options.variances)
    pairs = task.pairs(name)
    template = Stat(
        "n",
        comparison=name,
        visit=pairs.visit,
        reference_visit=pairs.reference_visit,
        group=pairs.group,
        reference_group=pairs.reference_group,
        unit="%" if task.analyse == "pct_change" else task.unit,
        n_subjects=pairs.frame["subject"].n_unique(),
        n_records=pairs.frame.height,
    )
    return template, Compared(pairs.frame["difference"].to_list(), None)


def _estimate(
    values: Compared, margin: float, one_sided_alpha: float
) -> AgainstMargin | tuple[str, str]:
    """The difference, its interval and both tests; or why not, as a code and a sentence."""
    try:
        return against(values, margin, one_sided_alpha)
    except ValueError as error:
        second = values.first if values.second is None else values.second
        too_few = min(len(values.first), len(second)) < 2
        return "too_few" if too_few else "no_variance", f"{str(error).capitalize()}."


def _difference_rows(task: Task, row: Stat, result: AgainstMargin) -> Iterator[Stat]:
    """The difference with its interval, and of parallel arms how many subjects each has."""
    difference = result.difference
    if task.design == "parallel":
        groups = task.groups(str(row.comparison))
        yield from arm_sizes(row, TERM, groups.first, groups.second)
    yield from row.rows(
        TERM,
        n=row.n_records,
        estimate=difference.estimate,
        std_error=difference.std_error,
        conf_low=difference.conf_low,
        conf_high=difference.conf_high,
        df=difference.df,
    )
    yield from evolve(row, text="two-sided; each limit is the bound of a one-sided test").rows(
        TERM, conf_level=result.level
    )


def _test_rows(row: Stat, term: str, bound: float, test: TwoMeans) -> Iterator[Stat]:
    """The bound, and the one-sided test of the difference against it."""
    yield from evolve(row, level="lower" if term == ABOVE else "upper").rows(MARGIN, estimate=bound)
    yield from row.rows(
        term, estimate=test.estimate, std_error=test.std_error, df=test.df, statistic=test.statistic
    )
    yield from evolve(row, text="greater" if term == ABOVE else "less").rows(
        term, p_value=test.p_value
    )


class Concluding(NamedTuple):
    """The finished p-values of a comparison's one-sided tests, by term.

    `template` is a row like them, `problem` what one lacks.
    """

    template: Stat
    p_values: dict[str, float]
    problem: str | None

    def rows(self, p_value: float, text: str, name: str, *, shown: bool) -> Iterator[Stat]:
        """The p-value that decides, and whether the claim is shown.

        An error where a test has none.
        """
        template = evolve(self.template, term=TERM, error=None, unit="")
        if self.problem:
            yield evolve(template, stat="p_value", value=None, text=None, error=self.problem)
            return
        yield evolve(template, stat="p_value", value=p_value, text=text)
        yield evolve(
            template, stat=name, value=float(shown), text="shown" if shown else "not shown"
        )


def concluding(stats: Iterable[Stat]) -> Iterator[Concluding]:
    """What the finished statistics say of each comparison that was tested."""
    by_comparison: dict[str | None, list[Stat]] = {}
    for stat in stats:
        if stat.term in (ABOVE, BELOW) and stat.stat == "p_value":
            by_comparison.setdefault(stat.comparison, []).append(stat)
    for rows in by_comparison.values():
        p_values = {str(row.term): row.value for row in rows if row.value is not None}
        yield Concluding(
            rows[0], p_values, next((row.error for row in rows if row.value is None), None)
        )
