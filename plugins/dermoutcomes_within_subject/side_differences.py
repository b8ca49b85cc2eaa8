"""The difference of two treatments inside each subject: before treatment and at a visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import at_visit, clustered_warning, visits_of
from dermoutcomes_within_subject.randomisation import said_of_sides

if TYPE_CHECKING:
    import polars as pl

    from dermoutcomes import Comparison

__all__ = ["SideDifferences", "side_differences"]


@frozen(eq=False)
class SideDifferences:
    """Of each subject with all four values (two where there is no baseline), sorted by subject.

    First minus second, now and before.

    `first` and `second` are the treatments' own values now and `first_before`, `second_before`
    before treatment; they are empty where the endpoint is a difference already. `missing` counts
    subjects that lack one.
    """

    template: Stat
    after: list[float]
    before: list[float]
    first: list[float]
    second: list[float]
    missing: int

    @property
    def n(self) -> int:
        """Number of subjects."""
        return len(self.after)

    @property
    def changes(self) -> list[float]:
        """The difference of changes: the difference now less the one before treatment."""
        return [after - before for after, before in zip(self.after, self.before, strict=True)]


def side_differences(task: Task) -> Iterator[SideDifferences]:
    """The differences of each comparison of two arms inside subjects.

    Where the endpoint is a difference itself, they are those of a visit.
    """
    for name, comparison in task.comparisons.items():
        visit, reference = visits_of(comparison)
        rows, lost = (
            frame.filter(at_visit(visit, reference)) for frame in (task.records, task.lost)
        )
        arms = comparison.arm or (None, None)
        template = Stat(
            "n",
            comparison=name,
            visit=visit,
            reference_visit=reference,
            group=arms[0],
            reference_group=arms[1],
            unit=task.unit,
            label=said_of_sides(task),
        )
        yield (
            _of_arms(template, rows, lost, comparison)
            if comparison.arm
            else _of_differences(template, rows, lost)
        )


def _of_differences(template: Stat, rows: pl.DataFrame, lost: pl.DataFrame) -> SideDifferences:
    """Records that are differences already: their value and their base."""
    complete = rows.drop_nulls(["value", "base"]).sort("subject")
    return _side_differences(
        template,
        complete["value"].to_list(),
        complete["base"].to_list(),
        [],
        [],
        complete,
        rows.height - complete.height + lost.height,
    )


def _of_arms(
    template: Stat, rows: pl.DataFrame, lost: pl.DataFrame, comparison: Comparison
) -> SideDifferences:
    """Both arms of a subject; several places of one arm count by their mean."""
    import polars as pl

    assert comparison.arm is not None
    parts = [
        rows.filter(pl.col("arm") == arm)
        # Sorted, so that means add their values in one order.
        .sort("subject", "value", nulls_last=True)
        .drop_nulls(["value", "base"])
        .group_by("subject", maintain_order=True)
        .agg(pl.col("value", "base").mean())
        for arm in comparison.arm
    ]
    with_both = parts[0].join(parts[1], on="subject", how="inner", suffix="_2").sort("subject")
    expected = pl.concat(
        [
            frame.filter(pl.col("arm").is_in(comparison.arm)).select("subject")
            for frame in (rows, lost)
        ]
    )
    first, second, base, base_2 = (
        with_both[name].to_list() for name in ("value", "value_2", "base", "base_2")
    )
    after = [
        first_value - second_value for first_value, second_value in zip(first, second, strict=True)
    ]
    before = [
        first_value - second_value for first_value, second_value in zip(base, base_2, strict=True)
    ]
    return _side_differences(
        template,
        after,
        before,
        first,
        second,
        with_both,
        expected["subject"].n_unique() - with_both.height,
    )


def _side_differences(
    template: Stat,
    after: list[float],
    before: list[float],
    first: list[float],
    second: list[float],
    frame: pl.DataFrame,
    missing: int,
) -> SideDifferences:
    from attrs import evolve

    subjects = frame["subject"].n_unique()
    with_counts = evolve(
        template,
        n_subjects=subjects,
        n_records=frame.height * (2 if first else 1),
        warning=clustered_warning(frame.height, subjects, "differences"),
    )
    return SideDifferences(with_counts, after, before, first, second, missing)
