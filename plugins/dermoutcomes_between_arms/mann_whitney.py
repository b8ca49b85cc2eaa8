"""The analysis `mann_whitney`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import Tail, arm_sizes, failed_rows, tail_of, with_warning
from dermoutcomes_between_arms.hodges_lehmann import Shift, by_moses, by_order, by_root
from dermoutcomes_between_arms.power import MANN_WHITNEY_POWER
from dermoutcomes_between_arms.rank_sums import (
    EXACT_BELOW,
    LARGEST_EXACT,
    RankSums,
    exact_p,
    normal_p,
    rank_sums,
)
from dermoutcomes_between_arms.two_arms import View, counted, p_value, views

__all__ = ["MANN_WHITNEY", "MannWhitneyOptions"]

TERM, MOSES, ROOT = "hodges_lehmann", "hodges_lehmann_moses", "hodges_lehmann_asymptotic"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
TEST = ("statistic", "p_value")


@frozen
class MannWhitneyOptions:
    """How the p-value is made."""

    method: str = option(
        "auto",
        "Exact given the observed ties, or the normal approximation; auto is exact while both "
        f"arms have fewer than {EXACT_BELOW} records.",
        choices=("auto", "exact", "asymptotic"),
    )
    continuity: bool = option(
        True,
        "Continuity correction of the normal approximation, in the test and in the asymptotic "
        "interval.",
    )


def run(task: Task, options: MannWhitneyOptions) -> Iterator[Stat]:
    """Each comparison's Hodges-Lehmann shift, the first arm minus the second.

    Its intervals, and the Mann-Whitney test.
    """
    for view in views(task):
        yield from counted(view, TERM)
        yield from arm_sizes(view.template, TERM, *view.records)
        if view.problem:
            yield from failed_rows(view.template, TERM, (*INTERVAL, *TEST), *view.problem)
        else:
            yield from _shift_rows(task, view, options)
            yield from _test_rows(task, view, options)


def _shift_rows(task: Task, view: View, options: MannWhitneyOptions) -> Iterator[Stat]:
    yield from _interval_rows(
        view, TERM, by_order(view.first, view.second, task.confidence), task.confidence
    )
    yield from _interval_rows(
        view, MOSES, by_moses(view.first, view.second, task.confidence), task.confidence
    )
    try:
        shift = by_root(view.first, view.second, task.confidence, continuity=options.continuity)
    except ValueError as error:
        yield from with_warning(view.template, f"no_variance: {str(error).capitalize()}.").rows(
            ROOT, **dict.fromkeys(INTERVAL)
        )
        return
    yield from _interval_rows(view, ROOT, shift, task.confidence)


def _interval_rows(view: View, term: str, shift: Shift, confidence: float) -> Iterator[Stat]:
    template = view.template
    if shift.level < confidence - 1e-9:
        sizes = f"{len(view.first)} and {len(view.second)} records"
        template = with_warning(
            template,
            f"level_not_reached: {100 * max(0.0, shift.level):.4g}% is the most that {sizes} can "
            "give.",
        )
    yield from template.rows(
        term,
        estimate=shift.estimate,
        conf_low=shift.conf_low,
        conf_high=shift.conf_high,
        conf_level=shift.level,
    )


def _test_rows(task: Task, view: View, options: MannWhitneyOptions) -> Iterator[Stat]:
    ranks, larger = rank_sums(view.first, view.second), max(len(view.first), len(view.second))
    yield from view.template.rows(TERM, statistic=ranks.u)
    exact = options.method == "exact" or (options.method == "auto" and larger < EXACT_BELOW)
    if exact and larger > LARGEST_EXACT:
        sentence = (
            f"The exact distribution is made for at most {LARGEST_EXACT} records an arm; the "
            "asymptotic one is as good here."
        )
        yield from failed_rows(view.template, TERM, ("p_value",), "too_large", sentence)
    elif ranks.variance <= 0:
        yield from failed_rows(
            view.template,
            TERM,
            ("p_value",),
            "no_variance",
            "All values are equal, so there is nothing to rank.",
        )
    else:
        p = _p(ranks, tail_of(task) or "two-sided", options, exact=exact)
        yield from p_value(task, view.template, TERM, p, "exact" if exact else "asymptotic")


def _p(ranks: RankSums, tail: Tail, options: MannWhitneyOptions, *, exact: bool) -> float:
    return (
        exact_p(ranks, tail) if exact else normal_p(ranks, tail, continuity=options.continuity)[1]
    )


MANN_WHITNEY = Analysis(
    "mann_whitney",
    "Mann-Whitney test",
    run,
    terms=(
        Term("arm", "Records by arm", ("n",), scale="count", place="size of arm"),
        Term(
            TERM,
            "Hodges–Lehmann shift",
            ("n", "n_missing", *INTERVAL, *TEST),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="U",
        ),
        Term(
            MOSES, "Hodges–Lehmann shift (Moses' limits)", INTERVAL, scale="difference", unit="data"
        ),
        Term(
            ROOT,
            "Hodges–Lehmann shift (asymptotic)",
            INTERVAL,
            scale="difference",
            unit="data",
            # Estimate and ends are roots of a step function, each found for itself.
            interval_beside=True,
        ),
    ),
    kinds=("continuous", "ordinal"),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=MANN_WHITNEY_POWER,
    options=MannWhitneyOptions,
    summary=("Hodges-Lehmann shift",),
    method="Two arms were compared with the Mann-Whitney (Wilcoxon rank-sum) test (method: "
    "{method}; continuity correction of the normal approximation: {continuity}); the shift "
    "is the Hodges-Lehmann estimate, the median of all differences between the arms, with "
    "the interval of their order statistics. As a statement about a shift it assumes "
    "distributions of one shape.",
    references=(
        Reference(
            "Mann HB, Whitney DR. On a test of whether one of two random variables is "
            "stochastically larger than the other. Ann Math Stat 1947;18:50-60.",
            "10.1214/aoms/1177730491",
        ),
        Reference(
            "Hodges JL, Lehmann EL. Estimates of location based on rank tests. Ann Math Stat "
            "1963;34:598-611.",
            "10.1214/aoms/1177704172",
        ),
        Reference(
            "Moses LE. Confidence limits from rank tests. Technometrics 1965;7:257-260.",
            "10.1080/00401706.1965.10490253",
        ),
        Reference(
            "Streitberg B, Röhmel J. Exact distributions for permutation and rank tests: an "
            "introduction to some recently published algorithms. Stat Softw Newsl 1986;12:10-17."
        ),
    ),
)
