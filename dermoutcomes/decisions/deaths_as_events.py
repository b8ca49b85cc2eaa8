"""Deaths beside a claim that no serious event occurred: whatever was marked, a death is serious."""

from __future__ import annotations

import polars as pl
from attrs import frozen

from dermoutcomes.conditions import Conditions

__all__ = ["DeathsAsEvents", "deaths_as_events"]


@frozen
class DeathsAsEvents:
    """What deaths make of a count of serious events: a sentence, and whether they are of the kind.

    Where they are not surely of it, nobody knows, and the claim stays open.
    """

    sentence: str
    of_kind: bool


def deaths_as_events(
    conditions: Conditions,
    events: pl.DataFrame,
    milestones: pl.DataFrame | None,
    subjects: pl.Series,
) -> DeathsAsEvents | None:
    """The deaths among `subjects` that the count of serious events does not hold; None without any.

    Fatal events that are not marked as serious count as serious here, and in no table. A death of
    which a milestone alone tells is of the kind where the claim asks for nothing but seriousness.
    """
    if not any(part.column == "serious" and part.value is True for part in conditions):
        return None
    own = events.filter(pl.col("subject").is_in(subjects.implode()))
    fatal = pl.col("fatal").fill_null(value=False)
    is_recorded = conditions.expr().fill_null(value=False)
    # Not fatal and unknown whether serious: false or null is null in Polars, so it stays unknown.
    as_serious = own.with_columns(is_recorded.alias("counted")).with_columns(
        serious=fatal | pl.col("serious")
    )
    of_kind = as_serious.filter(conditions.expr())
    added = of_kind.filter(~pl.col("counted"))
    not_known = as_serious.filter(conditions.expr().is_null(), fatal)
    untold = _told_by_milestones_alone(own, milestones, subjects)
    # Of a death that only a milestone tells nothing else is known, as whether it is related.
    alone = all(part.column == "serious" for part in conditions)
    parts = []
    if added.height:
        parts.append(
            f"{_deaths(added['subject'].n_unique())} not marked as serious: with "
            f"{'it' if added.height == 1 else 'them'}, {of_kind.height} "
            f"{'event' if of_kind.height == 1 else 'events'} in {of_kind['subject'].n_unique()} of "
            f"{subjects.len()} subjects"
        )
    if untold:
        parts.append(f"{_deaths(untold)} told of by the disposition and by no event")
    if not_known.height:
        parts.append(
            f"{_deaths(not_known['subject'].n_unique())} of which it is not known whether "
            f"{'it is' if not_known.height == 1 else 'they are'} of the kind"
        )
    if not parts:
        return None
    return DeathsAsEvents(f"{'; '.join(parts)}.", bool(added.height or (untold and alone)))


def _told_by_milestones_alone(
    events: pl.DataFrame, milestones: pl.DataFrame | None, subjects: pl.Series
) -> int:
    if milestones is None:
        return 0
    died = set(milestones.filter("death")["subject"]) & set(subjects)
    return len(died - set(events.filter("fatal")["subject"]))


def _deaths(number: int) -> str:
    return f"{number} death{'' if number == 1 else 's'}"
