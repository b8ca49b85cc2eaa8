"""The worker, which does steps in whatever process it finds itself, and the serial executor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from dermoutcomes.declare import Executor, StepResult
from dermoutcomes.errors import StudyError
from dermoutcomes.runs.elsewhere.detached_worker import TABLE, DetachedWorker
from dermoutcomes.runs.elsewhere.installed_names import installed_with
from dermoutcomes.runs.opening import OpenStudy, StudyFiles, tell
from dermoutcomes.runs.outcome import outcome
from dermoutcomes.runs.run_folder import final_place, writing_below
from dermoutcomes.runs.steps import software
from dermoutcomes.runs.table_store import TableStore

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.cache.step_cache import StepCache

__all__ = ["SERIAL", "Worker", "fingerprint"]

# Studies that a process keeps open: a pool may serve several runs by turns.
OPEN = 4


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
        result = outcome(step, opened, self.store or TableStore(self.staging))
        if result.error is not None or result.content is None:
            return result
        if self.store is not None:
            if self.cache is not None:
                self.cache.keep(step, result.content)
            return result
        store = TableStore(self.staging)
        with writing_below(final_place(self.staging)):
            store.write_step(result.sha256, result.content)
        return StepResult(step.key, result.sha256, str(store.step_path(result.sha256)))

    def inputs(self, step: Step) -> dict[str, Path]:
        """Where each file that the step rests on stands in the process of the run, by its name."""
        store, study = TableStore(self.staging), self.files.path.parent
        return {
            name: store.table_path(name.removeprefix(TABLE), digest)
            if name.startswith(TABLE)
            else store.step_path(digest)
            if name.startswith("records:")
            else study / name
            for name, digest in step.inputs
        }

    def detached(self) -> DetachedWorker:
        """The worker for machines that see neither the study's folder nor that of its run."""
        opened = self.opened or _open_once(self.files, self.expected)
        return DetachedWorker(self.files, tuple(installed_with(opened.registry).items()))


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
