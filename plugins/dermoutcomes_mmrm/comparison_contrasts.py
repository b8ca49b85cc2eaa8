"""The comparisons of a study as contrasts of the model's means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from attrs import frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import BASELINE, visits_of
from dermoutcomes_mmrm.fit import Fit
from dermoutcomes_mmrm.marginal_means import margin
from dermoutcomes_mmrm.record_roles import ARM, VISIT

if TYPE_CHECKING:
    from dermoutcomes import Comparison

__all__ = ["ComparisonContrast", "comparison_contrasts", "comparison_templates"]

Array = np.ndarray[Any, Any]


@frozen(eq=False)
class ComparisonContrast:
    """A comparison.

    The row that its statistics are like, its contrast and what is added to it, or why there is
    none.
    """

    template: Stat
    row: Array | None = None
    offset: float = 0.0
    reason: str | None = None


def comparison_templates(task: Task) -> Iterator[Stat]:
    """The row that each comparison's statistics are like; first minus second."""
    for name, comparison in task.comparisons.items():
        visit, reference = visits_of(comparison)
        first, second = comparison.arm or (None, None)
        yield Stat(
            "n",
            comparison=name,
            visit=visit,
            reference_visit=reference,
            group=first,
            reference_group=second,
            unit=task.unit,
        )


def comparison_contrasts(
    task: Task, fit: Fit, before: frozenset[str] = frozenset()
) -> Iterator[ComparisonContrast]:
    """Every comparison's contrast; a visit that alone makes the baseline is the baseline."""
    for template, comparison in zip(
        comparison_templates(task), task.comparisons.values(), strict=True
    ):
        try:
            row, offset = (
                _of_arms(task, fit, comparison)
                if task.design == "parallel"
                else _of_visits(task, fit, comparison, before)
            )
            yield ComparisonContrast(template, row, offset)
        except LookupError as error:
            yield ComparisonContrast(template, reason=str(error.args[0]))


def _of_visits(
    task: Task, fit: Fit, comparison: Comparison, before: frozenset[str]
) -> tuple[Array, float]:
    visit, reference = (
        BASELINE if name is not None and {name} == before else name
        for name in visits_of(comparison)
    )
    if comparison.arm:
        raise LookupError("one_group: There is one group, so arms cannot be compared.")
    if visit is None:
        raise LookupError("no_visit: The comparison names no visit.")
    row = _mean(fit, visit)
    if task.neutral is not None and reference == BASELINE:
        return row, -task.neutral
    return row - _mean(fit, reference), 0.0


def _of_arms(task: Task, fit: Fit, comparison: Comparison) -> tuple[Array, float]:
    if not comparison.arm:
        raise LookupError(
            "no_arm: Arms are compared here; the change inside one is answered by an analysis of "
            "pairs."
        )
    visit, reference = visits_of(comparison)
    first, second = comparison.arm
    row = _mean(fit, visit, first) - _mean(fit, visit, second)
    if reference != BASELINE:
        if task.analyse == "pct_change":
            raise LookupError(
                "percent: Changes in percent of different values cannot be subtracted; compare "
                "arms at one visit."
            )
        row = row - (_mean(fit, reference, first) - _mean(fit, reference, second))
    return row, 0.0


def _mean(fit: Fit, visit: str | None, arm: str | None = None) -> Array:
    """A margin: over all visits at equal weights where none is named."""
    cell = {name: level for name, level in ((VISIT, visit), (ARM, arm)) if level is not None}
    for name, level in cell.items():
        if level not in fit.data.factors[name].levels:
            raise LookupError(f"no_data: {level} has no record in the model.")
    return margin(fit, cell)
