"""The executor `processes`.

Independent steps in several processes of this machine, by the standard library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from attrs import frozen

from dermoutcomes import Executor, Step, StepResult, hookimpl, option

__all__ = ["PROCESSES", "ProcessOptions", "register_executors"]
__plugin_api__ = 2


@frozen
class ProcessOptions:
    """How many processes, and how many threads each may use."""

    workers: int | None = option(
        None,
        "Processes; as many as the machine has processors unless stated.",
        at_least=1,
        at_most=256,
    )
    threads: int = option(1, "Polars threads of each process.", at_least=1, at_most=256)


def in_processes(
    worker: Callable[[Step], StepResult], steps: Iterable[Step], options: ProcessOptions
) -> Iterator[StepResult]:
    """One StepResult a step, in the order of the steps. What the worker raises is raised here.

    Processes are spawned, never forked: a forked process inherits the locks of Polars' threads and
    hangs.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    wanted = list(steps)
    processes = min(options.workers or os.cpu_count() or 1, max(len(wanted), 1))
    with (
        _threads(options.threads),
        ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool,
    ):
        with _deaf_to_interrupts():
            results = pool.map(worker, wanted, chunksize=max(1, len(wanted) // (4 * processes)))
        try:
            yield from results
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


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


PROCESSES = Executor(
    "processes", "Steps in several processes of this machine", in_processes, ProcessOptions
)


@hookimpl
def register_executors() -> list[Executor]:
    """The executor."""
    return [PROCESSES]
