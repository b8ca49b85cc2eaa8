"""The analysis `stratified_risk_ratio`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import responder_tail
from dermoutcomes_proportions.arms import RESPONDERS, Arms
from dermoutcomes_proportions.comparison_rows import MEASURED
from dermoutcomes_proportions.mantel_haenszel import pooled_ratio
from dermoutcomes_proportions.ratio_intervals import log_interval
from dermoutcomes_proportions.ratio_rows import ratio_rows
from dermoutcomes_proportions.strata_rows import (
    mantel_haenszel_rows,
    over_strata,
    stratified_template,
)

__all__ = ["STRATIFIED_RISK_RATIO", "StratifiedRatioOptions"]

TERM = "risk_ratio"


@frozen
class StratifiedRatioOptions:
    """Whether the test is corrected."""

    continuity: bool = option(
        False,
        "Continuity correction of the Mantel-Haenszel test: it agrees less with the interval.",
    )


def run(task: Task, options: StratifiedRatioOptions) -> Iterator[Stat]:
    """Each comparison's common ratio of responder proportions over the strata of the endpoint.

    The first arm over the second.
    """
    yield from over_strata(task, TERM, lambda arms: _ratio_rows(task, arms, options))


def _ratio_rows(task: Task, arms: Arms, options: StratifiedRatioOptions) -> Iterator[Stat]:
    template, ratio = stratified_template(task, arms), pooled_ratio(arms.strata)
    yield from ratio_rows(
        template, TERM, ratio, log_interval(ratio, task.confidence), task.confidence
    )
    yield from mantel_haenszel_rows(
        template, TERM, arms.strata, responder_tail(task), continuity=options.continuity
    )


STRATIFIED_RISK_RATIO = Analysis(
    "stratified_risk_ratio",
    "Common ratio of responder proportions over strata",
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
    oriented=True,
    summary=("risk ratio",),
    adjusts="strata",
    options=StratifiedRatioOptions,
    method="Proportions of responders were compared between arms by Mantel and Haenszel's common "
    "risk ratio over strata, with the variance of Greenland and Robins, and the "
    "Mantel-Haenszel test (continuity correction: {continuity}).",
    references=(
        Reference(
            "Greenland S, Robins JM. Estimation of a common effect parameter from sparse "
            "follow-up data. Biometrics 1985;41:55-68.",
            "10.2307/2530643",
        ),
    ),
)
