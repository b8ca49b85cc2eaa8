"""What every analysis of times starts from.

One row a subject, and the rows that its statistics are like.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import evolve, frozen

from dermoutcomes import Stat, Task
from dermoutcomes.stats import RECORD_KEY, clustered_warning, stratum

__all__ = ["DAYS", "Compared", "Sample", "compared", "happened", "sample", "unitless"]

DAYS = "d"
ORDER = (*RECORD_KEY, "visit", "value")


@frozen(eq=False)
class Sample:
    """The known times, sorted by subject.

    A frame with subject, arm, _time, event, stratum and the covariates; arms in their order.

    `missing` counts records without a time, by arm. A study without arms has the one arm None.
    """

    frame: pl.DataFrame
    arms: tuple[str | None, ...]
    missing: dict[str | None, int]

    def of(self, arm: str | None) -> pl.DataFrame:
        """The rows of one arm."""
        return self.frame if arm is None else self.frame.filter(pl.col("arm") == arm)

    def template(self, arm: str | None) -> Stat:
        """The row that the statistics of one arm are like."""
        rows = self.of(arm)
        return Stat(
            "n",
            group=arm,
            unit=DAYS,
            n_subjects=rows["subject"].n_unique(),
            n_records=rows.height,
            warning=clustered_warning(rows.height, rows["subject"].n_unique(), "times"),
        )


@frozen(eq=False)
class Compared:
    """Two arms of one comparison, the first against the second.

    `template` is the row that its statistics are like.
    """

    template: Stat
    frame: pl.DataFrame
    group: str
    reference_group: str
    missing: int

    @property
    def empty(self) -> str | None:
        """An arm without a known time."""
        present = set(self.frame["arm"].to_list())
        return next((arm for arm in (self.group, self.reference_group) if arm not in present), None)


def sample(task: Task, first_day: int = 0) -> Sample:
    """Everybody with a known time; `first_day` is what the day of the start counts as."""
    complete = task.records.filter(
        pl.col("value").is_not_null() & pl.col("event").is_not_null()
    ).sort(ORDER)
    frame = complete.with_columns(_time=pl.col("value") + first_day, _stratum=stratum(task.strata))
    lost = pl.concat(
        [
            task.lost.select("arm"),
            task.records.filter(pl.col("value").is_null() | pl.col("event").is_null()).select(
                "arm"
            ),
        ]
    )
    present = set(complete["arm"].to_list()) - {None}
    arms: tuple[str | None, ...] = (
        (*task.arms, *sorted(present - set(task.arms))) if present or task.arms else (None,)
    )
    if not present:
        arms = (None,)
    return Sample(
        frame,
        arms,
        {
            arm: lost.height if arm is None else lost.filter(pl.col("arm") == arm).height
            for arm in arms
        },
    )


def compared(task: Task, everybody: Sample) -> Iterator[Compared]:
    """Each comparison of two arms.

    Times have no visits, so that a visit which the comparison names plays no part.
    """
    for name, comparison in task.comparisons.items():
        if comparison.arm:
            first, second = comparison.arm
            rows = everybody.frame.filter(pl.col("arm").is_in([first, second]))
            template = Stat(
                "n",
                comparison=name,
                group=first,
                reference_group=second,
                unit=DAYS,
                n_subjects=rows["subject"].n_unique(),
                n_records=rows.height,
                warning=clustered_warning(rows.height, rows["subject"].n_unique(), "times"),
            )
            yield Compared(
                template,
                rows,
                first,
                second,
                everybody.missing.get(first, 0) + everybody.missing.get(second, 0),
            )


def happened(rows: pl.DataFrame) -> float:
    """How many of the times ended with the event."""
    return float(rows["event"].sum())


def unitless(template: Stat) -> Stat:
    """The row of a quantity without a unit."""
    return evolve(template, unit="")
