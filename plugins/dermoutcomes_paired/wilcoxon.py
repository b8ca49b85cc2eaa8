"""The analysis `wilcoxon_signed_rank`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, failed_rows, tail_of, with_warning
from dermoutcomes_paired.hodges_lehmann import Shift, by_order, by_root
from dermoutcomes_paired.pairs import View, views
from dermoutcomes_paired.power import SIGNED_RANK_POWER
from dermoutcomes_paired.signed_ranks import EXACT_UP_TO, exact_p, normal_p, signed_ranks

__all__ = ["WILCOXON", "WilcoxonOptions"]

TERM, ROOT, ZEROS = "hodges_lehmann", "hodges_lehmann_asymptotic", "zero_differences"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
TEST = ("statistic", "p_value")


@frozen
class WilcoxonOptions:
    """How p-values and ranks are made."""

    method: str = option(
        "auto",
        "Exact given the observed ties, or the normal approximation; auto is exact for at most "
        f"{EXACT_UP_TO} differences that are not zero.",
        choices=("auto", "exact", "asymptotic"),
    )
    zeros: str = option(
        "wilcox",
        "Zero differences are dropped before ranking (wilcox) or after it (pratt).",
        choices=("wilcox", "pratt"),
    )
    continuity: bool = option(True, "Continuity correction of the normal approximation.")


def run(task: Task, options: WilcoxonOptions) -> Iterator[Stat]:
    """Each comparison's Hodges-Lehmann estimate, its intervals, and Wilcoxon's signed-rank test."""
    for view in views(task):
        yield from view.template.rows(TERM, n=view.n, n_missing=view.missing)
        if view.n < 2:
            sentence = f"Ranks need at least two pairs; there {'is one' if view.n else 'are none'}."
            yield from failed_rows(
                view.template,
                TERM,
                (*INTERVAL, *TEST),
                "too_few" if view.n else "no_data",
                sentence,
            )
        else:
            yield from _estimate_rows(task, view, options)
            yield from _test_rows(task, view, options)


def _estimate_rows(task: Task, view: View, options: WilcoxonOptions) -> Iterator[Stat]:
    yield from _interval_rows(
        view.template, TERM, by_order(view.differences, task.confidence), task.confidence
    )
    try:
        yield from _interval_rows(
            view.template,
            ROOT,
            by_root(view.differences, task.confidence, continuity=options.continuity),
            task.confidence,
        )
    except ValueError as error:
        yield from with_warning(view.template, f"no_variance: {str(error).capitalize()}.").rows(
            ROOT, **dict.fromkeys(INTERVAL)
        )


def _interval_rows(template: Stat, term: str, shift: Shift, confidence: float) -> Iterator[Stat]:
    if shift.level <= 0:
        yield from template.rows(term, estimate=shift.estimate)
        yield from failed_rows(
            template,
            term,
            INTERVAL[1:],
            "no_interval",
            "There are too few pairs, or too few different values, for an interval at any level.",
        )
        return
    if shift.level < confidence - 1e-9:
        template = with_warning(
            template,
            f"level_not_reached: {100 * shift.level:.4g}% is the most that {template.n_records} "
            "pairs can give.",
        )
    yield from template.rows(
        term,
        estimate=shift.estimate,
        conf_low=shift.conf_low,
        conf_high=shift.conf_high,
        conf_level=min(confidence, shift.level),
    )


def _test_rows(task: Task, view: View, options: WilcoxonOptions) -> Iterator[Stat]:
    ranks, tail = (
        signed_ranks(view.differences, "pratt" if options.zeros == "pratt" else "wilcox"),
        tail_of(task),
    )
    yield from view.template.rows(ZEROS, n=ranks.zeros)
    if not ranks.n:
        yield from failed_rows(
            view.template,
            TERM,
            TEST,
            "all_zero",
            "Every difference is zero, so there is nothing to rank.",
        )
        return
    yield from view.template.rows(TERM, statistic=ranks.w_plus)
    if tail is None:
        yield from failed_rows(view.template, TERM, ("p_value",), *NO_DIRECTION)
        return
    exact = options.method == "exact" or (options.method == "auto" and ranks.n <= EXACT_UP_TO)
    p = exact_p(ranks, tail) if exact else normal_p(ranks, tail, continuity=options.continuity)[1]
    yield from evolve(view.template, text=f"{tail}, {'exact' if exact else 'asymptotic'}").rows(
        TERM, p_value=p
    )


WILCOXON = Analysis(
    "wilcoxon_signed_rank",
    "Wilcoxon signed-rank test",
    run,
    terms=(
        Term(
            TERM,
            "Hodges–Lehmann shift",
            ("n", "n_missing", *INTERVAL, *TEST),
            scale="difference",
            unit="data",
            null=0.0,
            tail="better",
            letter="V",
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
        Term(ZEROS, "Differences of zero", ("n",), scale="count"),
    ),
    kinds=("continuous", "ordinal"),
    needs="comparison",
    decides=TERM,
    dependence="paired",
    options=WilcoxonOptions,
    power=SIGNED_RANK_POWER,
    method="Differences within subjects were tested with Wilcoxon's signed-rank test (method: "
    "{method}; zeros: {zeros}); the shift is the Hodges-Lehmann estimate, the median of "
    "the Walsh averages, with the interval of their order statistics. The test assumes "
    "that differences are symmetric about their centre.",
    summary=("median change",),
    references=(
        Reference(
            "Wilcoxon F. Individual comparisons by ranking methods. Biometrics Bull 1945;1:80-83.",
            "10.2307/3001968",
        ),
        Reference(
            "Pratt JW. Remarks on zeros and ties in the Wilcoxon signed rank procedures. J Am "
            "Stat Assoc 1959;54:655-667.",
            "10.1080/01621459.1959.10501526",
        ),
        Reference(
            "Hodges JL, Lehmann EL. Estimates of location based on rank tests. Ann Math Stat "
            "1963;34:598-611.",
            "10.1214/aoms/1177704172",
        ),
        Reference(
            "Streitberg B, Röhmel J. Exact distributions for permutation and rank tests: an "
            "introduction to some recently published algorithms. Stat Softw Newsl 1986;12:10-17."
        ),
    ),
)
