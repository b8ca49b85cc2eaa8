"""Deaths: by the outcome of events, and by the milestones of subjects."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen

from dermoutcomes import Task
from dermoutcomes_safety.event_kinds import is_recorded
from dermoutcomes_safety.treatments import Group

__all__ = ["NOT_SERIOUS", "Deaths", "deaths_of", "fatal_not_serious"]

NOT_SERIOUS = "outcome, not serious"
OUTCOMES = ("outcome", "fatal")


@frozen(eq=False)
class Deaths:
    """Subjects who died, by one source; None where that source is not recorded.

    `events` counts the fatal events, where it is events that tell.
    """

    level: str
    label: str
    subjects: int | None
    events: int | None = None


def deaths_of(task: Task, group: Group) -> Iterator[Deaths]:
    """The deaths of a group: by either source, by each of them, and those not marked as serious.

    All events count here, whether treatment-emergent or not.
    """
    fatal = group.events.filter("fatal")
    by_outcome = set(fatal["subject"])
    has_outcome = is_recorded(task.tables["events"], *OUTCOMES) or bool(by_outcome)
    milestones = task.tables.get("milestones")
    died = set() if milestones is None else set(milestones.filter("death")["subject"])
    by_milestone = died & group.subjects
    told = has_outcome or milestones is not None
    yield Deaths("any", "Died", len(by_outcome | by_milestone) if told else None)
    yield Deaths(
        "outcome",
        "By the outcome of an event",
        len(by_outcome) if has_outcome else None,
        fatal.height if has_outcome else None,
    )
    yield Deaths(
        "disposition",
        "By the disposition",
        None if milestones is None else len(by_milestone),
    )
    if (
        is_recorded(task.tables["events"], "serious")
        and fatal_not_serious(task.tables["events"]).height
    ):
        not_serious = fatal_not_serious(group.events)
        yield Deaths(
            NOT_SERIOUS,
            "Of a fatal event that is not marked as serious",
            not_serious["subject"].n_unique(),
            not_serious.height,
        )


def fatal_not_serious(events: pl.DataFrame) -> pl.DataFrame:
    """Fatal events that are not marked as serious."""
    return events.filter("fatal", ~pl.col("serious").fill_null(value=False))
