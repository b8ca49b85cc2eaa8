"""The folder in which `check` keeps subjects' data while it works, and the sweep behind a kill."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from dermoutcomes.runs.run_lock import lock_file
from dermoutcomes.work_note import note_end_of_path, note_path

__all__ = ["check_folder"]

PREFIX = "dermoutcomes-check-"
LOCK = ".lock"


@contextmanager
def check_folder() -> Iterator[Path]:
    """A new folder for temporary files, which nobody else can read, removed at the end.

    Folders that killed checks of this user left behind are removed first: theirs is a lock that
    no process holds.
    """
    _sweep(Path(gettempdir()))
    folder = Path(mkdtemp(prefix=PREFIX))
    note_path(folder)
    held = lock_file(folder / LOCK)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        note_end_of_path(folder)
        if held is not None:
            held.close()


def _sweep(temporary: Path) -> None:
    for folder in temporary.glob(f"{PREFIX}*"):
        # A folder without a lock may be one that is just being made.
        with suppress(OSError):
            if not folder.is_dir() or folder.is_symlink() or not (folder / LOCK).is_file():
                continue
            held = lock_file(folder / LOCK)
            if held is not None:
                held.close()
                shutil.rmtree(folder, ignore_errors=True)
