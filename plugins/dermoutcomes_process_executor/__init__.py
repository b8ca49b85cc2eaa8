"""The executor `processes`.

Independent steps in several processes of this machine, by the standard library.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from attrs import frozen

from dermoutcomes import Executor, Step, StepResult, hookimpl, option
from dermoutcomes_process_executor.crew import Crew
from dermoutcomes_process_executor.shared_work import SharedWork

__all__ = ["PROCESSES", "ProcessOptions", "register_executors"]
__plugin_api__ = 2


@frozen
class ProcessOptions:
    """How many processes, how many threads each may use, and for how much work."""

    workers: int | None = option(
        None,
        "Processes, this one among them; as many as the machine has processors unless stated.",
        at_least=1,
        at_most=256,
    )
    threads: int = option(1, "Polars threads of each process.", at_least=1, at_most=256)
    pays_from: float = option(
        3.0,
        "Seconds of work that a stage has to have left, by the steps that were done, before other "
        "processes are started. With 0 they are started at once and do every step.",
        at_least=0,
        at_most=86400,
    )


@contextmanager
def started(options: ProcessOptions, say: Callable[[str], None]) -> Iterator[Crew]:  # noqa: ARG001
    """The processes of one run, none of them started yet."""
    processes = options.workers or os.cpu_count() or 1
    crew = Crew(processes, options.threads, options.pays_from)
    try:
        yield crew
    finally:
        crew.end()


def in_processes(
    worker: Callable[[Step], StepResult], steps: Iterable[Step], crew: Crew
) -> Iterator[StepResult]:
    """One StepResult a step, in the order of the steps. What the worker raises is raised here."""
    yield from SharedWork(worker, tuple(steps), crew).results()


def told(crew: Crew) -> Iterator[str]:
    """Where the work was too little for several processes, that it was done in one."""
    if crew.pool is None and crew.processes > 1 and crew.most_left is not None:
        yield (
            f"one process did the steps: at most {crew.most_left:.1f} s of work were left at any "
            f"time, and others are started from {crew.pays_from:g} s on "
            "([outputs] options.processes.pays_from)"
        )


PROCESSES = Executor(
    "processes",
    "Steps in several processes of this machine",
    in_processes,
    ProcessOptions,
    start=started,
    tell=told,
)


@hookimpl
def register_executors() -> list[Executor]:
    """The executor."""
    return [PROCESSES]
