"""Values as a block.

Subjects by occasions, complete subjects only, with who was lost on the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from dermoutcomes import Task
from dermoutcomes.stats import against
from dermoutcomes_repeated_measures.occasions import Occasion, in_order

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Layout", "cells", "layout"]

Cells = Mapping[tuple[str, str | None, Occasion], float]


@frozen(eq=False)
class Layout:
    """The values of the subjects that have all of them.

    `values` has the shape (subjects, levels, occasions); `levels` are those of a second factor
    inside the subject, one None where there is none. `arms` has the arm of each subject (None where
    arms lie inside a subject). `lost` counts the subjects that lack a value somewhere, `averaged`
    the cells in which several records (sides, locations) were averaged.
    """

    subjects: tuple[str, ...]
    arms: tuple[str | None, ...]
    levels: tuple[str | None, ...]
    occasions: tuple[Occasion, ...]
    values: np.ndarray
    lost: int
    averaged: int

    def of_arm(self, arm: str | None) -> np.ndarray:
        """The block of one arm."""
        import numpy as np

        block: np.ndarray = self.values[
            np.array([arm_of_unit == arm for arm_of_unit in self.arms], dtype=bool)
        ]
        return block


def layout(
    task: Task, second: str | None = None, visits: Sequence[str] = (), outcome: str = "value"
) -> Layout:
    """The complete subjects of the task.

    `second` is the column of a second factor inside the subject, `visits` those that count.
    """
    import numpy as np

    rows = relevant(task.records, visits)
    values, averaged = cells(rows, second, outcome)
    occasions = in_order([occasion for _, _, occasion in values], task.visits)
    levels = sorted({level for _, level, _ in values if level is not None}) if second else [None]
    everyone = {*rows["subject"].to_list(), *relevant(task.lost, visits)["subject"].to_list()}
    complete = [
        subject
        for subject in sorted(everyone)
        if levels
        and occasions
        and all((subject, level, occasion) in values for level in levels for occasion in occasions)
    ]
    block = np.array(
        [
            [[values[subject, level, occasion] for occasion in occasions] for level in levels]
            for subject in complete
        ],
        dtype=float,
    )
    arm_of = dict(rows.select("subject", "arm").sort("subject", "arm").iter_rows())
    arms = tuple(None if second == "arm" else arm_of[subject] for subject in complete)
    return Layout(
        tuple(complete),
        arms,
        tuple(levels),
        tuple(occasions),
        # Without a subject the array has lost its shape.
        block.reshape(len(complete), len(levels), len(occasions)),
        len(everyone) - len(complete),
        averaged,
    )


def relevant(records: pl.DataFrame, visits: Sequence[str] = ()) -> pl.DataFrame:
    """Records at a visit that stand against the baseline, or against nothing."""
    rows = records.filter(against() & pl.col("visit").is_not_null())
    return rows.filter(pl.col("visit").is_in(list(visits))) if visits else rows


def cells(rows: pl.DataFrame, second: str | None, outcome: str = "value") -> tuple[Cells, int]:
    """One value a subject, level and occasion: the mean where there are several records.

    And how many cells were averaged.
    """
    by_cell: dict[tuple[str, str | None, Occasion], list[float]] = {}
    # Without a second factor the subject stands in its column, which is not used then.
    names = ["subject", second or "subject", "visit", "timepoint", outcome]
    for subject, level, visit, timepoint, value in rows.select(
        pl.col(name).alias(str(i)) for i, name in enumerate(names)
    ).iter_rows():
        if value is not None and (level is not None or second is None):
            by_cell.setdefault(
                (subject, level if second else None, Occasion(visit, timepoint)), []
            ).append(value)
    averaged = sum(len(values) > 1 for values in by_cell.values())
    return {key: fsum(values) / len(values) for key, values in by_cell.items()}, averaged
