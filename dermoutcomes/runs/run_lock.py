"""The lock of a run folder, held by the operating system: one run writes it at a time.

A lock ends with its process, however that ends: there is no lock of a dead run to take over, and
no number of a process that another host, or the next container, takes for its own.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from dermoutcomes.errors import RunFolderError
from dermoutcomes.work_note import note_end_of_path, note_path

__all__ = ["lock", "lock_file", "system_lock", "unlock"]

# The kernel's own name for the time since it was started: two boots of one host differ in it.
BOOT = Path("/proc/sys/kernel/random/boot_id")
HELD: dict[Path, IO[str]] = {}


def lock(place: Path) -> None:
    """Lock the run folder at `place`. Raises RunFolderError where a run that is alive writes it."""
    path = _lock_path(place)
    file = lock_file(path)
    if file is None:
        raise RunFolderError(
            f"another run is writing {place.name!r} ({_owner(path)}); wait for it, or give this "
            "one --out FOLDER"
        )
    HELD[path.absolute()] = file
    note_path(path)


def unlock(place: Path) -> None:
    """Remove the lock of the run folder at `place`, where this process holds it."""
    path = _lock_path(place)
    file = HELD.pop(path.absolute(), None)
    if file is not None:
        # Removed while it is held: whoever opened it before finds no file of that name behind it.
        path.unlink(missing_ok=True)
        file.close()
        note_end_of_path(path)


def lock_file(path: Path) -> IO[str] | None:
    """A file opened and locked by the system until it is closed, with who holds it in words.

    None where another process holds it. Raises OSError where it cannot be written.
    """
    while True:
        file = path.open("a+", encoding="utf-8")
        try:
            if not system_lock(file):
                file.close()
                return None
            # Whoever held it before may have removed it meanwhile: a lock without a name is none.
            if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
                file.truncate(0)
                file.write(_words_of_owner())
                file.flush()
                return file
        except BaseException:
            file.close()
            raise
        file.close()


def system_lock(file: IO[str], *, wait: bool = False) -> bool:
    """Lock an open file until it is closed; False where another process has locked it.

    With `wait`, the lock is waited for.
    """
    if os.name == "nt":  # pragma: no cover - not run on Linux
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _lock_path(place: Path) -> Path:
    return place.with_name(f".{place.name}.lock")


def _words_of_owner() -> str:
    boot = BOOT.read_text(encoding="ascii").strip() if BOOT.is_file() else ""
    return json.dumps(
        {
            "host": platform.node(),
            "boot": boot,
            "process": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )


def _owner(path: Path) -> str:
    """Who holds a lock, as its file says."""
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        return f"process {owner['process']} on {owner['host']} since {owner['since']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "its lock does not say which"
