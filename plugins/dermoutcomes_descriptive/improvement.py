"""The analysis `improvement`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Analysis, Reference, Stat, Task, Term, option
from dermoutcomes.stats import NO_DIRECTION, clustered_warning, failed_rows
from dermoutcomes_descriptive.record_groups import Cell, cells

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dermoutcomes.stats import Improvement

__all__ = ["IMPROVEMENT", "ImprovementOptions"]

IMPROVED, NO_EFFECT, NEEDED = "improved", "no_effect", "needed"
BY_PERCENT, BY_GRADES = "improved_by_percent", "improved_by_grades"
COUNT = ("n_with_event", "denominator", "estimate")
SHARE = (*COUNT, "conf_low", "conf_high", "conf_level")
# Percent of baseline by which subjects are counted as improved by at least that much.
PERCENTS = (10, 20, 30, 50, 75, 90)
# Digits that no reading has are rounded off before a change is compared with a step.
DECIMALS = 9
# Grades by which they are, at most: a scale of more is no scale of grades.
MOST_GRADES = 12
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

    And, where that is fixed, how many are needed to tell the two apart; and who improved by at
    least so much, in grades or in percent of the baseline.
    """
    counted: list[tuple[Cell, Stat, Improvement | None]] = [
        (cell, template, _counted(task, changes))
        for cell in cells(task)
        if cell.changes and (cell.plain or task.neutral is None)
        for template, changes in [_changes(task, cell)]
        if changes.size
    ]
    of_reference = {
        (template.visit, template.reference_visit): one
        for _, template, one in counted
        if template.group is not None and template.group == task.reference_arm
    }
    grades = _grades(task, [cell for cell, _, _ in counted])
    for cell, template, one in counted:
        if one is None:
            yield from failed_rows(template, IMPROVED, SHARE, *NO_DIRECTION)
            continue
        yield from _rows(task, template, one)
        yield from _steps(
            task, cell, template, grades.get((template.visit, template.reference_visit), ())
        )
        beside = of_reference.get((template.visit, template.reference_visit))
        if options.no_effect is None and beside is not None:
            if template.group != task.reference_arm:
                share = evolve(template, reference_group=task.reference_arm)
                yield from share.rows(NO_EFFECT, estimate=beside.improved / beside.n)
        else:
            fixed = 50.0 if options.no_effect is None else options.no_effect
            yield from _fixed_rows(task, template, one.n, fixed / 100)


def _changes(task: Task, cell: Cell) -> tuple[Stat, NDArray[np.float64]]:
    """The row of a cell and its changes; of a scale that is a change, from its neutral value."""
    column = "change" if task.neutral is None else "value"
    changes = cell.known(column) - (task.neutral or 0.0)
    template = cell.counted(column)
    subjects, records = template.n_subjects or 0, template.n_records or 0
    return evolve(template, unit="", warning=clustered_warning(records, subjects)), changes


def _counted(task: Task, changes: NDArray[np.float64]) -> Improvement | None:
    from dermoutcomes.stats import improvement

    if task.improves not in ("up", "down"):
        return None
    return improvement(changes, task.improves, task.confidence)


def _rows(task: Task, template: Stat, counted: Improvement) -> Iterator[Stat]:
    yield from template.rows(
        IMPROVED,
        **_counts(counted.improved, counted.n),
        conf_low=counted.low,
        conf_high=counted.high,
        conf_level=task.confidence,
    )
    for term in ("unchanged", "worse"):
        yield from template.rows(term, **_counts(getattr(counted, term), counted.n))


def _counts(n: int, of: int) -> dict[str, float]:
    return {"n_with_event": n, "denominator": of, "estimate": n / of}


def _grades(task: Task, of_visits: list[Cell]) -> dict[tuple[str | None, str | None], range]:
    """Of each visit and reference the grades by which anybody changed, as steps for all its arms.

    None of values that are no grades: not whole, or of too many.
    """
    # Of responders, a measure of grades is one that lists its values.
    is_graded = task.kind == "ordinal" or (task.kind == "binary" and task.allowed_values)
    if not is_graded or task.neutral is not None:
        return {}
    import numpy as np

    changes: dict[tuple[str | None, str | None], list[NDArray[np.float64]]] = {}
    for cell in of_visits:
        key = cell.template.visit, cell.template.reference_visit
        changes.setdefault(key, []).append(np.abs(cell.known("change")))
    all_changes = {key: np.concatenate(own) for key, own in changes.items()}
    return {
        key: range(1, int(own.max()) + 1)
        for key, own in all_changes.items()
        if own.max() <= MOST_GRADES and (own == np.rint(own)).all()
    }


def _steps(task: Task, cell: Cell, template: Stat, grades: Iterable[int]) -> Iterator[Stat]:
    """Who improved by at least each step: percent of a baseline that is no zero, or grades."""
    from dermoutcomes.stats import rounding_edge

    percents = cell.known("pct_change")
    of_percents = task.neutral is None and percents.size
    term, steps, column = (
        (BY_PERCENT, PERCENTS, percents)
        if of_percents
        else (BY_GRADES, grades, cell.known("change"))
    )
    better = column if task.improves == "up" else -column
    for step in steps:
        # 4.0 to 3.2 is 20 percent less, and 19.999999999999996 in binary.
        reached = better >= rounding_edge(step, DECIMALS)
        yield from evolve(template, at=float(step)).rows(
            term, **_counts(int(reached.sum()), better.size)
        )


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
        Term("unchanged", "Unchanged", COUNT, scale="proportion", unit="share"),
        Term("worse", "Worse", COUNT, scale="proportion", unit="share"),
        Term(
            BY_PERCENT,
            "Improved by at least so many percent of the baseline",
            COUNT,
            scale="proportion",
            unit="share",
        ),
        Term(
            BY_GRADES,
            "Improved by at least so many grades",
            COUNT,
            scale="proportion",
            unit="share",
        ),
        Term(NO_EFFECT, "Share without an effect", ("estimate",), scale="proportion", unit="share"),
        Term(NEEDED, "Number needed to tell from it", ("n",), scale="count"),
    ),
    kinds=("continuous", "ordinal", "binary"),
    directional=True,
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
