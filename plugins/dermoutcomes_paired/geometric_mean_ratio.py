"""The analysis `geometric_mean_ratio`."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, fsum, log

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Analysis, Groups, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, arm_sizes, failed_rows, tail_of
from dermoutcomes_paired.log_ratio import LogRatio, ratio_of_arms, ratio_of_pairs
from dermoutcomes_paired.pairs import View, views

__all__ = ["GEOMETRIC_MEAN_RATIO", "GeometricMeanRatioOptions"]

TERM, PERCENT, MEAN = "geometric_mean_ratio", "percent_change", "geometric_mean"
INTERVAL = ("estimate", "conf_low", "conf_high", "conf_level")
TEST = ("std_error", "statistic", "df", "p_value")


@frozen
class GeometricMeanRatioOptions:
    """How two arms of a parallel design are compared."""

    pooled: bool = option(
        False, "One variance of the logarithms for both arms (Student) instead of one each (Welch)."
    )


@frozen(eq=False)
class Logs:
    """Logarithms of one comparison.

    Of ratios within units, or of two arms' values (`second` is None for the first).

    `records` are those of two parallel arms.
    """

    template: Stat
    first: list[float]
    second: list[float] | None
    missing: int
    not_positive: int
    records: tuple[pl.DataFrame, ...] = ()


def run(task: Task, options: GeometricMeanRatioOptions) -> Iterator[Stat]:
    """Each comparison's ratio of geometric means, the first over the second.

    With the t interval and test of its logarithm.
    """
    for logs in _logs(task):
        n = len(logs.first) + len(logs.second or ())
        yield from logs.template.rows(TERM, n=n, n_missing=logs.missing)
        if logs.records:
            yield from arm_sizes(logs.template, TERM, *logs.records)
        try:
            ratio = None if _problem(logs) else _ratio(task, logs, options)
        except ValueError as error:
            yield from _failed_rows(logs.template, "no_variance", f"{str(error).capitalize()}.")
            continue
        if ratio is None:
            yield from _failed_rows(logs.template, *(_problem(logs) or ("", "")))
        else:
            yield from _ratio_rows(task, logs, ratio)


def _logs(task: Task) -> Iterator[Logs]:
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            yield _arms(task, name, task.groups(name))
        else:
            yield from (
                _of_pairs(view) for view in views(evolve(task, comparisons={name: comparison}))
            )


def _of_pairs(view: View) -> Logs:
    """Ratios of the two values of each unit."""
    bad = sum(value <= 0 for value in (*view.first, *view.second))
    logs = [] if bad else [log(a) - log(b) for a, b in zip(view.first, view.second, strict=True)]
    return Logs(evolve(view.template, unit=""), logs, None, view.missing, bad)


def _arms(task: Task, name: str, groups: Groups) -> Logs:
    """Values of each arm, or their ratios to the reference visit where change is analysed.

    Within subjects, ratios of the two arms.
    """
    change = groups.reference_visit is not None
    template = Stat(
        "n",
        comparison=name,
        visit=groups.visit,
        reference_visit=groups.reference_visit,
        group=groups.group,
        reference_group=groups.reference_group,
        unit="",
    )
    frames = [
        frame.drop_nulls(["value", "base"] if change else ["value"])
        for frame in (groups.first, groups.second)
    ]
    bad = sum(
        int((frame[column] <= 0).sum())
        for frame in frames
        for column in (("value", "base") if change else ("value",))
    )
    subjects = pl.concat([frame.select("subject") for frame in frames])["subject"].n_unique()
    template = evolve(
        template, n_subjects=subjects, n_records=sum(frame.height for frame in frames)
    )
    # One value without a logarithm refuses the comparison: to go on without it would choose
    # subjects by their outcome.
    if bad:
        return Logs(template, [], [], groups.missing, bad)
    logs = [
        frame.select(
            "subject",
            pl.col("value").log() - pl.col("base").log() if change else pl.col("value").log(),
        )
        for frame in frames
    ]
    # Two groups of logarithms; in all other designs both arms are in a subject, and the difference
    # of its two logarithms is one value.
    if task.design == "parallel":
        return Logs(
            template,
            logs[0]["value"].to_list(),
            logs[1]["value"].to_list(),
            groups.missing,
            0,
            tuple(frames),
        )
    pairs = logs[0].join(logs[1], on="subject", how="inner").sort("subject")
    template = evolve(template, n_subjects=pairs.height, n_records=pairs.height)
    differences = (pairs["value"] - pairs["value_right"]).to_list()
    return Logs(template, differences, None, task.pairs(name).missing, 0)


def _problem(logs: Logs) -> tuple[str, str] | None:
    if logs.not_positive:
        return "not_positive", f"{logs.not_positive} values are zero or less and have no logarithm."
    if logs.second is None:
        n = len(logs.first)
        return (
            (
                "too_few" if n else "no_data",
                f"A ratio needs at least two pairs; there {'is one' if n else 'are none'}.",
            )
            if n < 2
            else None
        )
    sizes = len(logs.first), len(logs.second)
    if min(sizes) > 1:
        return None
    return (
        "too_few" if min(sizes) else "one_arm_empty" if max(sizes) else "no_data"
    ), "Each arm needs at least two values."


def _ratio(task: Task, logs: Logs, options: GeometricMeanRatioOptions) -> LogRatio:
    tail = tail_of(task) or "two-sided"
    if logs.second is None:
        return ratio_of_pairs(logs.first, task.confidence, tail)
    return ratio_of_arms(logs.first, logs.second, task.confidence, tail, pooled=options.pooled)


def _failed_rows(template: Stat, code: str, sentence: str) -> Iterator[Stat]:
    yield from failed_rows(template, TERM, (*INTERVAL, *TEST), code, sentence)
    yield from failed_rows(evolve(template, unit="%"), PERCENT, INTERVAL, code, sentence)


def _ratio_rows(task: Task, logs: Logs, ratio: LogRatio) -> Iterator[Stat]:
    template = logs.template
    limits = (ratio.estimate, ratio.conf_low, ratio.conf_high)
    yield from template.rows(
        TERM,
        **dict(zip(INTERVAL, (*limits, task.confidence), strict=True)),
        statistic=ratio.statistic,
        df=ratio.df,
    )
    percent = (100 * (value - 1) for value in limits)
    yield from evolve(template, unit="%").rows(
        PERCENT, **dict(zip(INTERVAL, (*percent, task.confidence), strict=True))
    )
    yield from evolve(template, label="Of the logarithm of the ratio").rows(
        TERM, std_error=ratio.log_std_error
    )
    if logs.second is not None:
        for arm, values in ((template.group, logs.first), (template.reference_group, logs.second)):
            of_arm = evolve(
                template, group=arm, reference_group=None, n_records=len(values), n_subjects=None
            )
            yield from of_arm.rows(MEAN, mean=exp(fsum(values) / len(values)))
    tail = tail_of(task)
    for row in evolve(template, text=tail).rows(TERM, p_value=ratio.p_value):
        yield (row if tail else row.failed(*NO_DIRECTION))


GEOMETRIC_MEAN_RATIO = Analysis(
    "geometric_mean_ratio",
    "Ratio of geometric means",
    run,
    terms=(
        Term(
            TERM,
            "Ratio of geometric means",
            ("n", "n_missing", *INTERVAL, *TEST),
            scale="ratio",
            null=1.0,
            tail="better",
            letter="t",
        ),
        Term(PERCENT, "Percent change", INTERVAL, scale="difference"),
        Term(MEAN, "Geometric mean", ("mean",), scale="mean", unit="data"),
    ),
    kinds=("continuous",),
    needs="comparison",
    decides=TERM,
    dependence="paired",
    summary=("ratio of geometric means",),
    options=GeometricMeanRatioOptions,
    method="Values were compared on the logarithmic scale with Student's paired t-test within "
    "subjects, and between arms with Welch's (one variance for both: {pooled}); "
    "differences of logarithms and their limits are given back as ratios of geometric "
    "means.",
    references=(
        Reference(
            "Bland JM, Altman DG. The use of transformation when comparing two means. BMJ "
            "1996;312:1153.",
            "10.1136/bmj.312.7039.1153",
        ),
        Reference(
            "Student. The probable error of a mean. Biometrika 1908;6:1-25.", "10.1093/biomet/6.1.1"
        ),
        Reference(
            "Welch BL. The generalization of 'Student's' problem when several different "
            "population variances are involved. Biometrika 1947;34:28-35.",
            "10.1093/biomet/34.1-2.28",
        ),
    ),
)
