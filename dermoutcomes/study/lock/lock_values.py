"""What a lock holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from attrs import frozen

__all__ = ["ABSENT", "FORMAT", "PRESENT", "Change", "Lock", "Locked", "Locking"]

FORMAT = 1
ABSENT, PRESENT = "absent", "present"


@frozen
class Change:
    """An item that is not as it was locked: `what` is changed, added or removed."""

    item: str
    what: str

    def __str__(self) -> str:
        return f"{self.item} was {self.what}"


@frozen
class Locked:
    """An item as it was fixed: the hash of what the study file says of it, the day, and whether outcome data were there."""

    sha256: str
    locked: date
    outcome_data: str


@frozen
class Locking:
    """One act of locking, and what it changed against the one before."""

    date: date
    outcome_data: str
    software: str
    changes: tuple[Change, ...] = ()


@frozen
class Lock:
    """A study's lock. `data` are the files with outcomes that were there at the last locking, with their hashes."""

    study: str
    locked: date
    outcome_data: str
    software: str
    items: Mapping[str, Locked]
    data: Mapping[str, str]
    history: tuple[Locking, ...] = ()
