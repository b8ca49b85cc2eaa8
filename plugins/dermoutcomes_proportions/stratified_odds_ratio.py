"""The analysis `stratified_odds_ratio`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import responder_tail
from dermoutcomes_proportions.arms import RESPONDERS, Arms
from dermoutcomes_proportions.comparison_rows import MEASURED
from dermoutcomes_proportions.homogeneity import breslow_day
from dermoutcomes_proportions.mantel_haenszel import pooled_logit, pooled_odds_ratio
from dermoutcomes_proportions.ratio_intervals import log_interval
from dermoutcomes_proportions.ratio_rows import ratio_rows
from dermoutcomes_proportions.strata_rows import (
    HETEROGENEITY,
    heterogeneity_rows,
    mantel_haenszel_rows,
    over_strata,
    stratified_template,
)

__all__ = ["STRATIFIED_ODDS_RATIO", "StratifiedOddsOptions"]

TERM = "odds_ratio"


@frozen
class StratifiedOddsOptions:
    """Which pooled odds ratio, and whether its test is corrected."""

    estimator: str = option(
        "mantel_haenszel",
        "Mantel and Haenszel's, with the variance of Robins, Breslow and Greenland, holds in "
        "sparse strata; logit is the mean of log odds ratios weighted by their precision.",
        choices=("mantel_haenszel", "logit"),
    )
    continuity: bool = option(
        False,
        "Continuity correction of the Mantel-Haenszel test: it agrees less with the interval.",
    )


def run(task: Task, options: StratifiedOddsOptions) -> Iterator[Stat]:
    """Each comparison's common odds ratio over the strata of the endpoint.

    The first arm over the second.
    """
    yield from over_strata(task, TERM, lambda arms: _ratio_rows(task, arms, options))


def _ratio_rows(task: Task, arms: Arms, options: StratifiedOddsOptions) -> Iterator[Stat]:
    template = stratified_template(task, arms)
    ratio = (pooled_logit if options.estimator == "logit" else pooled_odds_ratio)(arms.strata)
    yield from ratio_rows(
        template, TERM, ratio, log_interval(ratio, task.confidence), task.confidence
    )
    yield from mantel_haenszel_rows(
        template, TERM, arms.strata, responder_tail(task), continuity=options.continuity
    )
    yield from heterogeneity_rows(template, "breslow_day", breslow_day(arms.strata))
    yield from heterogeneity_rows(
        template, "breslow_day_tarone", breslow_day(arms.strata, tarone=True)
    )


STRATIFIED_ODDS_RATIO = Analysis(
    "stratified_odds_ratio",
    "Common odds ratio of responders over strata",
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
        Term(
            "breslow_day",
            "Breslow–Day test of one odds ratio",
            HETEROGENEITY,
            scale="test",
            letter="χ²",
        ),
        Term(
            "breslow_day_tarone",
            "Breslow–Day test, Tarone's correction",
            HETEROGENEITY,
            scale="test",
            letter="χ²",
        ),
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    oriented=True,
    summary=("odds ratio",),
    adjusts="strata",
    options=StratifiedOddsOptions,
    method="Odds of responding were compared between arms by the {estimator} common odds ratio "
    "over strata and the Mantel-Haenszel test (continuity correction: {continuity}); that "
    "it is common was tested as Breslow and Day proposed, and with Tarone's correction.",
    references=(
        Reference(
            "Robins J, Breslow N, Greenland S. Estimators of the Mantel-Haenszel variance "
            "consistent in both sparse data and large-strata limiting models. Biometrics "
            "1986;42:311-323.",
            "10.2307/2531052",
        ),
        Reference(
            "Breslow NE, Day NE. Statistical methods in cancer research, vol. 1. Lyon: IARC; 1980."
        ),
        Reference(
            "Tarone RE. On heterogeneity tests based on efficient scores. Biometrika "
            "1985;72:91-95.",
            "10.1093/biomet/72.1.91",
        ),
    ),
)
