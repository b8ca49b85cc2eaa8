"""The same data told otherwise, or with one thing changed.

An analysis must be blind to the first, and see the second.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs
import polars as pl

if TYPE_CHECKING:
    from dermoutcomes.declare.tasks.task import Task
    from dermoutcomes.study import Comparison

__all__ = [
    "RENAMED_ARMS",
    "arms_renamed",
    "covariate_in_other_units",
    "records_lost",
    "shuffled",
    "subjects_renamed",
]

# Names that sort the other way round: the order of arms is that of the task, never that of the
# alphabet.
RENAMED_ARMS = {"A": "Verum", "B": "Control"}
MEASURED = ("value", "base", "change", "pct_change", "responder", "event")
SEED = 20_260_101


def shuffled(task: Task) -> Task:
    """The rows of every frame in an order that is none."""
    return _with_frames(task, _shuffled)


def _shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    order = list(range(frame.height))
    random.Random(SEED).shuffle(order)  # noqa: S311 (nothing secret)
    return frame[order]


def subjects_renamed(task: Task) -> Task:
    """The subjects under other names, which sort in an order that is none of the data."""
    names = task.subjects["subject"].to_list()
    places = list(range(len(names)))
    random.Random(SEED).shuffle(places)  # noqa: S311 (nothing secret)
    others = {name: f"P{place:03d}" for name, place in zip(sorted(names), places, strict=True)}
    return _with_frames(task, lambda frame: _mapped(frame, "subject", others))


def arms_renamed(task: Task, names: Mapping[str, str] = RENAMED_ARMS) -> Task:
    """The arms under other names, in the same order."""
    renamed = _with_frames(task, lambda frame: _mapped(frame, "arm", names))
    return attrs.evolve(
        renamed,
        arms=tuple(names.get(arm, arm) for arm in task.arms),
        reference_arm=names.get(task.reference_arm or "", task.reference_arm),
        doses={names.get(arm, arm): dose for arm, dose in task.doses.items()},
        comparisons={
            name: _comparison(comparison, names) for name, comparison in task.comparisons.items()
        },
    )


def _comparison(comparison: Comparison, names: Mapping[str, str]) -> Comparison:
    return attrs.evolve(
        comparison,
        arm=None
        if comparison.arm is None
        else tuple(names.get(arm, arm) for arm in comparison.arm),
    )


def covariate_in_other_units(task: Task, factor: float) -> Task:
    """Every numeric covariate this many times as large."""
    scaled = [
        (pl.col(name) * factor)
        for name in task.covariates
        if task.records.schema.get(name, pl.String).is_numeric()
    ]
    return _with_frames(
        task,
        lambda frame: (
            frame.with_columns(scaled) if set(task.covariates) <= set(frame.columns) else frame
        ),
    )


def records_lost(task: Task, subject: str) -> Task:
    """One subject's records (of the last of several endpoints) are expected and missing."""
    lost = (pl.col("subject") == subject) & (pl.col("endpoint") == list(task.endpoints)[-1])
    emptied = task.records.filter(lost).with_columns(
        used=pl.lit(False),
        reason=pl.lit("missed"),
        **{name: pl.lit(None, dtype=task.records.schema[name]) for name in MEASURED},
    )
    unused = emptied if task.unused is None else pl.concat([task.unused, emptied])
    return attrs.evolve(task, records=task.records.filter(~lost), unused=unused)


def _mapped(frame: pl.DataFrame, column: str, names: Mapping[str, str]) -> pl.DataFrame:
    return frame.with_columns(pl.col(column).replace(names)) if column in frame.columns else frame


def _with_frames(task: Task, change: Callable[[pl.DataFrame], pl.DataFrame]) -> Task:
    return attrs.evolve(
        task,
        records=change(task.records),
        unused=None if task.unused is None else change(task.unused),
        subjects=change(task.subjects),
        tables={name: change(table) for name, table in task.tables.items()},
    )
