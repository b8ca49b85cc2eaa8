"""The analysis `risk_difference`."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import responder_tail
from dermoutcomes_proportions.arms import RESPONDERS, Arms
from dermoutcomes_proportions.comparison_rows import MEASURED, over_arms
from dermoutcomes_proportions.difference_intervals import DIFFERENCE, unpooled_variance
from dermoutcomes_proportions.difference_score import difference_score
from dermoutcomes_proportions.margin_tests import MARGIN_TERMS, against_margin
from dermoutcomes_proportions.power import TWO_PROPORTIONS_POWER
from dermoutcomes_proportions.two_arm_tests import TESTS, test_rows

__all__ = ["MIETTINEN_NURMINEN", "NEWCOMBE", "RISK_DIFFERENCE", "RiskDifferenceOptions"]

TERM = "risk_difference"
NEWCOMBE = Reference(
    "Newcombe RG. Interval estimation for the difference between independent proportions: "
    "comparison of eleven methods. Stat Med 1998;17:873-890.",
    "10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
)
MIETTINEN_NURMINEN = Reference(
    "Miettinen O, Nurminen M. Comparative analysis of two rates. Stat Med 1985;4:213-226.",
    "10.1002/sim.4780040211",
)


@frozen
class RiskDifferenceOptions:
    """Which interval, and which test goes with it."""

    interval: str = option(
        "newcombe",
        "Newcombe's hybrid of two Wilson intervals covers near what it says also in small arms "
        "and needs no search; the score intervals (miettinen_nurminen; mee, without its factor; "
        "gart_nam, corrected for skewness) belong to the score test; the others are for "
        "comparison with older reports.",
        choices=tuple(DIFFERENCE),
    )
    test: str = option(
        "chi_square",
        "Pearson's chi-square, without correction, agrees with the interval; miettinen_nurminen "
        "is the score test that its interval inverts; Yates' correction and Fisher's exact test "
        "never reject too often, and more rarely than they could.",
        choices=TESTS,
    )


def run(task: Task, options: RiskDifferenceOptions) -> Iterator[Stat]:
    """Each comparison's difference of responder proportions, the first arm minus the second."""
    yield from over_arms(task, TERM, lambda arms: _difference_rows(task, arms, options))


def _difference_rows(task: Task, arms: Arms, options: RiskDifferenceOptions) -> Iterator[Stat]:
    (x1, x2), (n1, n2) = arms.events, arms.n
    low, high = DIFFERENCE[options.interval](arms.events, arms.n, task.confidence)
    yield from arms.template.rows(
        TERM,
        estimate=x1 / n1 - x2 / n2,
        std_error=sqrt(unpooled_variance(arms.events, arms.n)),
        conf_low=low,
        conf_high=high,
        conf_level=task.confidence,
    )
    yield from test_rows(arms, TERM, options.test, responder_tail(task))
    margin = task.comparisons[arms.comparison].margin
    if margin is not None:
        yield from against_margin(
            arms.template,
            margin,
            lambda difference: difference_score(arms.events, arms.n, difference),
        )


RISK_DIFFERENCE = Analysis(
    "risk_difference",
    "Difference of responder proportions",
    run,
    terms=(
        RESPONDERS,
        Term(
            TERM,
            "Risk difference",
            ("n", "n_missing", *MEASURED),
            scale="difference",
            unit="share",
            null=0.0,
            tail="better",
            # Agresti and Caffo's interval is about a difference that is shrunk.
            interval_beside=True,
        ),
        *MARGIN_TERMS,
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    power=TWO_PROPORTIONS_POWER,
    oriented=True,
    summary=("difference in proportions",),
    options=RiskDifferenceOptions,
    method="Proportions of responders were compared between arms by their difference with its "
    "{interval} interval and the {test} test; where a margin was stated, non-inferiority "
    "was tested by the score test at the margin.",
    references=(
        NEWCOMBE,
        MIETTINEN_NURMINEN,
        Reference(
            "Farrington CP, Manning G. Test statistics and sample size formulae for comparative "
            "binomial trials with null hypothesis of non-zero risk difference or non-unity "
            "relative risk. Stat Med 1990;9:1447-1454.",
            "10.1002/sim.4780091208",
        ),
    ),
)
