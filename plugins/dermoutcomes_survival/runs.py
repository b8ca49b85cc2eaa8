"""When a response began that lasted, and how long the first response lasted.

Both are from what was seen visit by visit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

__all__ = ["Hold", "Seen", "Spell", "duration", "sustained"]

Hold = Literal["end", "visits"]


class Seen(NamedTuple):
    """One planned visit: its day, and whether the subject responded.

    Both None where there is no record.
    """

    day: float | None
    responds: bool | None


class Spell(NamedTuple):
    """A time, and whether it ended with the event or with the last visit."""

    time: float
    event: bool


def _runs(visits: Sequence[Seen]) -> list[list[Seen]]:
    """Unbroken runs of visits with a response; a visit without a record breaks one."""
    runs: list[list[Seen]] = [[]]
    for visit in visits:
        if visit.responds:
            runs[-1].append(visit)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _known(visits: Sequence[Seen], *, skip: bool) -> list[Seen]:
    """The visits up to the last with a record; with `skip`, those without one are passed over."""
    last = max(
        (number for number, visit in enumerate(visits) if visit.responds is not None), default=-1
    )
    return [visit for visit in visits[: last + 1] if visit.responds is not None or not skip]


def sustained(
    answers: Sequence[Seen], n_visits: int = 2, hold: Hold = "end", *, skip: bool = False
) -> Spell | None:
    """The day of the first visit of a response that held, or the last visit, as a censoring.

    It holds up to the last visit with a record (`hold` "end"), or for a number of visits in a row
    ("visits"); either way the response is seen at no fewer than `n_visits` visits. None without
    records.
    """
    answered = _known(answers, skip=skip)
    if not answered:
        return None
    last = answered[-1].day
    assert last is not None
    held_runs = [
        run
        for run in _runs(answered)
        if len(run) >= n_visits and (hold == "visits" or run[-1] is answered[-1])
    ]
    day = held_runs[0][0].day if held_runs else None
    return Spell(last, event=False) if day is None else Spell(day, event=True)


def duration(visits: Sequence[Seen], *, skip: bool = False) -> Spell | None:
    """From the first response to the first later visit without one, or to the last visit.

    The former is the event, the latter a censoring. None for those who never responded. A visit
    without a record is no loss of response: the response is followed to the next visit that has
    one.
    """
    answered = [visit for visit in _known(visits, skip=skip) if visit.responds is not None]
    begun = next((number for number, visit in enumerate(answered) if visit.responds), None)
    if begun is None:
        return None
    lost = next((visit for visit in answered[begun:] if not visit.responds), None)
    start, end = answered[begun].day, (lost or answered[-1]).day
    assert start is not None
    assert end is not None
    return Spell(end - start, event=lost is not None)
