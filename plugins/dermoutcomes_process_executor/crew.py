"""The processes of one run: started when they pay, kept until it is over."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

from attrs import define

__all__ = ["Crew"]


@define(eq=False)
class Crew:
    """Up to `processes` processes that work on a run, this one among them.

    `pool` has the others once they are started, as `children`. `most_left` is the longest time, in seconds, that
    the rest of a stage was expected to take this process alone; None where nothing was expected.
    """

    processes: int
    threads: int
    pays_from: float
    pool: ProcessPoolExecutor | None = None
    children: tuple[BaseProcess, ...] = ()
    most_left: float | None = None

    @property
    def works_elsewhere(self) -> bool:
        """Whether other processes do every step, however little it is."""
        return self.pays_from == 0

    @property
    def others(self) -> int:
        """How many processes are started beside this one."""
        return self.processes if self.works_elsewhere else self.processes - 1

    def pays(self, seconds_left: float) -> bool:
        """Whether so much work of a stage is worth other processes, which start if it is.

        It takes them about a second and a half of a processor each before their first step.
        """
        self.most_left = max(seconds_left, self.most_left or 0.0)
        if self.pool is None and self.others and seconds_left >= self.pays_from:
            self.start()
        return self.pool is not None

    def start(self) -> ProcessPoolExecutor:
        """The pool, started if it is not.

        Processes are spawned, never forked: a forked process inherits the locks of Polars' threads
        and hangs.
        """
        from multiprocessing import active_children, get_context

        if self.pool is None:
            before = active_children()
            with _threads(self.threads), _deaf_to_interrupts():
                self.pool = ProcessPoolExecutor(self.others, mp_context=get_context("spawn"))
                # A process is started for each task that finds no idle one: all of them now, as
                # they are started later by another thread, and would hear Ctrl-C.
                try:
                    for _ in range(self.others):
                        self.pool.submit(os.getpid)
                finally:
                    self.children = tuple(
                        child for child in active_children() if child not in before
                    )
        return self.pool

    def end(self) -> None:
        """End the processes; what they have begun is waited for."""
        if self.pool is None:
            return
        if self._is_broken():
            # Where one died while the next was started, Python waits for that one for ever.
            for child in self.children:
                child.kill()
        self.pool.shutdown(cancel_futures=True)

    def _is_broken(self) -> bool:
        """Whether a process was ended from outside: no step can be given to the others then."""
        assert self.pool is not None
        try:
            self.pool.submit(os.getpid)
        except BrokenExecutor:
            return True
        return False


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that are started meanwhile do not hear Ctrl-C.

    This one does, ends them, and says so once.
    """
    import signal
    from threading import current_thread, main_thread

    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """What spawned processes read when they import Polars; this process has read it already."""
    name = "POLARS_MAX_THREADS"
    before = os.environ.get(name)
    os.environ[name] = str(number)
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
