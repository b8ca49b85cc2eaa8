"""The analysis `welch_t`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from dermoutcomes import Analysis, Groups, NoOptions, Reference, Stat, Task
from dermoutcomes_between_arms.welch import Tail, TwoMeans, welch

__all__ = ["WELCH_T"]

TERM = "mean_difference"
MEASURED = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "df", "p_value")


def run(task: Task, _options: NoOptions) -> Iterator[Stat]:
    """Each comparison's difference of means, the first arm minus the second, of what the endpoint is analysed by."""
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            yield from _compared(task, name, task.groups(name))


def _compared(task: Task, name: str, groups: Groups) -> Iterator[Stat]:
    first, second = (frame["outcome"].drop_nulls().to_list() for frame in (groups.first, groups.second))
    here = _row(task, name, groups)
    for arm, values in ((groups.group, first), (groups.reference_group, second)):
        yield from evolve(here, group=arm, reference_group=None, n_records=len(values), n_subjects=None).rows("arm", n=len(values))
    yield from here.rows(TERM, n=len(first) + len(second), n_missing=groups.missing)
    try:
        result = welch(first, second, task.confidence, _tail(task) or "two-sided")
    except ValueError as error:
        code = "no_variance" if min(len(first), len(second)) > 1 else "too_few" if first and second else "one_arm_empty"
        yield from (row.failed(code, f"{str(error).capitalize()}.") for row in here.rows(TERM, **dict.fromkeys(MEASURED)))
        return
    yield from _rows(task, here, result)


def _rows(task: Task, here: Stat, result: TwoMeans) -> Iterator[Stat]:
    yield from here.rows(TERM, estimate=result.estimate, std_error=result.std_error, conf_low=result.conf_low,
                         conf_high=result.conf_high, conf_level=task.confidence, statistic=result.statistic, df=result.df)
    tail = _tail(task)
    for row in evolve(here, text=tail).rows(TERM, p_value=result.p_value):
        yield row if tail else row.failed("no_direction", "A one-sided test needs to know which way is better.")


def _row(task: Task, name: str, groups: Groups) -> Stat:
    frames = (groups.first, groups.second)
    subjects, records = sum(frame["subject"].n_unique() for frame in frames), sum(frame.height for frame in frames)
    warning = None if subjects == records else f"clustered: {records} records of {subjects} subjects are counted as if independent."
    unit = "%" if task.analyse == "pct_change" else task.unit
    return Stat("n", comparison=name, visit=groups.visit, reference_visit=groups.reference_visit, group=groups.group,
                reference_group=groups.reference_group, unit=unit, n_subjects=subjects, n_records=records, warning=warning)


def _tail(task: Task) -> Tail | None:
    """Both tails, or the one in which the first arm is better; None where that is asked for and not known."""
    if task.sided == 2:
        return "two-sided"
    return "greater" if task.improves == "up" else "less" if task.improves == "down" else None


WELCH_T = Analysis(
    "welch_t", "Welch's t-test", run, statistics=(("arm", "n"), (TERM, "n"), (TERM, "n_missing"), *((TERM, stat) for stat in MEASURED)),
    kinds=("continuous",), designs=("parallel",), needs="arm pair", decides=TERM,
    method="Means of two arms were compared with Welch's t-test, which does not assume equal variances.",
    references=(Reference("Welch BL. The generalization of 'Student's' problem when several different population variances are involved. "
                          "Biometrika 1947;34:28-35.", "10.1093/biomet/34.1-2.28"),))
