"""What a lock holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import field, frozen

__all__ = [
    "ABSENT",
    "BLINDED",
    "FORMAT",
    "FORMATS",
    "PRESENT",
    "Change",
    "Lock",
    "LockEvent",
    "LockedItem",
    "PluginSince",
    "ReadingRules",
    "SourceComparison",
    "reading_item",
]

# Format 1 holds decisions alone, and of sources only which rows they take.
FORMAT, FORMATS = 2, (1, 2)
# Whether outcome data were there: BLINDED says that they were, and nobody could know the arms.
ABSENT, BLINDED, PRESENT = "absent", "blinded", "present"


@frozen
class Change:
    """An item that is not as it was locked: `kind` is changed, added or removed.

    `before` and `now` say in words what it was and is, where that can be said in a few.
    """

    item: str
    kind: str
    before: str = ""
    now: str = ""

    def __str__(self) -> str:
        said = f" ({self.before} at the lock, {self.now} now)" if self.before else ""
        return f"{self.item} was {self.kind}{said}"


@frozen
class LockedItem:
    """A decision as it was fixed: the hash of what the study file says of it, and the day.

    `outcome_data` says whether files with outcomes were there then: `ABSENT`, `BLINDED` or
    `PRESENT`.
    """

    sha256: str
    locked: date
    outcome_data: str

    @property
    def before_unblinding(self) -> bool:
        """Whether nobody could know then what would come out."""
        return self.outcome_data != PRESENT


def reading_item(source: str) -> str:
    """The item that stands for how the files of a source are read."""
    return f"reading.{source}"


@frozen
class SourceComparison:
    """Today's files of a source, read by today's rules and by those of the lock.

    `state` is `extended` where today's rules read more and what both read is the same, `changed`
    where a value, arm, visit or subject differs, or `mapped` where the locked rules read nothing.
    `example` names a place of `changed` with both readings.
    """

    source: str
    state: str
    newly_read: int
    changed: int
    example: str | None = None


@frozen
class PluginSince:
    """An installed plugin that reads `sources` and is not as it was at the lock.

    `before` and `now` are versions, which may be the same where the code is not; `now` is None for
    one that is not installed any more.
    """

    name: str
    before: str
    now: str | None
    sources: frozenset[str]


@frozen
class ReadingRules:
    """How files were read when the study was locked: the rules themselves, to be used again.

    `tables` are sections of the study file as they were written: `visits` and `arms` with their
    words alone, `sources` whole. `plugins` are the installed ones that read them, by name with
    version and digest; `own_plugins` are the text of the study's own, by path. `dummy_codes` says
    what `[study] dummy_codes` said then.
    """

    locked: date
    outcome_data: str
    tables: Mapping[str, Any]
    plugins: Mapping[str, Mapping[str, str]]
    own_plugins: Mapping[str, str]
    dummy_codes: bool = False


@frozen
class LockEvent:
    """One act of locking, what it changed against the one before, and why."""

    date: date
    outcome_data: str
    software: str
    changes: tuple[Change, ...] = ()
    reason: str = ""


@frozen
class Lock:
    """A study's lock.

    `data` are the files with outcomes that were there at the last locking, with their hashes;
    `bounds` the bounds in force, in words, by measure. `rules` is None in a lock of format 1.
    """

    study: str
    locked: date
    outcome_data: str
    software: str
    items: Mapping[str, LockedItem]
    data: Mapping[str, str]
    history: tuple[LockEvent, ...] = ()
    rules: ReadingRules | None = None
    bounds: Mapping[str, str] = field(factory=dict)
    format: int = FORMAT
