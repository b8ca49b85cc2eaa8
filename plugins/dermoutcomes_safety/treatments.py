"""Whose events they are: subjects of an arm, and which events that arm may have caused."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen

from dermoutcomes import Task
from dermoutcomes.stats import count_words

__all__ = ["Group", "groups"]


@frozen(eq=False)
class Group:
    """Subjects of a column of the table and their events; `arm` is None for everybody.

    `of_sides` says that the events are those of sides or places, not all of the subjects.
    """

    arm: str | None
    subjects: frozenset[str]
    events: pl.DataFrame
    warning: str | None = None
    of_sides: bool = False


def groups(task: Task, events: pl.DataFrame, *, actual: bool) -> Iterator[Group]:
    """Everybody; then each arm, where subjects or their sides were allocated to two or more.

    Inside a subject an event belongs to the arm of its side or place; one without (a cold) belongs
    to no arm. A crossover allocates periods, which events do not name, so it has no column an arm.
    """
    all_subjects = frozenset(task.subjects["subject"])
    of_subjects = events.filter(pl.col("subject").is_in(list(all_subjects)))
    yield Group(None, all_subjects, of_subjects)
    allocations = _allocations(task, all_subjects, actual=actual)
    arms = _arms(task, allocations)
    if task.design not in ("parallel", "within-subject") or len(arms) < 2:
        return
    for arm in arms:
        of_arm = allocations.filter(pl.col("arm") == arm)
        subjects = frozenset(of_arm["subject"])
        if task.design == "parallel":
            yield Group(
                arm,
                subjects,
                of_subjects.filter(pl.col("subject").is_in(list(subjects))),
                _moved(allocations),
            )
        else:
            yield Group(arm, subjects, _at_places(of_subjects, of_arm), of_sides=True)


def _allocations(task: Task, subjects: frozenset[str], *, actual: bool) -> pl.DataFrame:
    """Rows with subject, location, side and the arm.

    The one that was given where that is asked for and known.
    """
    table = task.tables.get("allocations")
    if table is None:
        return pl.DataFrame(schema=dict.fromkeys(("subject", "location", "side", "arm"), pl.String))
    arm = pl.coalesce("arm_actual", "arm") if actual else pl.col("arm")
    return table.with_columns(arm.alias("arm")).filter(
        pl.col("subject").is_in(list(subjects)), pl.col("arm").is_not_null()
    )


def _arms(task: Task, allocations: pl.DataFrame) -> list[str]:
    """Arms in the order of the study file, then any other."""
    present = set(allocations["arm"])
    return [*(arm for arm in task.arms if arm in present), *sorted(present - set(task.arms))]


def _moved(allocations: pl.DataFrame) -> str | None:
    """A warning where subjects were allocated to several arms one after the other.

    They are then counted in each.
    """
    several_arms = (
        allocations.group_by("subject")
        .agg(pl.col("arm").n_unique())
        .filter(pl.col("arm") > 1)
        .height
    )
    return (
        f"several_arms: {count_words(several_arms, 'subject')} had several arms; their events are "
        "counted in each."
        if several_arms
        else None
    )


def _at_places(events: pl.DataFrame, of_arm: pl.DataFrame) -> pl.DataFrame:
    """Events at a place that was given the arm.

    Sides, and locations where both name one, must agree.
    """

    def agrees(name: str) -> pl.Expr:
        return (
            pl.col(name).is_null()
            | pl.col(f"{name}_given").is_null()
            | (pl.col(name) == pl.col(f"{name}_given"))
        )

    arms_of_spot = of_arm.select(
        "subject", pl.col("location").alias("location_given"), pl.col("side").alias("side_given")
    ).unique()
    placed = events.join(arms_of_spot, on="subject", how="inner").filter(
        (pl.col("side").is_not_null() & pl.col("side_given").is_not_null())
        | (pl.col("location").is_not_null() & pl.col("location_given").is_not_null()),
        agrees("side"),
        agrees("location"),
    )
    return events.filter(pl.col("id").is_in(placed["id"].implode()))
