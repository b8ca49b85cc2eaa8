"""The worker for another machine: all that a step rests on is handed to it, by digest."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.runs.elsewhere.installed_names import installation_differences, installed_with
from dermoutcomes.runs.opening import OpenStudy, StudyFiles, tell
from dermoutcomes.runs.outcome import outcome
from dermoutcomes.runs.table_store import TableStore
from dermoutcomes.runs.threads import one_thread

if TYPE_CHECKING:
    from dermoutcomes.declare import Step, StepResult

__all__ = ["TABLE", "DetachedWorker"]

# Studies that a process keeps open.
OPEN = 4
TABLE = "table:"
# Threads of linear algebra are set for a whole process, and what a study keeps of the last step is
# of one step: of several in one process each waits for the one before.
ONE_AT_A_TIME = Lock()


@frozen(eq=False)
class DetachedStore(TableStore):
    """The tables that were handed to a worker.

    A table that a run writes twice has two files here, as steps of both may still be done.
    """

    def table_path(self, name: str, sha256: str) -> Path:
        """Where the file of a table stands."""
        return self.staging / "tables" / f"{name}-{sha256}.parquet"


@frozen
class DetachedWorker:
    """Does steps of a run below a folder of its own, from bytes that it asks for.

    It is plain data: the study as it was read, and what the run has installed. A process with
    something else installed refuses to work.
    """

    files: StudyFiles
    installed: tuple[tuple[str, str], ...]

    def __call__(self, step: Step, folder: Path, fetch: Callable[[str], bytes]) -> StepResult:
        """Do the step; its result carries its file.

        `fetch` gives the bytes of an input by its name. They are kept below `folder` for further
        steps. Raises StudyError where this process has something else installed, and where what it
        was handed is not what the step names.
        """
        with ONE_AT_A_TIME, one_thread():
            place = folder / self._name()
            here = evolve(self.files, path=place / "study" / self.files.path.name)
            opened = _open_once(here, self.installed)
            store = DetachedStore(place)
            for name, digest in step.inputs:
                # A file that cannot be read has no digest: its step says what is wrong with it.
                if digest:
                    _hold(_path_of(store, here, name, digest), name, digest, fetch)
            result = outcome(step, opened, store)
            if result.error is None:
                return evolve(result, tables=None)
            return evolve(result, error=self._as_at_home(result.error, here.path.parent))

    def _name(self) -> str:
        """The name of the folder of this study, with what it was when the run began."""
        return sha256(repr((self.files.contents, self.files.choice)).encode()).hexdigest()[:16]

    def _as_at_home(self, error: Exception, folder: Path) -> Exception:
        """An error of ours with the study's folder as the user knows it."""
        there, home = str(folder), str(self.files.path.parent)

        def moved(text: str | None) -> str | None:
            return None if text is None else text.replace(there, home)

        if isinstance(error, StudyError):
            return StudyError(
                evolve(
                    problem,
                    message=problem.message.replace(there, home),
                    file=moved(problem.file),
                    found=moved(problem.found),
                    expected=moved(problem.expected),
                    hint=moved(problem.hint),
                )
                for problem in error.problems
            )
        return error


def _path_of(store: DetachedStore, files: StudyFiles, name: str, digest: str) -> Path:
    """Where a step looks for an input: a table, what another step left, or a file of the study."""
    if name.startswith(TABLE):
        return store.table_path(name.removeprefix(TABLE), digest)
    if name.startswith("records:"):
        return store.step_path(digest)
    return files.path.parent / name


def _hold(path: Path, name: str, digest: str, fetch: Callable[[str], bytes]) -> None:
    """Have a file of that digest at its path, where it is not there from a step before."""
    if path.is_file() and sha256(path.read_bytes()).hexdigest() == digest:
        return
    content = fetch(name)
    if sha256(content).hexdigest() != digest:
        raise StudyError(
            Problem(
                "a worker was given other bytes than the run has",
                file=name,
                found=f"SHA-256 {sha256(content).hexdigest()}",
                expected=f"SHA-256 {digest}",
                hint="run again when nothing writes it any more; the folder that workers read has "
                "to be the study's own",
                code="changed_file",
            )
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@lru_cache(OPEN)
def _open_once(files: StudyFiles, installed: tuple[tuple[str, str], ...]) -> OpenStudy:
    """The study opened in this process from the bytes that the run read, once for each set."""
    opened = files.open()
    differing = list(installation_differences(dict(installed), installed_with(opened.registry)))
    if differing:
        raise StudyError(
            "a worker has something else installed than the run, and did nothing of it: "
            + "; ".join(differing)
        )
    tell(opened.registry, "study_loaded", study=opened.study, registry=opened.registry)
    return opened
