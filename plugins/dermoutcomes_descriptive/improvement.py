"""The analysis `improvement`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, clustered_warning, failed_rows
from dermoutcomes_descriptive.cells import Cell, cells

if TYPE_CHECKING:
    from dermoutcomes.stats import Improvement

__all__ = ["IMPROVEMENT", "ImprovementOptions"]

IMPROVED, NO_EFFECT, NEEDED = "improved", "no_effect", "needed"
COUNT = ("n_with_event", "denominator")
SHARE = (*COUNT, "estimate", "conf_low", "conf_high", "conf_level")
TOO_FEW = "no number of so few"


@frozen
class ImprovementOptions:
    """What would be seen without an effect."""

    no_effect: float | None = option(
        None,
        "Percent of people who would improve without an effect. Unless stated it is the share of "
        "the reference arm at the same visit, or 50 for a study without one.",
        at_least=0,
        at_most=100,
    )


def run(task: Task, options: ImprovementOptions) -> Iterator[Stat]:
    """Of each visit and arm who improved, beside the share without an effect.

    And, where that is fixed, how many are needed to tell the two apart.
    """
    counted: list[tuple[Cell, Stat, Improvement | None]] = [
        (cell, template, _counted(task, changes))
        for cell in cells(task)
        if cell.changes and (cell.plain or task.neutral is None)
        for template, changes in [_changes(task, cell)]
        if changes
    ]
    of_reference = {
        (template.visit, template.reference_visit): one
        for _, template, one in counted
        if template.group is not None and template.group == task.reference_arm
    }
    for _, template, one in counted:
        if one is None:
            yield from failed_rows(template, IMPROVED, SHARE, *NO_DIRECTION)
            continue
        yield from _rows(task, template, one)
        beside = of_reference.get((template.visit, template.reference_visit))
        if options.no_effect is None and beside is not None:
            if template.group != task.reference_arm:
                share = evolve(template, reference_group=task.reference_arm)
                yield from share.rows(NO_EFFECT, estimate=beside.improved / beside.n)
        else:
            fixed = 50.0 if options.no_effect is None else options.no_effect
            yield from _fixed_rows(task, template, one.n, fixed / 100)


def _changes(task: Task, cell: Cell) -> tuple[Stat, list[float]]:
    """The row of a cell and its changes; of a scale that is a change, from its neutral value."""
    column = "change" if task.neutral is None else "value"
    changes = [float(value) - (task.neutral or 0.0) for value in cell.known(column)]
    template = cell.counted(column)
    subjects, records = template.n_subjects or 0, template.n_records or 0
    return evolve(template, unit="", warning=clustered_warning(records, subjects)), changes


def _counted(task: Task, changes: list[float]) -> Improvement | None:
    from dermoutcomes.stats import improvement

    if task.improves not in ("up", "down"):
        return None
    return improvement(changes, task.improves, task.confidence)


def _rows(task: Task, template: Stat, counted: Improvement) -> Iterator[Stat]:
    yield from template.rows(
        IMPROVED,
        n_with_event=counted.improved,
        denominator=counted.n,
        estimate=counted.improved / counted.n,
        conf_low=counted.low,
        conf_high=counted.high,
        conf_level=task.confidence,
    )
    for term in ("unchanged", "worse"):
        yield from template.rows(term, n_with_event=getattr(counted, term), denominator=counted.n)


def _fixed_rows(task: Task, template: Stat, n: int, share: float) -> Iterator[Stat]:
    from dermoutcomes.stats import count_needed

    yield from template.rows(NO_EFFECT, estimate=share)
    needed = count_needed(n, share, task.alpha)
    for row in template.rows(NEEDED, n=needed):
        yield row if needed is not None else evolve(row, text=TOO_FEW)


IMPROVEMENT = Analysis(
    "improvement",
    "Who improved",
    run,
    terms=(
        Term(IMPROVED, "Improved", SHARE, scale="proportion", unit="share"),
        Term("unchanged", "Unchanged", COUNT, scale="count"),
        Term("worse", "Worse", COUNT, scale="count"),
        Term(NO_EFFECT, "Share without an effect", ("estimate",), scale="proportion", unit="share"),
        Term(NEEDED, "Number needed to tell from it", ("n",), scale="count"),
    ),
    kinds=("continuous", "ordinal"),
    options=ImprovementOptions,
    method="Those who improved were counted by the sign of their change, those unchanged as not "
    "improved, with the exact (Clopper-Pearson) interval, beside the share without an effect "
    "(stated: {no_effect} percent; unless stated that of the reference arm, or 50 percent). The "
    "number needed is the smallest that the exact binomial test tells from a share that is fixed; "
    "the share of an arm is not.",
    references=(
        Reference(
            "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the "
            "case of the binomial. Biometrika 1934;26:404-413.",
            "10.1093/biomet/26.4.404",
        ),
    ),
)
