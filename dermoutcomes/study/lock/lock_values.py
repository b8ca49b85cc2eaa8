"""What a lock holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

__all__ = ["ABSENT", "FORMAT", "PRESENT", "Change", "Lock", "LockEvent", "LockedItem"]

FORMAT = 1
ABSENT, PRESENT = "absent", "present"


@frozen
class Change:
    """An item that is not as it was locked: `kind` is changed, added or removed."""

    item: str
    kind: str

    def __str__(self) -> str:
        return f"{self.item} was {self.kind}"


@frozen
class LockedItem:
    """An item as it was fixed: the hash of what the study file says of it, and the day.

    `outcome_data` says whether files with outcomes were there then: `ABSENT` or `PRESENT`.
    """

    sha256: str
    locked: date
    outcome_data: str


@frozen
class LockEvent:
    """One act of locking, and what it changed against the one before."""

    date: date
    outcome_data: str
    software: str
    changes: tuple[Change, ...] = ()


@frozen
class Lock:
    """A study's lock.

    `data` are the files with outcomes that were there at the last locking, with their hashes.
    """

    study: str
    locked: date
    outcome_data: str
    software: str
    items: Mapping[str, LockedItem]
    data: Mapping[str, str]
    history: tuple[LockEvent, ...] = ()
