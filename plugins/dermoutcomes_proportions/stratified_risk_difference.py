"""The analysis `stratified_risk_difference`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import failed_rows, responder_tail
from dermoutcomes_proportions.arms import RESPONDERS, Arms
from dermoutcomes_proportions.comparison_rows import MEASURED
from dermoutcomes_proportions.homogeneity import heterogeneity_of_differences
from dermoutcomes_proportions.intervals import Interval
from dermoutcomes_proportions.mantel_haenszel import pooled_difference
from dermoutcomes_proportions.margin_tests import MARGIN_TERMS, against_margin
from dermoutcomes_proportions.risk_difference import MIETTINEN_NURMINEN
from dermoutcomes_proportions.strata_rows import (
    HETEROGENEITY,
    heterogeneity_rows,
    mantel_haenszel_rows,
    over_strata,
    stratified_template,
)
from dermoutcomes_proportions.stratified_intervals import (
    pooled_over_iterated,
    stratified_miettinen_nurminen,
    stratified_newcombe,
    stratified_score,
    summary_score,
)

__all__ = ["STRATIFIED_RISK_DIFFERENCE", "StratifiedDifferenceOptions"]

TERM = "risk_difference"
METHODS = (
    "sato",
    "greenland_robins",
    "miettinen_nurminen",
    "miettinen_nurminen_iterated",
    "newcombe",
    "summary_score",
)
TESTS = ("mantel_haenszel", "mantel_haenszel_continuity", "interval")


@frozen
class StratifiedDifferenceOptions:
    """Which interval of the pooled difference, and which test goes with it."""

    interval: str = option(
        "sato",
        "Mantel and Haenszel's estimate with Sato's variance holds for few large and for many "
        "small strata; greenland_robins is for few large ones; miettinen_nurminen (same weights, "
        "or iterated ones) and newcombe suit shares near 0 or 1; summary_score pools the strata's "
        "score intervals.",
        choices=METHODS,
    )
    test: str = option(
        "mantel_haenszel",
        "The Mantel-Haenszel test, which is valid in sparse strata too; interval takes the test "
        "that the interval inverts (z of the standard error, or the stratified score).",
        choices=TESTS,
    )


def run(task: Task, options: StratifiedDifferenceOptions) -> Iterator[Stat]:
    """Each comparison's difference of responder proportions over the strata of the endpoint.

    The first arm minus the second.
    """
    yield from over_strata(task, TERM, lambda arms: _difference_rows(task, arms, options))


def _difference_rows(
    task: Task, arms: Arms, options: StratifiedDifferenceOptions
) -> Iterator[Stat]:
    template = stratified_template(task, arms)
    estimate, std_error = _estimate(arms, options.interval, task.confidence)
    low, high = _interval(arms, options.interval, task.confidence, estimate, std_error)
    yield from template.rows(
        TERM,
        estimate=estimate,
        std_error=std_error,
        conf_low=low,
        conf_high=high,
        conf_level=task.confidence,
    )
    if options.test == "interval":
        yield from _interval_rows(task, arms, template, options.interval, estimate, std_error)
    else:
        yield from mantel_haenszel_rows(
            template,
            TERM,
            arms.strata,
            responder_tail(task),
            continuity=options.test.endswith("continuity"),
        )
    yield from heterogeneity_rows(
        template, "homogeneity", heterogeneity_of_differences(arms.strata)
    )
    margin = task.comparisons[arms.comparison].margin
    if margin is not None:
        iterated = options.interval.endswith("iterated")
        yield from against_margin(
            template,
            margin,
            lambda difference: stratified_score(arms.strata, difference, iterated=iterated),
        )


def _estimate(arms: Arms, name: str, confidence: float) -> tuple[float, float]:
    """The pooled difference and its standard error: Sato's, unless the interval is another's."""
    difference = pooled_difference(arms.strata)
    if name == "summary_score":
        score = summary_score(arms.strata, confidence)
        return score.estimate, score.std_error
    if name == "miettinen_nurminen_iterated":
        return pooled_over_iterated(arms.strata), difference.sato
    return (
        difference.estimate,
        difference.greenland_robins if name == "greenland_robins" else difference.sato,
    )


def _interval(
    arms: Arms, name: str, confidence: float, estimate: float, std_error: float
) -> Interval:
    from dermoutcomes.stats import critical_value

    if name == "newcombe":
        return stratified_newcombe(arms.strata, confidence)
    if name.startswith("miettinen_nurminen"):
        return stratified_miettinen_nurminen(
            arms.strata, confidence, iterated=name.endswith("iterated")
        )
    half_width = critical_value(confidence) * std_error
    return Interval(estimate - half_width, estimate + half_width)


def _interval_rows(
    task: Task, arms: Arms, template: Stat, name: str, estimate: float, std_error: float
) -> Iterator[Stat]:
    from scipy.special import ndtr

    if name.startswith("miettinen_nurminen"):
        z = stratified_score(arms.strata, 0.0, iterated=name.endswith("iterated"))
    elif std_error:
        z = estimate / std_error
    else:
        yield from failed_rows(
            template,
            TERM,
            ("statistic", "p_value"),
            "no_variance",
            "Every share is 0 or 1, so that the standard error is zero.",
        )
        return
    tail = responder_tail(task)
    yield from evolve(template, text=tail).rows(
        TERM, statistic=z, p_value=float(ndtr(-z) if tail == "greater" else 2 * ndtr(-abs(z)))
    )


STRATIFIED_RISK_DIFFERENCE = Analysis(
    "stratified_risk_difference",
    "Stratified difference of responder proportions",
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
            # Newcombe's interval is about another weighting of the strata than the difference.
            interval_beside=True,
        ),
        Term("homogeneity", "Test that strata agree", HETEROGENEITY, scale="test", letter="χ²"),
        *MARGIN_TERMS,
    ),
    kinds=("binary",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    oriented=True,
    summary=("difference in proportions",),
    adjusts="strata",
    options=StratifiedDifferenceOptions,
    method="Proportions of responders were compared between arms by their difference over strata, "
    "weighted as Mantel and Haenszel did, with its {interval} interval and the {test} "
    "test; that the difference is the same in all strata was tested beside it.",
    references=(
        Reference(
            "Sato T. On the variance estimator for the Mantel-Haenszel risk difference. Biometrics "
            "1989;45:1323-1324."
        ),
        Reference(
            "Greenland S, Robins JM. Estimation of a common effect parameter from sparse "
            "follow-up data. Biometrics 1985;41:55-68.",
            "10.2307/2530643",
        ),
        MIETTINEN_NURMINEN,
        Reference(
            "Yan X, Su XG. Stratified Wilson and Newcombe confidence intervals for multiple "
            "binomial proportions. Stat Biopharm Res 2010;2:329-335.",
            "10.1198/sbr.2009.0049",
        ),
    ),
)
