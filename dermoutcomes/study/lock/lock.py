"""The lock: what was fixed, when, and whether outcome data were there.

`study.lock` stands beside the study file. It has a line for each item (a visit, an endpoint, a
claim …) with the SHA-256 of what the study file says of it, the date on which it was fixed so, and
whether outcome data were present then. Locking again keeps the date of every item that did not
change. A digest over the whole makes an edit visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import field, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.study.lock.lock_file import parse_lock, render_lock
from dermoutcomes.study.lock.lock_values import ABSENT, PRESENT, Change, Lock, LockedItem, LockEvent
from dermoutcomes.study.lock.locked_items import READING_SELECTION, depends_on, digests

if TYPE_CHECKING:
    from dermoutcomes.study import Study

__all__ = [
    "Lock",
    "LockState",
    "compare",
    "lock_from_bytes",
    "lock_path",
    "outcome_files",
    "read_lock",
    "write_lock",
]

# Tables of the framework that hold no outcome: who takes part, what is given, when.
NO_OUTCOMES = ("subjects", "allocations", "exposures", "milestones")


@frozen
class LockState:
    """How a study stands to its lock: `state` is none, locked before data or locked after data."""

    state: str
    lock: Lock | None = None
    changes: tuple[Change, ...] = ()
    fixed: frozenset[str] = field(default=frozenset(), repr=False)

    def confirmatory(self, item: str) -> bool:
        """Whether an endpoint, family, claim or hypothesis was fixed before the data.

        `item` is "endpoints.X", "multiplicity.X", "claims.X" or "endpoint.comparison". That takes
        the item itself and all that it rests on: visits, comparisons, populations, the study's
        alpha and so on.
        """
        return item in self.fixed


def lock_path(study: Study) -> Path:
    """Where the study's lock stands: its own name with the suffix .lock."""
    return study.path.with_suffix(".lock")


def outcome_files(study: Study) -> tuple[Path, ...]:
    """The files with outcomes that exist now, sorted: those of instruments, scales and events."""
    specs = [
        spec for name, specs in study.sources.items() if name not in NO_OUTCOMES for spec in specs
    ]
    paths = [
        path
        for spec in specs
        for path in (
            [study.folder / spec.file]
            if spec.file
            else study.folder.glob(spec.files)
            if spec.files
            else []
        )
    ]
    return tuple(sorted({path for path in paths if path.is_file()}))


def write_lock(study: Study, *, today: date, data_seen: bool) -> Path:
    """Lock the study as it stands, and return the lock's path.

    `data_seen` says that outcome data were read before, even if their files are gone now. An
    earlier lock is kept as history, and items that did not change keep the day on which they were
    fixed. Raises StudyError for an earlier lock that was edited.
    """
    earlier = read_lock(study)
    outcome_digests = {
        path.relative_to(study.folder).as_posix(): file_digest(path)
        for path in outcome_files(study)
    }
    data = PRESENT if data_seen or outcome_digests else ABSENT
    items = _items(study, earlier, today, data)
    changes = tuple(_changes(earlier.items, digests(study))) if earlier else ()
    history = (*(earlier.history if earlier else ()), LockEvent(today, data, _software(), changes))
    lock = Lock(study.id, today, data, _software(), items, outcome_digests, history)
    path = lock_path(study)
    path.write_text(render_lock(lock), encoding="utf-8", newline="\n")
    return path


def _items(study: Study, earlier: Lock | None, today: date, data: str) -> dict[str, LockedItem]:
    earlier_items = earlier.items if earlier else {}
    now = {name: LockedItem(digest, today, data) for name, digest in digests(study).items()}
    return {
        name: earlier_items[name]
        if name in earlier_items and earlier_items[name].sha256 == item.sha256
        else item
        for name, item in now.items()
    }


def _software() -> str:
    from dermoutcomes import __version__

    return f"dermoutcomes {__version__}"


def read_lock(study: Study) -> Lock | None:
    """The study's lock, or None where it has none. Raises StudyError as `lock_from_bytes` does."""
    path = lock_path(study)
    return lock_from_bytes(study, path.read_bytes()) if path.is_file() else None


def lock_from_bytes(study: Study, content: bytes) -> Lock:
    """`content` as the study's lock.

    Raises StudyError for one that was edited, is damaged or is another study's.
    """
    path = lock_path(study)
    lock = parse_lock(path, content)
    if lock.study != study.id:
        raise StudyError(
            Problem(
                "this is the lock of another study",
                str(path),
                found=lock.study,
                expected=study.id,
                code="lock",
                hint="remove it, and lock this study",
            )
        )
    return lock


def compare(study: Study, lock: Lock | None) -> LockState:
    """How the study stands to its lock: what changed since, and what was fixed before the data."""
    if lock is None:
        return LockState("none")
    current = digests(study)
    before_data = {
        name
        for name, item in lock.items.items()
        if item.outcome_data == ABSENT and current.get(name) == item.sha256
    }
    # What selects readings has an item only where the study file says something: one that is gone
    # lets in readings that the lock kept out, so that nothing is as it was fixed.
    removed_selection = {
        name for name in READING_SELECTION if name in lock.items and name not in current
    }
    fixed = frozenset(
        item
        for item, needed in depends_on(study).items()
        if needed <= before_data and not removed_selection
    )
    state = (
        "locked before data"
        if all(item.outcome_data == ABSENT for item in lock.items.values())
        else "locked after data"
    )
    return LockState(state, lock, tuple(_changes(lock.items, current)), fixed)


def _changes(before: Mapping[str, LockedItem], now: Mapping[str, str]) -> Iterable[Change]:
    """What is different now, in the order of the study file; what was removed last."""
    for name, digest in now.items():
        if name not in before:
            yield Change(name, "added")
        elif before[name].sha256 != digest:
            yield Change(name, "changed")
    yield from (Change(name, "removed") for name in before if name not in now)
