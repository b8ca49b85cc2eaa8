"""When a response began that lasted, and how long the first response lasted, from what was seen visit by visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

__all__ = ["Hold", "Seen", "Spell", "duration", "sustained"]

Hold = Literal["end", "visits"]


class Seen(NamedTuple):
    """One planned visit: its day, and whether the subject responded; both None where there is no record."""

    day: float | None
    responds: bool | None


class Spell(NamedTuple):
    """A time, and whether it ended with the event or with the last visit."""

    time: float
    event: bool


def _runs(seen: Sequence[Seen]) -> list[list[Seen]]:
    """Unbroken runs of visits with a response; a visit without a record breaks one."""
    found: list[list[Seen]] = [[]]
    for visit in seen:
        if visit.responds:
            found[-1].append(visit)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def _known(seen: Sequence[Seen], *, skip: bool) -> list[Seen]:
    """The visits up to the last with a record; with `skip`, those without one are passed over."""
    last = max(
        (number for number, visit in enumerate(seen) if visit.responds is not None), default=-1
    )
    return [visit for visit in seen[: last + 1] if visit.responds is not None or not skip]


def sustained(
    seen: Sequence[Seen], visits: int = 2, hold: Hold = "end", *, skip: bool = False
) -> Spell | None:
    """The day of the first visit of a response that held: up to the last visit with a record, or for a number of visits in a row.

    Either way the response is seen at no fewer than `visits` visits. Without one, the last visit, as a censoring; None without records.
    """
    known = _known(seen, skip=skip)
    if not known:
        return None
    last = known[-1].day
    assert last is not None
    held = [
        run
        for run in _runs(known)
        if len(run) >= visits and (hold == "visits" or run[-1] is known[-1])
    ]
    day = held[0][0].day if held else None
    return Spell(last, event=False) if day is None else Spell(day, event=True)


def duration(seen: Sequence[Seen], *, skip: bool = False) -> Spell | None:
    """From the first response to the first later visit without one (the event), or to the last visit; None for those who never responded.

    A visit without a record is not a loss of response: the response is followed to the next visit that has one.
    """
    known = [visit for visit in _known(seen, skip=skip) if visit.responds is not None]
    begun = next((number for number, visit in enumerate(known) if visit.responds), None)
    if begun is None:
        return None
    lost = next((visit for visit in known[begun:] if not visit.responds), None)
    start, end = known[begun].day, (lost or known[-1]).day
    assert start is not None
    assert end is not None
    return Spell(end - start, event=lost is not None)
