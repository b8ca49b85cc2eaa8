"""The worker, which does steps in whatever process it finds itself, and the serial executor."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.declare import Executor, StepResult
from dermoutcomes.errors import DermOutcomesError, StudyError, is_panic, what_failed
from dermoutcomes.runs.opening import OpenStudy, StudyFiles, tell
from dermoutcomes.runs.run_folder import final_place, writing_below
from dermoutcomes.runs.steps import software
from dermoutcomes.runs.table_store import TableStore, pack
from dermoutcomes.runs.work import perform
from dermoutcomes.shortages import ShortageError, shortage_of
from dermoutcomes.work_note import note_work

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.cache.step_cache import StepCache

__all__ = ["SERIAL", "StepError", "Worker", "fingerprint"]

# Studies that a process keeps open: a pool may serve several runs by turns.
OPEN = 4
# So many files of a step are named.
FILES_NAMED = 3


class StepError(DermOutcomesError):
    """A step failed with something that is not ours.

    The message has the step's name, the error and the line where it arose.

    `trace` is the whole traceback, for whoever mends it.
    """

    def __init__(self, step: str, cause: str, trace: str) -> None:
        self.step, self.cause, self.trace = step, cause, trace
        super().__init__(step, cause, trace)

    def __str__(self) -> str:
        return f"the step {self.step!r} failed: {self.cause}"


def fingerprint(registry: Registry) -> str:
    """One digest of all versions and of every plugin's code.

    A worker that has another one than its run refuses to work.
    """
    parts = [f"{name}={version}" for name, version in software()]
    parts += [f"{plugin.name}={plugin.version}={plugin.sha256}" for plugin in registry.plugins]
    return sha256("\n".join(parts).encode()).hexdigest()


@frozen(slots=False)
class Worker:
    """Does steps of one run.

    It is sent to other processes as plain data: the study as it was parsed, and the folder of the
    run.

    In the process of the run (`opened`, `store` and `cache`) tables go from step to step in memory;
    elsewhere each step writes one file. What it does in the process of the run it leaves in the
    cache; what came out of other processes the run leaves there.
    """

    files: StudyFiles
    staging: Path
    expected: str
    opened: OpenStudy | None = field(default=None, eq=False, repr=False)
    store: TableStore | None = field(default=None, eq=False, repr=False)
    cache: StepCache | None = field(default=None, eq=False, repr=False)

    @classmethod
    def of(cls, opened: OpenStudy, store: TableStore, cache: StepCache | None = None) -> Worker:
        """The worker of a run that this process has open."""
        return cls(opened.files, store.staging, fingerprint(opened.registry), opened, store, cache)

    def __reduce__(self) -> tuple[type[Worker], tuple[StudyFiles, Path, str]]:
        return Worker, (self.files, self.staging, self.expected)

    def __call__(self, step: Step) -> StepResult:
        """Do the step.

        What stops the step alone is in its result: an error of ours, or a StepError with the step's
        name for any other.
        """
        opened = self.opened or _open_once(self.files, self.expected)
        note_work(_words(step))
        try:
            tables = perform(step, opened, self.store or TableStore(self.staging))
        except Exception as error:  # noqa: BLE001 - whatever a plugin raises
            return StepResult(step.key, error=_as_error_of_step(step.key, error))
        except BaseException as error:
            # A plugin that would end the program, and a library in Rust that panics.
            if not isinstance(error, SystemExit) and not is_panic(error):
                raise
            return StepResult(step.key, error=_as_error_of_step(step.key, error))
        content = pack(tables)
        digest = sha256(content).hexdigest()
        if self.store is not None:
            if self.cache is not None:
                self.cache.keep(step, content)
            return StepResult(step.key, digest, tables=tables, content=content)
        store = TableStore(self.staging)
        with writing_below(final_place(self.staging)):
            store.write_step(digest, content)
        return StepResult(step.key, digest, str(store.step_path(digest)))


def _words(step: Step) -> str:
    """The step and the first of the files that it reads."""
    files = [name for name, _ in step.inputs if ":" not in name][:FILES_NAMED]
    return f"the step {step.key!r}" + (f" ({', '.join(files)})" if files else "")


def _as_error_of_step(step: str, error: BaseException) -> Exception:
    if problem := shortage_of(error):
        return ShortageError(problem)
    if isinstance(error, DermOutcomesError):
        return error
    trace = "".join(traceback.format_exception(error))
    return StepError(step, what_failed(error), trace)


@lru_cache(OPEN)
def _open_once(files: StudyFiles, expected: str) -> OpenStudy:
    """The study opened in this process from the bytes that the run read, once for each set."""
    opened = files.open()
    if fingerprint(opened.registry) != expected:
        raise StudyError(
            "a worker has other versions or other plugin code than the run that started it; "
            "run again with one installation"
        )
    tell(opened.registry, "study_loaded", study=opened.study, registry=opened.registry)
    return opened


def _run_serially(
    worker: Callable[[Step], StepResult],
    steps: Iterable[Step],
    options: Any,  # noqa: ARG001
) -> Iterator[StepResult]:
    return map(worker, steps)


SERIAL = Executor("serial", "One step after the other, in this process", _run_serially)
