"""A disk that is full, read-only or somebody else's, and a file that may not grow."""

from __future__ import annotations

import os
import random
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from .tried_study import ROUGH, Outcome, TriedStudy

__all__ = [
    "can_be_another_user",
    "can_mount",
    "files_that_may_not_grow",
    "full_disks",
    "of_another_user",
    "read_only",
]

# The study belongs to somebody else; without capabilities the user who tries may not write there.
SOMEBODY = 12345
WITHOUT_RIGHTS = ("setpriv", "--bounding-set", "-all", "--inh-caps", "-all")
RUN = ("run", "study.toml", "--quiet")


def can_mount(study: TriedStudy) -> bool:
    """Whether this user may give a process disks of its own."""
    if shutil.which("unshare") is None:
        return False
    script = f"mount -t tmpfs -o size=64k none {study.temporary}"
    status, _ = study.ended(before=("unshare", "--mount", "sh", "-c", f"{script} && exit 7", "sh"))
    return status == 7


def full_disks(study: TriedStudy, times: int, seed: int = 2) -> Outcome:
    """`results` on a disk of its own that holds the last good run and a random number of bytes more.

    The disk is seen by the process alone: it copies the last run there and says what is left.
    """
    numbers, survived, full = random.Random(seed), 0, 0
    size = sum(path.stat().st_size for path in study.run_folder.rglob("*") if path.is_file())
    kept = study.folder.parent / "kept"
    for _ in range(times):
        more = numbers.randrange(4096, size + 65536)
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(study.folder / "results", kept)
        # Space for every file of the run in whole pages, and for its folders.
        pages = sum(4096 + path.stat().st_size for path in kept.rglob("*")) + more
        script = (
            f"mount -t tmpfs -o size={pages} none results && cp -a {kept}/. results && "
            f'"$0" "$@"; status=$?; rm -rf {kept}; cp -a results {kept}; exit $status'
        )
        status, words = study.ended(*RUN, before=("unshare", "--mount", "sh", "-c", script))
        survived += _is_as_before(study, kept, status, words)
        full += status == 1
    return Outcome(
        "full disk: room for the last run and a random part of the next",
        times,
        survived,
        int(study.is_mended_by(*RUN)) * times,
        f"{full} were full before the end: status 1, “cannot write the run folder … No space left on "
        "device”, and nothing is left of what was begun; with room, the next run is as ever",
    )


def _is_as_before(study: TriedStudy, kept: Path, status: int, words: str) -> bool:
    """Whether the run on the full disk ended in words (or was done) and the last good one is whole."""
    names = sorted(path.name for path in kept.iterdir())
    in_words = "cannot write the run folder" in words and "No space left" in words
    return (
        ((status == 1 and in_words) or status == 0)
        and not ROUGH.search(words)
        and [name for name in names if name.startswith(".")] == []
        and study.outputs(kept / "SMALL") == study.plain
    )


def files_that_may_not_grow(study: TriedStudy, times: int, seed: int = 3) -> Outcome:
    """RLIMIT_FSIZE at random sizes below that of the largest file of a run."""
    numbers, survived, mended = random.Random(seed), 0, 0
    largest = max(path.stat().st_size for path in study.run_folder.rglob("*") if path.is_file())
    for _ in range(times):
        size = numbers.randrange(1024, largest)
        status, words = study.ended(*RUN, preexec_fn=_bounded(size))
        in_words = status == 1 and "File too large" in words and not ROUGH.search(words)
        survived += in_words and study.is_whole()
        mended += study.is_mended_by(*RUN)
    return Outcome(
        "a file may not grow beyond a random size (ulimit -f)",
        times,
        survived,
        mended,
        "status 1, “File too large”; the next run is as ever",
    )


def _bounded(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def read_only(study: TriedStudy) -> Iterator[Outcome]:
    """The study on a disk that cannot be written: run ends in words, check and verify work."""
    mount = f"mount --bind -o ro {study.folder} {study.folder}"
    for command, wanted in (
        (RUN, 1),
        (("check", "study.toml"), 0),
        (("verify", "results/SMALL"), 0),
    ):
        # Entered anew: the working folder is still the one below the new disk.
        script = (
            f'{mount} && mount -o remount,ro,bind {study.folder}; cd {study.folder} && "$0" "$@"'
        )
        status, words = study.ended(*command, before=("unshare", "--mount", "sh", "-c", script))
        is_right = status == wanted and not ROUGH.search(words)
        if wanted == 1:
            is_right = is_right and "Read-only file system" in words
        yield Outcome(
            f"read-only disk: {command[0]}",
            1,
            int(is_right and study.is_whole()),
            int(study.is_mended_by(*RUN)),
            "status 1, “Read-only file system”"
            if wanted == 1
            else "works, and needs no write access",
        )


def of_another_user(study: TriedStudy) -> Iterator[Outcome]:
    """A user who may read the study and not write beside it."""
    paths = (study.folder, *study.folder.rglob("*"))
    for path in paths:
        os.chown(path, SOMEBODY, SOMEBODY)
        path.chmod(0o755 if path.is_dir() else 0o644)
    for command, wanted in (
        (RUN, 1),
        (("check", "study.toml"), 0),
        (("verify", "results/SMALL"), 0),
    ):
        status, words = study.ended(*command, before=WITHOUT_RIGHTS)
        is_right = status == wanted and not ROUGH.search(words)
        if wanted == 1:
            is_right = is_right and "Permission denied" in words
        yield Outcome(
            f"another user, who may only read: {command[0]}",
            1,
            int(is_right and study.is_whole()),
            int(study.is_mended_by(*RUN)),
            "status 1, “Permission denied”" if wanted == 1 else "works, and needs no write access",
        )
        for path in paths:
            if path.exists():
                os.chown(path, SOMEBODY, SOMEBODY)


def can_be_another_user() -> bool:
    """Whether files can be given to another user, and a process be without rights to them."""
    return os.name != "nt" and os.geteuid() == 0 and shutil.which("setpriv") is not None
