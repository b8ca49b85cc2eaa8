"""What a process is at, where the process that watches it can read it when it is gone.

Nothing is kept where nobody watches: every function then does nothing.
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path

from attrs import define, evolve, field

__all__ = ["WorkNote", "note_end_of_path", "note_path", "note_work", "open_note"]

SIZE, OF_LENGTH = 1 << 16, 4


@define
class WorkNote:
    """The work that was begun last, and the folders and locks that its end removes."""

    work: str = ""
    paths: list[str] = field(factory=list)


@define
class _SharedPage:
    """Memory that a process shares with its children, who write into it."""

    page: mmap.mmap | None = None
    note: WorkNote = field(factory=WorkNote)

    def write(self, note: WorkNote) -> None:
        self.note = note
        if self.page is None:
            return
        content = json.dumps([note.work, note.paths]).encode()
        if len(content) <= SIZE - OF_LENGTH:
            self.page[: OF_LENGTH + len(content)] = len(content).to_bytes(OF_LENGTH) + content

    def read(self) -> WorkNote:
        """What stands there; nothing where its writer was ended in the middle of a word."""
        if self.page is None:
            return WorkNote()
        length = int.from_bytes(self.page[:OF_LENGTH])
        try:
            work, paths = json.loads(self.page[OF_LENGTH : OF_LENGTH + length])
        except ValueError:
            return WorkNote()
        return WorkNote(work, paths)


SHARED = _SharedPage()


def open_note() -> _SharedPage:
    """Begin to keep a note, in the process that watches and before its child is there."""
    SHARED.page = mmap.mmap(-1, SIZE)
    SHARED.write(WorkNote())
    return SHARED


def note_work(work: str) -> None:
    """Some work begins, named as in `in WORK`."""
    SHARED.write(evolve(SHARED.note, work=work))


def note_path(path: Path) -> None:
    """A folder or a lock is made that the end of the work removes or puts in its place."""
    SHARED.write(evolve(SHARED.note, paths=[*SHARED.note.paths, str(path.absolute())]))


def note_end_of_path(path: Path) -> None:
    """It was removed, or put in its place."""
    kept = [name for name in SHARED.note.paths if name != str(path.absolute())]
    SHARED.write(evolve(SHARED.note, paths=kept))
