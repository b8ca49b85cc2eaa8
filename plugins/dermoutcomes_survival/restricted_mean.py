"""The analysis `restricted_mean`."""

from __future__ import annotations

from collections.abc import Iterator
from math import hypot
from typing import NamedTuple

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import Tail, arm_sizes, failed_rows, tail_of
from dermoutcomes_survival.curve_rows import Reading, mean_rows
from dermoutcomes_survival.curves import Curve, Mean, curve, restricted_mean
from dermoutcomes_survival.survival_times import Compared, compared, happened, sample

__all__ = ["RESTRICTED_MEAN", "Difference", "RestrictedMeanOptions", "difference_of_means"]

TERM, ARM = "restricted_mean_difference", "restricted_mean"
INTERVAL = ("estimate", "std_error", "conf_low", "conf_high", "conf_level")
TEST = ("statistic", "p_value")


@frozen
class RestrictedMeanOptions:
    """How far the mean goes."""

    until: float | None = option(
        None,
        "Day up to which times are averaged; the last at which both arms are still observed "
        "unless stated, which depends on the data: state it in a protocol.",
        at_least=0,
    )


def run(task: Task, options: RestrictedMeanOptions) -> Iterator[Stat]:
    """Each comparison's difference of mean times without the event, up to a day."""
    for pair in compared(task, sample(task)):
        yield from pair.template.rows(
            TERM, n=pair.frame.height, n_missing=pair.missing, n_events=happened(pair.frame)
        )
        yield from arm_sizes(pair.template, TERM, pair.frame)
        if pair.empty:
            yield from failed_rows(
                pair.template,
                TERM,
                (*INTERVAL, *TEST),
                "one_arm_empty",
                f"Nobody in {pair.empty!r} has a time.",
            )
        else:
            yield from _comparison_rows(task, pair, options.until)


def _comparison_rows(task: Task, pair: Compared, declared: float | None) -> Iterator[Stat]:
    first, second = (_curve(pair.frame, arm) for arm in (pair.group, pair.reference_group))
    until = float(min(first.times[-1], second.times[-1])) if declared is None else declared
    settings = Reading("restricted_mean", task.confidence, until=until)
    for arm, km_curve in ((pair.group, first), (pair.reference_group, second)):
        rows = pair.frame.filter(pl.col("arm") == arm)
        template = evolve(
            pair.template,
            group=arm,
            reference_group=None,
            n_subjects=rows["subject"].n_unique(),
            n_records=rows.height,
        )
        yield from mean_rows(template, ARM, km_curve, settings)
    yield from pair.template.rows(TERM, restricted_mean_until=until)
    # A curve that has reached 0 stays there, so that its area is known for as long as one likes.
    if any(
        until > km_curve.times[-1] and km_curve.survival_at(until) > 0
        for km_curve in (first, second)
    ):
        yield from failed_rows(
            pair.template,
            TERM,
            (*INTERVAL, *TEST),
            "beyond_observation",
            f"In one arm nobody was observed as long as {until:g} days.",
        )
        return
    yield from _difference_rows(
        task, pair.template, *(restricted_mean(km_curve, until) for km_curve in (first, second))
    )


def _curve(frame: pl.DataFrame, arm: str) -> Curve:
    rows = frame.filter(pl.col("arm") == arm)
    return curve(rows["_time"].to_list(), rows["event"].to_list())


class Difference(NamedTuple):
    """The difference of two restricted means, with its normal interval and test."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float


def difference_of_means(
    first: Mean, second: Mean, confidence: float = 0.95, tail: Tail = "two-sided"
) -> Difference:
    """The first less the second. Raises ValueError where neither mean has an error."""
    from dermoutcomes.stats import critical_value, tail_probability

    estimate, error = first.estimate - second.estimate, hypot(first.std_error, second.std_error)
    if not error:
        raise ValueError("nothing tells how sure the means are")
    half_width, z = critical_value(confidence) * error, estimate / error
    p = tail_probability(z, tail)
    return Difference(estimate, error, estimate - half_width, estimate + half_width, z, float(p))


def _difference_rows(task: Task, template: Stat, first: Mean, second: Mean) -> Iterator[Stat]:
    yield from template.rows(TERM, estimate=first.estimate - second.estimate)
    tail = tail_of(task)
    try:
        difference = difference_of_means(first, second, task.confidence, tail or "two-sided")
    except ValueError:
        yield from failed_rows(
            template,
            TERM,
            (*INTERVAL[1:], *TEST),
            "no_variance",
            "No event happened before the last observation, so that nothing tells how sure the "
            "means are.",
        )
        return
    yield from template.rows(
        TERM,
        std_error=difference.std_error,
        conf_low=difference.conf_low,
        conf_high=difference.conf_high,
        conf_level=task.confidence,
        statistic=difference.statistic,
    )
    if tail is None:
        yield from failed_rows(
            template,
            TERM,
            ("p_value",),
            "no_direction",
            "A one-sided test needs to know whether longer times are better.",
        )
        return
    yield from evolve(template, text=tail).rows(TERM, p_value=difference.p_value)


RESTRICTED_MEAN = Analysis(
    "restricted_mean",
    "Restricted mean time",
    run,
    terms=(
        Term(
            TERM,
            "Difference of restricted mean times",
            ("n", "n_missing", "n_events", "restricted_mean_until", *INTERVAL, *TEST),
            scale="difference",
            null=0.0,
            tail="better",
        ),
        Term(ARM, "Restricted mean time", INTERVAL, scale="mean", place="main text"),
    ),
    words={"restricted_mean_until": "Until day"},
    kinds=("time_to_event",),
    designs=("parallel",),
    needs="arm pair",
    decides=TERM,
    options=RestrictedMeanOptions,
    method="Mean times without the event up to a day (until: {until}) were compared between arms "
    "as areas under Kaplan-Meier curves, which does not assume proportional hazards.",
    summary=("difference in restricted mean times",),
    references=(
        Reference(
            "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard "
            "ratio for the design and analysis of randomized trials with a time-to-event outcome. "
            "BMC Med Res Methodol 2013;13:152.",
            "10.1186/1471-2288-13-152",
        ),
    ),
)
