"""The analysis `odds_ratio`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import failed_rows, responder_tail
from dermoutcomes_proportions.arms import RESPONDERS, Arms, arms_of
from dermoutcomes_proportions.comparison_rows import over_arms
from dermoutcomes_proportions.conditional_odds import (
    conditional_odds_ratio,
    exact_odds_ratio_interval,
)
from dermoutcomes_proportions.intervals import Interval
from dermoutcomes_proportions.power import TWO_PROPORTIONS_POWER
from dermoutcomes_proportions.ratio_intervals import Ratio, log_interval, odds_ratio
from dermoutcomes_proportions.ratio_rows import ratio_rows
from dermoutcomes_proportions.ratio_scores import odds_ratio_gart, odds_ratio_score
from dermoutcomes_proportions.risk_difference import MIETTINEN_NURMINEN
from dermoutcomes_proportions.two_arm_tests import TESTS, test_rows

__all__ = ["ODDS_RATIO", "OddsRatioOptions"]

TERM, CONDITIONAL = "odds_ratio", "conditional_odds_ratio"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
MEASURED = (*INTERVAL, "std_error", "statistic", "p_value")


@frozen
class OddsRatioOptions:
    """Which interval, and which test goes with it."""

    interval: str = option(
        "miettinen_nurminen",
        "The score interval is defined for every table; gart corrects its score for bias; woolf "
        "is the usual one of older reports, and needs no empty cell.",
        choices=("miettinen_nurminen", "gart", "woolf"),
    )
    test: str = option(
        "chi_square", "As for the difference: equal odds are equal proportions.", choices=TESTS
    )


def run(task: Task, options: OddsRatioOptions) -> Iterator[Stat]:
    """Each comparison's ratio of odds of responding, the first arm over the second.

    Beside it the one given the margins.
    """
    yield from over_arms(task, TERM, lambda arms: _ratio_rows(task, arms, options))
    for arms in arms_of(task):
        yield from _conditional_rows(task, arms)


def _ratio_rows(task: Task, arms: Arms, options: OddsRatioOptions) -> Iterator[Stat]:
    ratio = odds_ratio(arms.events, arms.n)
    yield from ratio_rows(
        arms.template,
        TERM,
        ratio,
        _interval(arms, task.confidence, options.interval),
        task.confidence,
    )
    yield from test_rows(arms, TERM, options.test, responder_tail(task))


def _conditional_rows(task: Task, arms: Arms) -> Iterator[Stat]:
    """The odds ratio given the margins of the table, with its exact interval."""
    if arms.empty:
        yield from failed_rows(arms.template, CONDITIONAL, INTERVAL, "one_arm_empty", arms.empty)
        return
    if sum(arms.events) in (0, sum(arms.n)):
        yield from failed_rows(
            arms.template,
            CONDITIONAL,
            INTERVAL,
            "no_events",
            "Given the margins there is one table only: nobody, or everybody, responded.",
        )
        return
    exact = exact_odds_ratio_interval(arms.events, arms.n, task.confidence)
    yield from ratio_rows(
        arms.template,
        CONDITIONAL,
        Ratio(conditional_odds_ratio(arms.events, arms.n), None),
        exact,
        task.confidence,
    )


def _interval(arms: Arms, confidence: float, name: str) -> Interval | None:
    if name == "woolf":
        return log_interval(odds_ratio(arms.events, arms.n), confidence)
    return (odds_ratio_gart if name == "gart" else odds_ratio_score)(
        arms.events, arms.n, confidence
    )


ODDS_RATIO = Analysis(
    "odds_ratio",
    "Odds ratio of responders",
    run,
    terms=(
        RESPONDERS,
        Term(
            TERM,
            "Odds ratio",
            ("n", "n_missing", *MEASURED),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="z",
        ),
        Term(CONDITIONAL, "Conditional odds ratio", INTERVAL, scale="ratio"),
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=TWO_PROPORTIONS_POWER,
    oriented=True,
    summary=("odds ratio",),
    options=OddsRatioOptions,
    method="Odds of responding were compared between arms by their ratio with its {interval} "
    "interval and the {test} test; the conditional odds ratio has the exact interval that "
    "belongs to Fisher's test.",
    references=(
        MIETTINEN_NURMINEN,
        Reference(
            "Woolf B. On estimating the relation between blood group and disease. Ann Hum Genet "
            "1955;19:251-253.",
            "10.1111/j.1469-1809.1955.tb01348.x",
        ),
        Reference(
            "Gart JJ. Analysis of the common odds ratio: corrections for bias and skewness. Bull "
            "Int Stat Inst 1985;45:175-176."
        ),
        Reference(
            "Cornfield J. A statistical problem arising from retrospective studies. Proc Third "
            "Berkeley Symp 1956;4:135-148."
        ),
    ),
)
