"""The analysis `log_rank`."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, sqrt
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Estimate, Reference, Stat, Task, Term, option
from dermoutcomes.stats import Tail, arm_sizes, failed_rows, tail_of
from dermoutcomes_survival.rank_tests import (
    RankTest,
    Weights,
    one_step,
    overall,
    rank_test,
    trend,
)
from dermoutcomes_survival.survival_times import (
    Compared,
    Sample,
    compared,
    happened,
    sample,
    unitless,
)

if TYPE_CHECKING:
    from dermoutcomes.stats import ChiSquare

__all__ = ["COMPARED", "LOG_RANK", "LogRankOptions", "comparison_rows"]

TERM, TESTED, ALL, TREND, ARM, LOG = (
    "hazard_ratio",
    "rank_test",
    "all_arms",
    "trend",
    "arm",
    "log_hazard_ratio",
)
SIGNED = ("statistic", "p_value")
TEST = ("statistic", "df", "p_value")
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
EXPECTED = "log_rank_expected"
# Every (term, stat) that `comparison_rows` gives.
COMPARED = (
    Term(
        TERM,
        "Hazard ratio (Peto's one-step estimate)",
        ("n", "n_missing", "n_events", *INTERVAL, *SIGNED),
        scale="ratio",
        null=1.0,
        tail="better",
        letter="z",
    ),
    Term(
        LOG,
        "Log hazard ratio (Peto's one-step estimate)",
        ("estimate", "std_error"),
        scale="logarithm",
    ),
    Term(TESTED, "Rank test", TEST, scale="test", letter="χ²"),
)
WEIGHTS: tuple[Weights, ...] = ("log_rank", "peto_peto", "gehan", "tarone_ware")


@frozen
class LogRankOptions:
    """Which times count more."""

    weights: str = option(
        "log_rank",
        "All times alike (log_rank), early ones more: by survival so far (peto_peto, R's rho = "
        "1), by the number at risk (gehan, SAS's Wilcoxon) or by its square root (tarone_ware).",
        choices=WEIGHTS,
    )
    stratified: bool = option(True, "Whether the strata of the endpoint stratify the test.")


def run(task: Task, options: LogRankOptions) -> Iterator[Stat]:
    """All arms against each other, their trend with dose, and each comparison of two."""
    cohort = sample(task)
    yield from _all_arms_rows(task, cohort, options)
    for pair in compared(task, cohort):
        yield from comparison_rows(task, pair, options)


def _test(
    frame: pl.DataFrame, arms: list[str], options: LogRankOptions, weights: Weights
) -> RankTest:
    numbers = {arm: number for number, arm in enumerate(arms)}
    strata = frame["_stratum"].to_list() if options.stratified else None
    return rank_test(
        frame["_time"].to_list(),
        frame["event"].to_list(),
        [numbers[arm] for arm in frame["arm"].to_list()],
        len(arms),
        strata,
        weights,
    )


def _all_arms_rows(task: Task, cohort: Sample, options: LogRankOptions) -> Iterator[Stat]:
    """Of all arms that somebody is in; nothing where there are fewer than two."""
    arms = [arm for arm in cohort.arms if arm is not None and cohort.of(arm).height]
    if len(arms) < 2:
        return
    frame = cohort.frame.filter(pl.col("arm").is_in(arms))
    weights: Weights = options.weights  # type: ignore[assignment]
    test = _test(frame, arms, options, weights)
    for number, arm in enumerate(arms):
        template = unitless(cohort.template(arm))
        yield from template.rows(
            ARM,
            n=cohort.of(arm).height,
            n_missing=cohort.missing[arm],
            n_events=happened(cohort.of(arm)),
        )
        yield from template.rows(ARM, **{EXPECTED: test.expected[number]})
    template = Stat("n", unit="", n_subjects=frame["subject"].n_unique(), n_records=frame.height)
    yield from _test_rows(template, ALL, lambda: overall(test))
    if len(doses := [task.doses[arm] for arm in arms if arm in task.doses]) == len(arms) > 2:
        yield from _test_rows(template, TREND, lambda: trend(test, doses))


def _test_rows(template: Stat, term: str, compute: object) -> Iterator[Stat]:
    try:
        result: ChiSquare = compute()  # type: ignore[operator]
    except ValueError as error:
        yield from failed_rows(
            template, term, TEST, "no_information", f"{str(error).capitalize()}."
        )
        return
    yield from template.rows(term, statistic=result.statistic, df=result.df, p_value=result.p_value)


def comparison_rows(
    task: Task, pair: Compared, options: LogRankOptions, tail: Tail | None = None
) -> Iterator[Stat]:
    """One comparison: the hazard ratio that the test implies, and the test.

    `tail` is where a one-sided test looks, if times do not say.
    """
    template = unitless(pair.template)
    yield from template.rows(
        TERM, n=pair.frame.height, n_missing=pair.missing, n_events=happened(pair.frame)
    )
    yield from arm_sizes(template, TERM, pair.frame)
    if pair.empty:
        yield from failed_rows(
            template,
            TERM,
            (*INTERVAL, *SIGNED),
            "one_arm_empty",
            f"Nobody in {pair.empty!r} has a time.",
        )
        return
    arms = [pair.group, pair.reference_group]
    try:
        yield from _ratio_rows(task, template, _test(pair.frame, arms, options, "log_rank"))
    except ValueError as error:
        yield from failed_rows(
            template, TERM, (*INTERVAL, *SIGNED), "no_information", f"{str(error).capitalize()}."
        )
        return
    weights: Weights = options.weights  # type: ignore[assignment]
    yield from _p_value_rows(
        template,
        _test(pair.frame, arms, options, weights),
        tail_of(task, up="less") if tail is None or task.sided == 2 else tail,
    )


def _ratio_rows(task: Task, template: Stat, test: RankTest) -> Iterator[Stat]:

    from dermoutcomes.stats import critical_value

    step = one_step(test)
    half_width = critical_value(task.confidence) * step.std_error
    yield from template.rows(LOG, estimate=step.estimate, std_error=step.std_error)
    yield from evolve(template, pools=Estimate(step.estimate, step.std_error)).rows(
        TERM,
        estimate=exp(step.estimate),
        conf_low=exp(step.estimate - half_width),
        conf_high=exp(step.estimate + half_width),
        conf_level=task.confidence,
    )


def _p_value_rows(template: Stat, test: RankTest, tail: Tail | None) -> Iterator[Stat]:
    from scipy.special import ndtr

    result = overall(test)
    yield from template.rows(TESTED, **result._asdict())
    # More events in the first arm than expected are a ratio above 1.
    z = sqrt(result.statistic) * (1 if test.observed[0] >= test.expected[0] else -1)
    yield from template.rows(TERM, statistic=z)
    if tail is None:
        yield from failed_rows(
            template,
            TERM,
            ("p_value",),
            "no_direction",
            "A one-sided test needs to know whether longer times are better.",
        )
        return
    p = result.p_value if tail == "two-sided" else float(ndtr(z if tail == "less" else -z))
    yield from evolve(template, text=tail).rows(TERM, p_value=p)


LOG_RANK = Analysis(
    "log_rank",
    "Log-rank test",
    run,
    terms=(
        *COMPARED,
        Term(ALL, "Test of all arms", TEST, scale="test", letter="χ²"),
        Term(TREND, "Test for trend", TEST, scale="test", letter="χ²"),
        Term(
            ARM,
            "Records by arm",
            ("n", "n_missing", "n_events", EXPECTED),
            scale="count",
            place="size of arm",
        ),
    ),
    words={EXPECTED: "Expected events"},
    kinds=("time_to_event",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    inverse=True,
    adjusts="strata",
    options=LogRankOptions,
    method="Times to the event were compared between arms with the log-rank test (weights: "
    "{weights}), stratified by the strata of the endpoint where it has any; the hazard "
    "ratio is Peto's one-step estimate.",
    summary=("hazard ratio",),
    references=(
        Reference(
            "Mantel N. Evaluation of survival data and two new rank order statistics arising in "
            "its consideration. Cancer Chemother Rep 1966;50:163-170."
        ),
        Reference(
            "Yusuf S, Peto R, Lewis J, Collins R, Sleight P. Beta blockade during and after "
            "myocardial infarction: an overview of the randomized trials. Prog Cardiovasc Dis "
            "1985;27:335-371.",
            "10.1016/s0033-0620(85)80003-7",
        ),
        Reference(
            "Tarone RE. Tests for trend in life table analysis. Biometrika 1975;62:679-690.",
            "10.1093/biomet/62.3.679",
        ),
    ),
)
