"""Rows that every comparison of responders has, whatever measures it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dermoutcomes import Stat, Task
from dermoutcomes.stats import arm_sizes, failed_rows
from dermoutcomes_proportions.arms import Arms, arms_of, responder_rows

__all__ = ["MEASURED", "over_arms"]

MEASURED = ("estimate", "std_error", "conf_low", "conf_high", "conf_level", "statistic", "p_value")


def over_arms(task: Task, term: str, measure: Callable[[Arms], Iterator[Stat]]) -> Iterator[Stat]:
    """Each comparison: its arms, its n, and the rows of `measure`, or why there are none."""
    for arms in arms_of(task):
        yield from responder_rows(arms)
        yield from arms.template.rows(term, n=sum(arms.n), n_missing=arms.missing)
        yield from arm_sizes(arms.template, term, *arms.records)
        if arms.empty:
            yield from failed_rows(arms.template, term, MEASURED, "one_arm_empty", arms.empty)
        else:
            yield from measure(arms)
