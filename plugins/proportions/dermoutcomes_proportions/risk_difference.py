"""The analysis `risk_difference`."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from dermoutcomes import Analysis, Groups, Reference, Stat, Task, option
from dermoutcomes_proportions.counts import Tail, Two, chi_square, fisher_p, least_expected
from dermoutcomes_proportions.intervals import newcombe

__all__ = ["RISK_DIFFERENCE", "RiskDifferenceOptions"]

TERM = "risk_difference"
MEASURED = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "p_value")
EMPTY = "No record of arm {!r} says whether it is a responder."
ARM = ("n_with_event", "denominator", "proportion")


@frozen
class RiskDifferenceOptions:
    """Which test goes with the interval."""

    test: str = option("chi_square", "Pearson's chi-square, without correction, agrees with the interval; Fisher's exact test never rejects "
                       "too often, and more rarely than it could.", choices=("chi_square", "fisher_exact"))


def run(task: Task, options: RiskDifferenceOptions) -> Iterator[Stat]:
    """Each comparison's difference of responder proportions, the first arm minus the second."""
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            yield from _compared(task, name, task.groups(name), options)


def _compared(task: Task, name: str, groups: Groups, options: RiskDifferenceOptions) -> Iterator[Stat]:
    sides = [frame.drop_nulls("responder") for frame in (groups.first, groups.second)]
    events, n = _two([int(side["responder"].sum()) for side in sides]), _two([side.height for side in sides])
    here = Stat("n", comparison=name, visit=groups.visit, reference_visit=groups.reference_visit, unit="", n_records=sum(n),
                n_subjects=sum(side["subject"].n_unique() for side in sides))
    for arm, x, m in zip((groups.group, groups.reference_group), events, n, strict=True):
        of_arm = evolve(here, group=arm, n_records=m, n_subjects=None)
        yield from of_arm.rows("responder", n_with_event=x, denominator=m)
        for row in of_arm.rows("responder", proportion=x / m if m else None):
            yield row if m else row.failed("one_arm_empty", EMPTY.format(arm))
    here = evolve(here, group=groups.group, reference_group=groups.reference_group)
    yield from here.rows(TERM, n=sum(n), n_missing=groups.missing)
    if not all(n):
        empty = groups.reference_group if n[0] else groups.group
        yield from (row.failed("one_arm_empty", EMPTY.format(empty))
                    for row in here.rows(TERM, **dict.fromkeys(MEASURED)))
        return
    yield from _measured(task, here, events, n, options)


def _measured(task: Task, here: Stat, events: Two, n: Two, options: RiskDifferenceOptions) -> Iterator[Stat]:
    p1, p2 = events[0] / n[0], events[1] / n[1]
    low, high = newcombe(events, n, task.confidence)
    yield from here.rows(TERM, estimate=p1 - p2, std_error=(p1 * (1 - p1) / n[0] + p2 * (1 - p2) / n[1]) ** 0.5, conf_low=low,
                         conf_high=high, conf_level=task.confidence)
    tail: Tail = "greater" if task.sided == 1 else "two-sided"
    if options.test == "fisher_exact":
        yield from evolve(here, text=f"{tail}, exact").rows(TERM, p_value=fisher_p(events, n, tail))
        return
    z, p = chi_square(events, n, tail)
    yield from evolve(here, text=tail, warning=_rough(events, n)).rows(TERM, statistic=z, p_value=p)


def _rough(events: Two, n: Two) -> str | None:
    least = least_expected(events, n)
    return None if least >= 5 else f"small_counts: The smallest expected count is {least:.1f}; below 5 the chi-square is rough."


def _two(values: list[int]) -> Two:
    return values[0], values[1]


RISK_DIFFERENCE = Analysis(
    "risk_difference", "Difference of responder proportions", run,
    statistics=(*(("responder", stat) for stat in ARM), (TERM, "n"), (TERM, "n_missing"), *((TERM, stat) for stat in MEASURED)),
    kinds=("binary",), designs=("parallel",), needs="arm pair", decides=TERM, oriented=True, options=RiskDifferenceOptions,
    method="Proportions of responders were compared between arms by their difference with Newcombe's interval and the {test} test.",
    references=(
        Reference("Newcombe RG. Interval estimation for the difference between independent proportions: comparison of eleven methods. "
                  "Stat Med 1998;17:873-890.", "10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I"),))
