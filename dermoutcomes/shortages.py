"""Memory and open files: what the system lets this process have, and the words where it is not enough.

A library that gets no memory raises errors of many kinds, and of most of them nothing shows the
cause: a module that does not import, a workbook that cannot be read.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from attrs import evolve

from dermoutcomes.errors import CombinedError, Problem, StudyError
from dermoutcomes.number_text import bytes_words

__all__ = [
    "ADDRESSES_OF_A_RUN",
    "ShortageError",
    "container_memory",
    "limit_of",
    "raise_shortage",
    "refuse_small_limits",
    "refuse_to_draw",
    "shortage_of",
    "shortage_of_memory",
]

# Bytes of addresses that a run of a few subjects takes with all its libraries (`ulimit -v` bounds
# addresses, most of which are never filled); bytes of memory that it fills; files open at once.
ADDRESSES_OF_A_RUN, MEMORY_OF_A_RUN, FILES_OF_A_RUN = 950_000_000, 500_000_000, 64
# Addresses that the library which draws figures asks for and never fills: V8 keeps its objects in
# ranges of 32 GB, and asks for two so that one of them begins where it wants it.
ADDRESSES_OF_DRAWING = 68_000_000_000
# Files of the kernel with the limit of the container: control groups of version 2 and of version 1.
CONTROL_GROUPS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
# Where they stand, and where the kernel says in which of them a process is.
GROUPS, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# Version 1 writes the largest number of pages where there is no limit.
NO_LIMIT = 1 << 60

_MEMORY = re.compile(
    r"failed to map segment|cannot allocate memory|memory allocation of|out of memory"
    r"|can't start new thread|ThreadPoolBuildError|failed to spawn thread|os error 1[12]\b"
    # What Polars says where its library cannot be mapped.
    r"|name 'plr' is not defined",
    re.IGNORECASE,
)
_FILES = re.compile(r"too many open files|os error 2[34]\b", re.IGNORECASE)


class ShortageError(StudyError):
    """The system gives this process no more memory, or lets it open no more files."""


def shortage_of(error: BaseException) -> Problem | None:
    """The shortage behind an error, among its causes too; None where there is none."""
    for cause in _causes(error):
        if isinstance(cause, ShortageError):
            return cause.problems[0]
        if type(cause).__name__ == "BrokenProcessPool":
            return _shortage_of_workers()
        number = cause.errno if isinstance(cause, OSError) else None
        words = str(cause)
        is_of_memory = isinstance(cause, MemoryError) or number == errno.ENOMEM
        if is_of_memory or (_is_of_a_library(cause) and _MEMORY.search(words)):
            return shortage_of_memory()
        if number in (errno.EMFILE, errno.ENFILE) or (
            _is_of_a_library(cause) and _FILES.search(words)
        ):
            return _shortage_of_files()
    return None


def raise_shortage(error: BaseException) -> None:
    """ShortageError where a shortage is behind an error, which is then no fault of a file."""
    if problem := shortage_of(error):
        raise ShortageError(problem) from error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, those that it was raised from, and those that it lists."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += cause.errors if isinstance(cause, CombinedError) else ()
        waiting += [one for one in (cause.__cause__, cause.__context__) if one is not None]


def _is_of_a_library(error: BaseException) -> bool:
    """Whether an error is the words of a library, and not those of a study, which may quote a cell."""
    return isinstance(error, (ImportError, OSError, RuntimeError, NameError)) or type(
        error
    ).__name__ in ("PanicException", "ComputeError")


def shortage_of_memory() -> Problem:
    """Too little memory, with the limits that are in force."""
    return Problem(
        "the memory that this process may take is not enough",
        found=_memory_words(),
        expected=f"{bytes_words(MEMORY_OF_A_RUN)} of memory and {bytes_words(ADDRESSES_OF_A_RUN)} of addresses "
        "for a study of a few files, and more for large ones",
        hint="raise the limit (ulimit -v unlimited; the memory of the container), or use a machine "
        "with more; a damaged file may ask for any size",
        code="memory",
    )


def _shortage_of_workers() -> Problem:
    problem = shortage_of_memory()
    return evolve(
        problem,
        message="the system ended a process that did steps of the study, most likely as the memory "
        "that it may take is not enough",
        hint=f"fewer processes (--workers 1) take less memory; {problem.hint}",
    )


def _shortage_of_files() -> Problem:
    most = limit_of("NOFILE")
    return Problem(
        "this process may open no more files",
        found=f"at most {most} at once (ulimit -n)" if most is not None else "a full system",
        expected=f"at least {FILES_OF_A_RUN} at once",
        hint="ulimit -n 1024 before the command raises the limit",
        code="open_files",
    )


def _memory_words() -> str:
    addresses, data, container = limit_of("AS"), limit_of("DATA"), container_memory()
    limits = [
        f"at most {bytes_words(size)} {of_what}"
        for size, of_what in (
            (addresses, "of addresses (ulimit -v)"),
            (data, "of data (ulimit -d)"),
            (container, "of memory in this container or job"),
        )
        if size is not None
    ]
    return " and ".join(limits) or f"a machine of {bytes_words(_memory_of_machine())}"


def limit_of(name: str) -> int | None:
    """The limit that the system sets to this process (AS, DATA, NOFILE); None where there is none."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits
        return None
    soft, _ = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
    return None if soft == resource.RLIM_INFINITY else soft


def container_memory() -> int | None:
    """Bytes of memory that the container or job of this process may fill; None where nothing bounds it.

    The smallest limit of its control group and of those above it: a container sees its own as the
    root, a job of a queue or of systemd does not.
    """
    sizes = []
    for path in (*CONTROL_GROUPS, *_own_groups()):
        try:
            words = path.read_text(encoding="ascii").strip()
        except OSError:
            continue
        if words.isdigit() and int(words) < NO_LIMIT:
            sizes.append(int(words))
    return min(sizes, default=None)


def _own_groups() -> Iterator[Path]:
    """The files with the limits of the control groups that this process is in."""
    try:
        lines = OWN_GROUPS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, group = (*line.split(":", 2), "none", "")[:3]
        own = PurePosixPath(group.lstrip("/"))
        for place in (own, *own.parents):
            if controllers == "":
                yield GROUPS / place / "memory.max"
            elif "memory" in controllers.split(","):
                yield GROUPS / "memory" / place / "memory.limit_in_bytes"


def _memory_of_machine() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # pragma: no cover - Windows has no sysconf
        return 0


def refuse_small_limits() -> None:
    """ShortageError where no study can be run under the limits, known before anything is loaded.

    Libraries that get no memory while they are loaded wait for it for ever, or end the process.
    The number of open files is raised as far as the system allows.
    """
    _raise_number_of_files()
    files = limit_of("NOFILE")
    if files is not None and files < FILES_OF_A_RUN:
        raise ShortageError(_shortage_of_files())
    smallest = min(limit_of("AS") or ADDRESSES_OF_A_RUN, ADDRESSES_OF_A_RUN)
    filled = min(
        size or MEMORY_OF_A_RUN for size in (limit_of("DATA"), container_memory(), MEMORY_OF_A_RUN)
    )
    if smallest < ADDRESSES_OF_A_RUN or filled < MEMORY_OF_A_RUN:
        raise ShortageError(shortage_of_memory())


def refuse_to_draw() -> None:
    """ShortageError where figures cannot be drawn under the limit of addresses."""
    addresses = limit_of("AS")
    if addresses is not None and addresses < ADDRESSES_OF_DRAWING:
        raise ShortageError(
            Problem(
                "figures cannot be drawn under this limit of addresses",
                path="outputs.reports",
                found=_memory_words(),
                expected=f"no limit of addresses, or {bytes_words(ADDRESSES_OF_DRAWING)}: the library that "
                "draws asks for so many and fills few",
                hint="ulimit -v unlimited lifts the limit; reports = [] in [outputs] draws none, and "
                "a container bounds memory without bounding addresses",
                code="memory",
            )
        )


def _raise_number_of_files() -> None:
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 1024 if hard == resource.RLIM_INFINITY else min(hard, 1024)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
