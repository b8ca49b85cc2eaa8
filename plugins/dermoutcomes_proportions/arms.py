"""What every comparison of responders starts from.

Events and sizes of two arms, as one table or one a stratum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes import Groups, Stat, Task, Term
from dermoutcomes.stats import clustered_warning
from dermoutcomes_proportions.counts import Two, least_expected
from dermoutcomes_proportions.mantel_haenszel import Stratum

if TYPE_CHECKING:
    import polars as pl

__all__ = ["RESPONDERS", "Arms", "arms_of", "responder_rows", "small_counts_warning"]

RESPONDERS = Term(
    "responder", "Responders", ("n_with_event", "denominator", "proportion"), scale="proportion"
)
EMPTY = "No record of arm {!r} says whether it is a responder."


@frozen(eq=False)
class Arms:
    """The two arms of one comparison.

    `strata` leaves out strata that lack an arm; `incomplete` counts the records in them.

    `template` is the row that the statistics of the comparison are like.
    """

    template: Stat
    comparison: str
    events: Two
    n: Two
    strata: tuple[Stratum, ...]
    incomplete: int
    missing: int
    records: tuple[pl.DataFrame, pl.DataFrame]

    @property
    def empty(self) -> str | None:
        """Why nothing can be compared, or None."""
        names = (self.template.group, self.template.reference_group)
        return next(
            (EMPTY.format(name) for name, n in zip(names, self.n, strict=True) if not n), None
        )


def arms_of(task: Task) -> Iterator[Arms]:
    """Every comparison of two arms."""
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            yield _arms(task, name, task.groups(name))


def _arms(task: Task, name: str, groups: Groups) -> Arms:
    sides = [frame.drop_nulls("responder") for frame in (groups.first, groups.second)]
    events, n = (
        _two(int(side["responder"].sum()) for side in sides),
        _two(side.height for side in sides),
    )
    subjects = sum(side["subject"].n_unique() for side in sides)
    template = Stat(
        "n",
        comparison=name,
        visit=groups.visit,
        reference_visit=groups.reference_visit,
        group=groups.group,
        reference_group=groups.reference_group,
        unit="",
        n_records=sum(n),
        n_subjects=subjects,
        warning=clustered_warning(sum(n), subjects),
    )
    strata, incomplete = _strata(task, sides)
    return Arms(template, name, events, n, strata, incomplete, groups.missing, (sides[0], sides[1]))


def _two(values: Iterator[int]) -> Two:
    first, second = values
    return first, second


def _strata(task: Task, sides: list[pl.DataFrame]) -> tuple[tuple[Stratum, ...], int]:
    """Counts in each combination of the levels of the endpoint's strata.

    In the order of their names; a missing level is a level.
    """
    counts: dict[tuple[str, ...], list[list[int]]] = {}
    for arm, side in enumerate(sides):
        levels = (
            # As text, in which a missing level is one like any other ("None") and sorts among them.
            zip(*(map(str, side[name].to_list()) for name in task.strata), strict=True)
            if task.strata
            else [()] * side.height
        )
        for level, responded in zip(levels, side["responder"].to_list(), strict=True):
            cell = counts.setdefault(level, [[0, 0], [0, 0]])[arm]
            cell[0] += bool(responded)
            cell[1] += 1
    tables = [counts[level] for level in sorted(counts)]
    complete = tuple(
        Stratum((first[0], second[0]), (first[1], second[1]))
        for first, second in tables
        if first[1] and second[1]
    )
    return complete, sum(
        first[1] + second[1] for first, second in tables if not (first[1] and second[1])
    )


def responder_rows(arms: Arms) -> Iterator[Stat]:
    """How many of how many responded in each arm."""
    names = (arms.template.group, arms.template.reference_group)
    for name, x, m in zip(names, arms.events, arms.n, strict=True):
        of_arm = evolve(
            arms.template,
            group=name,
            reference_group=None,
            n_records=m,
            n_subjects=None,
            warning=None,
        )
        yield from of_arm.rows("responder", n_with_event=x, denominator=m)
        for row in of_arm.rows("responder", proportion=x / m if m else None):
            yield row if m else row.failed("one_arm_empty", EMPTY.format(name))


def small_counts_warning(events: Two, n: Two) -> str | None:
    """The warning that a chi-square is of too few."""
    least = least_expected(events, n)
    return (
        None
        if least >= 5
        else f"small_counts: The smallest expected count is {least:.1f}; below 5 the chi-square is "
        "rough."
    )
