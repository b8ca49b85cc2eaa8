"""The analysis `risk_ratio`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import responder_tail
from dermoutcomes_proportions.arms import RESPONDERS, Arms
from dermoutcomes_proportions.comparison_rows import MEASURED, over_arms
from dermoutcomes_proportions.intervals import Interval
from dermoutcomes_proportions.power import TWO_PROPORTIONS_POWER
from dermoutcomes_proportions.ratio_intervals import log_interval, risk_ratio
from dermoutcomes_proportions.ratio_rows import ratio_rows
from dermoutcomes_proportions.ratio_scores import koopman, risk_ratio_score
from dermoutcomes_proportions.risk_difference import MIETTINEN_NURMINEN
from dermoutcomes_proportions.two_arm_tests import TESTS, test_rows

__all__ = ["RISK_RATIO", "RiskRatioOptions"]

TERM = "risk_ratio"


@frozen
class RiskRatioOptions:
    """Which interval, and which test goes with it."""

    interval: str = option(
        "miettinen_nurminen",
        "The score interval is defined for every table; koopman is without its factor N / (N - "
        "1); log is the usual one of older reports, and needs events in both arms.",
        choices=("miettinen_nurminen", "koopman", "log"),
    )
    test: str = option(
        "chi_square", "As for the difference: equal proportions are one hypothesis.", choices=TESTS
    )


def run(task: Task, options: RiskRatioOptions) -> Iterator[Stat]:
    """Each comparison's ratio of responder proportions, the first arm over the second."""
    yield from over_arms(task, TERM, lambda arms: _ratio_rows(task, arms, options))


def _ratio_rows(task: Task, arms: Arms, options: RiskRatioOptions) -> Iterator[Stat]:
    ratio = risk_ratio(arms.events, arms.n)
    yield from ratio_rows(
        arms.template,
        TERM,
        ratio,
        _interval(arms, task.confidence, options.interval),
        task.confidence,
    )
    yield from test_rows(arms, TERM, options.test, responder_tail(task))


def _interval(arms: Arms, confidence: float, name: str) -> Interval | None:
    if name == "log":
        return log_interval(risk_ratio(arms.events, arms.n), confidence)
    return (koopman if name == "koopman" else risk_ratio_score)(arms.events, arms.n, confidence)


RISK_RATIO = Analysis(
    "risk_ratio",
    "Ratio of responder proportions",
    run,
    terms=(
        RESPONDERS,
        Term(
            TERM,
            "Risk ratio",
            ("n", "n_missing", *MEASURED),
            scale="ratio",
            null=1.0,
            tail="better",
        ),
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=TWO_PROPORTIONS_POWER,
    oriented=True,
    summary=("risk ratio",),
    options=RiskRatioOptions,
    method="Proportions of responders were compared between arms by their ratio with its "
    "{interval} interval and the {test} test.",
    references=(
        MIETTINEN_NURMINEN,
        Reference(
            "Koopman PAR. Confidence intervals for the ratio of two binomial proportions. "
            "Biometrics 1984;40:513-517.",
            "10.2307/2531405",
        ),
        Reference(
            "Katz D, Baptista J, Azen SP, Pike MC. Obtaining confidence intervals for the risk "
            "ratio in cohort studies. Biometrics 1978;34:469-474.",
            "10.2307/2530610",
        ),
    ),
)
