"""The lock of a run folder: one run writes it at a time, and a dead run's lock is taken over."""

from __future__ import annotations

import os
from pathlib import Path

from dermoutcomes.errors import RunFolderError

__all__ = ["is_alive", "lock", "unlock"]


def lock(place: Path) -> None:
    """Lock the run folder at `place`. Raises RunFolderError where a run that is alive writes it."""
    path = _lock_path(place)
    # Linked, not opened: the lock is never there without its owner's number, so that no second
    # run can take it for a dead one's.
    owner = path.with_name(f"{path.name}-{os.getpid()}")
    owner.write_text(str(os.getpid()), encoding="utf-8")
    try:
        # A second time where the first found a dead run's lock.
        for _ in range(2):
            try:
                _link(owner, path)
            except FileExistsError:
                _remove_dead(path, place)
            else:
                return
    finally:
        owner.unlink()
    raise RunFolderError(f"cannot lock {path}; remove it if no run is going on")


def unlock(place: Path) -> None:
    """Remove the lock of the run folder at `place`."""
    _lock_path(place).unlink(missing_ok=True)


def is_alive(process: str) -> bool:
    """Whether a process of that number is there, whoever owns it."""
    if not process.isdigit():
        return False
    try:
        # Signal 0 asks whether the process is there and sends nothing.
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _lock_path(place: Path) -> Path:
    return place.with_name(f".{place.name}.lock")


def _link(owner: Path, path: Path) -> None:
    """Give the file of the owner a second name or, on a disk that has none, a copy.

    Raises FileExistsError where the name is taken.
    """
    try:
        os.link(owner, path)
    except FileExistsError:
        raise
    except OSError:
        with path.open("x", encoding="utf-8") as file:
            file.write(owner.read_text(encoding="utf-8"))


def _remove_dead(path: Path, place: Path) -> None:
    """Remove a dead run's lock. Raises RunFolderError where the run is alive."""
    try:
        process = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return
    if is_alive(process):
        raise RunFolderError(
            f"another run (process {process}) is writing {place.name!r}; wait for it, or give this "
            "one --out FOLDER"
        )
    path.unlink(missing_ok=True)
