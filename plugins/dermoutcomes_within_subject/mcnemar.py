"""The analysis `mcnemar`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isfinite

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import Tail, failed_rows, responder_tail
from dermoutcomes_within_subject.discordance import (
    Table,
    asymptotic,
    conditional_odds_ratio,
    exact_p,
    mid_p,
    table_of,
)
from dermoutcomes_within_subject.paired_proportions import INTERVALS, difference, standard_error
from dermoutcomes_within_subject.power import MCNEMAR_POWER
from dermoutcomes_within_subject.randomisation import said_of_sides
from dermoutcomes_within_subject.responses import PairedResponses, paired_responses

__all__ = ["MCNEMAR", "McNemarOptions"]

TERM, ODDS = "risk_difference", "conditional_odds_ratio"
CELLS = ("both_respond", "first_only_responds", "second_only_responds", "neither_responds")
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
TESTS = {
    "exact": "exact_test",
    "mid_p": "mid_p_test",
    "asymptotic": "asymptotic_test",
    "continuity": "continuity_corrected_test",
}


@frozen
class McNemarOptions:
    """Which test decides and which interval is made; every test is printed."""

    test: str = option(
        "exact",
        "The exact test never rejects more often than alpha; the mid-p test comes nearer to "
        "alpha; the asymptotic one, with or without continuity correction, is what most programs "
        "print first.",
        choices=tuple(TESTS),
    )
    interval: str = option(
        "newcombe",
        "Newcombe's method 10 covers well from small samples on and never leaves -1 to 1; Tango's "
        "inverts the score test; Wald's is kept for comparison.",
        choices=tuple(INTERVALS),
    )


def run(task: Task, options: McNemarOptions) -> Iterator[Stat]:
    """Each comparison's paired table, the difference of its proportions.

    Its tests and the odds ratio of discordant pairs.
    """
    for pairs in paired_responses(task):
        table = table_of(pairs.first, pairs.second)
        label = said_of_sides(task) if pairs.template.group else None
        template = evolve(pairs.template, n_subjects=table.n, n_records=2 * table.n, label=label)
        yield from template.rows(TERM, n=table.n)
        if table.n:
            yield from _count_rows(template, table)
            yield from _difference_rows(task, template, table, options)
            yield from _test_rows(task, template, table)
            yield from _odds_rows(task, template, table)
        else:
            yield from _failed_rows(template, pairs)


def _failed_rows(template: Stat, pairs: PairedResponses) -> Iterator[Stat]:
    code, _, sentence = (pairs.problem or "no_data: No subject has both answers.").partition(": ")
    for term, stats in (
        (TERM, (*INTERVAL, "std_error", "p_value")),
        (ODDS, INTERVAL),
        *((term, ("p_value",)) for term in TESTS.values()),
    ):
        yield from failed_rows(template, term, stats, code, sentence)


def _count_rows(template: Stat, table: Table) -> Iterator[Stat]:
    for term, number in zip(CELLS, table, strict=True):
        yield from template.rows(
            term, n_with_event=number, denominator=table.n, percent=100 * number / table.n
        )


def _difference_rows(
    task: Task, template: Stat, table: Table, options: McNemarOptions
) -> Iterator[Stat]:
    low, high = INTERVALS[options.interval](table, task.confidence)
    yield from template.rows(
        TERM,
        estimate=difference(table),
        std_error=standard_error(table),
        conf_low=low,
        conf_high=high,
        conf_level=task.confidence,
    )
    p = _p_value_rows(table, options.test, responder_tail(task))[1]
    yield from evolve(
        template, text=f"{responder_tail(task)}, {options.test.replace('_', '-')}"
    ).rows(TERM, p_value=p)


def _test_rows(task: Task, template: Stat, table: Table) -> Iterator[Stat]:
    for test, term in TESTS.items():
        statistic, p = _p_value_rows(table, test, responder_tail(task))
        if statistic is not None:
            yield from template.rows(term, statistic=statistic, df=1)
        yield from evolve(template, text=responder_tail(task)).rows(term, p_value=p)


def _p_value_rows(table: Table, test: str, tail: Tail) -> tuple[float | None, float]:
    """Statistic (None for the exact tests) and p.

    Without a discordant pair nothing speaks against equality, and p is 1.
    """
    exact: dict[str, Callable[[Table, Tail], float]] = {"exact": exact_p, "mid_p": mid_p}
    if test in exact:
        return None, exact[test](table, tail)
    if not table.discordant:
        return None, 1.0
    chi2, p = asymptotic(table, continuity=test == "continuity")
    if tail == "two-sided":
        return chi2, p
    towards = (table.first_only > table.second_only) == (tail == "greater")
    return chi2, p / 2 if towards else 1 - p / 2


def _odds_rows(task: Task, template: Stat, table: Table) -> Iterator[Stat]:
    ratio = conditional_odds_ratio(table, task.confidence)
    if ratio.estimate is None:
        yield from failed_rows(
            template,
            ODDS,
            INTERVAL,
            "no_discordant_pair",
            "In every pair both respond or neither does.",
        )
        return
    yield from template.rows(ODDS, conf_level=task.confidence)
    unbounded = evolve(
        template,
        warning="boundary: One of the two numbers of discordant pairs is 0, so the ratio has no "
        "upper bound.",
    )
    for stat in INTERVAL[:3]:
        value = getattr(ratio, stat)
        yield from (
            template.rows(ODDS, **{stat: value})
            if isfinite(value)
            else unbounded.rows(ODDS, **{stat: None})
        )


MCNEMAR = Analysis(
    "mcnemar",
    "McNemar's test",
    run,
    terms=(
        Term(
            TERM,
            "Risk difference",
            ("n", *INTERVAL, "std_error", "p_value"),
            scale="difference",
            unit="share",
            null=0.0,
            tail="better",
        ),
        Term(
            "both_respond",
            "Both respond",
            ("n_with_event", "denominator", "percent"),
            scale="proportion",
        ),
        Term(
            "first_only_responds",
            "First only responds",
            ("n_with_event", "denominator", "percent"),
            scale="proportion",
        ),
        Term(
            "second_only_responds",
            "Second only responds",
            ("n_with_event", "denominator", "percent"),
            scale="proportion",
        ),
        Term(
            "neither_responds",
            "Neither responds",
            ("n_with_event", "denominator", "percent"),
            scale="proportion",
        ),
        Term(ODDS, "Conditional odds ratio", INTERVAL, scale="ratio"),
        Term("exact_test", "Exact test", ("statistic", "df", "p_value"), scale="test"),
        Term("mid_p_test", "Mid-P test", ("statistic", "df", "p_value"), scale="test"),
        Term(
            "asymptotic_test",
            "Chi-square test",
            ("statistic", "df", "p_value"),
            scale="test",
            letter="χ²",
        ),
        Term(
            "continuity_corrected_test",
            "Chi-square test with continuity correction",
            ("statistic", "df", "p_value"),
            scale="test",
            letter="χ²",
        ),
    ),
    kinds=("binary",),
    designs=("single-arm", "within-subject", "crossover"),
    needs="comparison",
    decides=TERM,
    power=MCNEMAR_POWER,
    oriented=True,
    dependence="paired",
    summary=("difference in proportions",),
    options=McNemarOptions,
    method="Responders of the same subjects were compared with McNemar's test ({test}); the "
    "difference of the paired proportions has a {interval} interval, the odds ratio of "
    "discordant pairs an exact one.",
    references=(
        Reference(
            "McNemar Q. Note on the sampling error of the difference between correlated "
            "proportions or percentages. Psychometrika 1947;12:153-157.",
            "10.1007/BF02295996",
        ),
        Reference(
            "Newcombe RG. Improved confidence intervals for the difference between binomial "
            "proportions based on paired data. Stat Med 1998;17:2635-2650.",
            "10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C",
        ),
        Reference(
            "Tango T. Equivalence test and confidence interval for the difference in proportions "
            "for the paired-sample design. Stat Med 1998;17:891-908.",
            "10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
        ),
        Reference(
            "Fagerland MW, Lydersen S, Laake P. The McNemar test for binary matched-pairs data: "
            "mid-p and asymptotic are better than exact conditional. BMC Med Res Methodol "
            "2013;13:91.",
            "10.1186/1471-2288-13-91",
        ),
    ),
)
