"""A command under a limit of memory: done by a process that another one watches.

A library that gets no memory may end the process from within, or ask for it again for ever, and
the system may kill it: nothing in that process can say a word then. So under a limit the command
is done by a child, and the process that was called says what became of it.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import FrameType

from attrs import define, evolve, field

from dermoutcomes.cli.terminal import EXIT_STOPPED, exit_on_error, print_problems
from dermoutcomes.errors import Problem
from dermoutcomes.runs.run_lock import lock_file
from dermoutcomes.shortages import (
    container_memory,
    limit_of,
    refuse_small_limits,
    shortage_of_memory,
)
from dermoutcomes.work_note import open_note

__all__ = ["is_watched", "refuse_limits", "watched"]

# A command that waits for memory in vain: so many seconds in which it worked mostly inside the
# system, with hardly any addresses left.
LONGEST_WAIT, SHARE_IN_SYSTEM, LEAST_WORK, FREE_ADDRESSES = 20.0, 0.5, 0.2, 128 << 20
BETWEEN_LOOKS = 0.1
STANDARD_ERROR, LONGEST_LINE = 2, 1 << 16
# What libraries write when they end the process for want of memory, in words of programmers.
OF_LIBRARIES = re.compile(
    rb"memory allocation of \d+ bytes failed|^stack backtrace:|^note: .*RUST_BACKTRACE"
    rb"|^skipping backtrace|^<jemalloc>|^terminate called|std::bad_alloc|^OpenBLAS "
    rb"|^thread '.*' .*panicked at"
)
# Options of the C library (malloc.h) and of the kernel (prctl.h).
M_ARENA_MAX, PR_SET_PDEATHSIG = -8, 1
PASSED_ON = (signal.SIGTERM, signal.SIGHUP) if os.name != "nt" else ()
# How a process ends that gets no memory: by its own library, by the kernel, by an address in a
# page that could not be had.
WITHOUT_MEMORY = ("SIGABRT", "SIGKILL", "SIGSEGV", "SIGBUS", "SIGILL", "SIGTRAP")


def is_watched() -> bool:
    """Whether a limit of memory is in force under which a command has to be watched.

    Not where other threads run already, which a child would not have.
    """
    return (
        os.name != "nt"
        and any(
            limit is not None for limit in (limit_of("AS"), limit_of("DATA"), container_memory())
        )
        and threading.active_count() == 1
        and "polars" not in sys.modules
    )


def refuse_limits() -> None:
    """End with words where nothing can be done under the limits of this process."""
    with exit_on_error():
        refuse_small_limits()


def watched(command: Callable[[], object]) -> int:
    """Do a command in a child of this process; its exit status, and words where it gave none."""
    sys.stdout.flush()
    sys.stderr.flush()
    said = None if sys.stderr.isatty() else _SaidByChild(*os.pipe())
    note, parent, child = open_note(), os.getpid(), os.fork()
    if child == 0:
        _end_with(parent)
        _take_few_addresses()
        if said:
            said.is_written_here()
        command()
        return 0
    if said:
        said.is_read_here()
    previous = {number: signal.signal(number, _passing_on(child)) for number in PASSED_ON}
    # Ctrl-C reaches both: the child says that it was interrupted.
    previous[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        status, waits_in_vain = _awaited(child, said)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if said:
        said.end(without_libraries=status != 0)
    if not os.WIFSIGNALED(status):
        return os.waitstatus_to_exitcode(status)
    left, number = note.read(), signal.Signals(os.WTERMSIG(status))
    _remove(left.paths)
    if not waits_in_vain and number.name not in WITHOUT_MEMORY:
        # As if the signal had reached this process: who called it sees the same.
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    print_problems((_problem(left.work, None if waits_in_vain else number),))
    return EXIT_STOPPED


@define
class _SaidByChild:
    """Standard error of the child, passed on but for the last words of libraries that ended it."""

    read: int
    write: int
    rest: bytes = b""
    held: list[bytes] = field(factory=list)

    def is_written_here(self) -> None:
        """The child: what it writes to standard error goes into the pipe."""
        os.dup2(self.write, STANDARD_ERROR)
        os.close(self.read)
        os.close(self.write)

    def is_read_here(self) -> None:
        os.close(self.write)

    def pass_on(self) -> bool:
        """Pass on what is there; False at the end."""
        part = os.read(self.read, 1 << 16)
        *lines, self.rest = (self.rest + part).split(b"\n")
        for line in lines:
            self._tell(line + b"\n")
        if not OF_LIBRARIES.search(self.rest) and len(self.rest) > LONGEST_LINE:
            self._tell(self.rest)
            self.rest = b""
        return bool(part)

    def _tell(self, line: bytes) -> None:
        if OF_LIBRARIES.search(line):
            self.held.append(line)
        else:
            os.write(STANDARD_ERROR, line)

    def end(self, *, without_libraries: bool) -> None:
        """The rest, and what was held back where the command came to its end after all."""
        os.set_blocking(self.read, False)
        with suppress(BlockingIOError):
            while self.pass_on():
                pass
        os.close(self.read)
        if self.rest:
            self._tell(self.rest)
        if not without_libraries:
            for line in self.held:
                os.write(STANDARD_ERROR, line)


def _problem(work: str, ended: signal.Signals | None) -> Problem:
    """What is said of a process that could not say it."""
    how = (
        "it waited for memory that it did not get"
        if ended is None
        else f"the system ended it ({ended.name})"
    )
    where = f" in {work}" if work else ""
    return evolve(
        shortage_of_memory(),
        message=f"the command came to no end{where}: {how}, most likely as the memory that it may "
        "take is not enough",
    )


def _remove(paths: Iterable[str]) -> None:
    """Remove what the command was writing, as it would have done itself."""
    for path in map(Path, paths):
        shutil.rmtree(path, ignore_errors=True)
        # A lock that another run took meanwhile is that run's.
        with suppress(OSError):
            if path.is_file() and (lock := lock_file(path)) is not None:
                path.unlink(missing_ok=True)
                lock.close()


def _end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies: nobody else waits for it."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _take_few_addresses() -> None:
    """Have all threads share one heap: each of its own takes 64 MB of addresses and fills few."""
    if limit_of("AS") is None or not sys.platform.startswith("linux"):
        return
    # Processes that are started from here read it as they begin.
    os.environ.setdefault("MALLOC_ARENA_MAX", "1")
    import ctypes

    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # Not in every C library of Linux.
        library.mallopt(M_ARENA_MAX, 1)


def _passing_on(child: int) -> Callable[[int, FrameType | None], None]:
    def pass_on(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what a handler gets
        os.kill(child, number)

    return pass_on


def _awaited(child: int, said: _SaidByChild | None) -> tuple[int, bool]:
    """How the child ended, and whether it was ended because it waited for memory in vain."""
    wait, reads = _VainWait(child, limit_of("AS")), [said.read] if said else []
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status, False
        if wait.is_in_vain():
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            return status, True
        # Its words end with the child, which is so seen at once.
        ready, _, _ = select.select(reads, [], [], BETWEEN_LOOKS)
        if ready and said is not None and not said.pass_on():
            reads = []


@define
class _VainWait:
    """Looks at a process that may be waiting for memory.

    OpenBLAS asks again and again for what it does not get: the process is then busy, nearly all of
    it inside the system, and has hardly any addresses left. A long computation is busy by itself.
    """

    process: int
    addresses: int | None
    since: float | None = None
    busy: float = 0.0
    in_system: float = 0.0

    def is_in_vain(self) -> bool:
        if self.addresses is None:
            return False
        by_itself, in_system, size = self._times_and_size()
        if self.addresses - size > FREE_ADDRESSES:
            self.since = None
            return False
        busy, now = by_itself + in_system, time.monotonic()
        if self.since is None:
            self.since, self.busy, self.in_system = now, busy, in_system
        lasted, work = now - self.since, busy - self.busy
        if lasted < LONGEST_WAIT:
            return False
        inside = in_system - self.in_system
        # The next span begins: what was said of this one is not said of the next.
        self.since, self.busy, self.in_system = now, busy, in_system
        return work > LEAST_WORK * lasted and inside > SHARE_IN_SYSTEM * work

    def _times_and_size(self) -> tuple[float, float, int]:
        """Seconds of work by itself and inside the system, and bytes of addresses."""
        try:
            words = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii", errors="replace")
        except OSError:  # pragma: no cover - a system without /proc, or a process that just ended
            return 0.0, 0.0, 0
        fields = words.rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        return int(fields[11]) / ticks, int(fields[12]) / ticks, int(fields[20])
