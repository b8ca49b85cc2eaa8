"""The steps of one run: made, handed to the executor, and what came of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from dermoutcomes.declare import Executor, Step, StepResult
from dermoutcomes.digests import file_digest
from dermoutcomes.errors import PluginError, StudyError, combined
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.runs.opening import OpenStudy, tell
from dermoutcomes.runs.run_folder import RunFolder, StepRecord
from dermoutcomes.runs.steps import make_step
from dermoutcomes.runs.table_store import TableStore, read_verified, unpack
from dermoutcomes.runs.worker import SERIAL, Worker
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.problem_lines import with_lines

if TYPE_CHECKING:
    from dermoutcomes.runs.pipeline import Options
    from dermoutcomes.sources.files import SourceFile

__all__ = ["Steps"]

Tables = Mapping[str, pl.DataFrame]


class Steps:
    """Does the steps of a run by its executor, keeps what they left on the record, and tells who listens.

    `digests` are those of the tables that are written (`table:NAME`) and of the outputs of steps, by key: what later steps rest on.
    `entries` are those of the ledger that steps left, by key.
    """

    def __init__(self, opened: OpenStudy, writing: RunFolder, options: Options) -> None:
        self.opened, self.writing, self.progress = opened, writing, options.progress
        self.store = TableStore(writing.staging)
        self.worker = Worker.of(opened, self.store)
        self.executor = _executor(opened, options.executor)
        self.options = _executor_options(opened, self.executor, options.workers)
        self.digests: dict[str, str] = {}
        self.done: dict[str, tuple[Step, str]] = {}
        self.failures: list[Exception] = []
        self.entries: dict[str, pl.DataFrame] = {}

    def make(
        self,
        kind: str,
        name: str = "",
        *,
        files: Iterable[SourceFile] | None = None,
        inputs: Iterable[str] = (),
        extra: Mapping[str, str] | None = None,
        **about: Any,
    ) -> Step:
        """A step that reads `files` and rests on those of `inputs` (`table:NAME`, keys of steps) that the run has."""
        read = list(files or ())
        if files is not None:
            about["files"] = [
                {
                    "number": file.number,
                    "name": file.name,
                    "entry": file.entry,
                    "path": file.relative,
                }
                for file in read
            ]
        rests_on = {
            **{file.relative: _digest(file.path) for file in read},
            **{name: self.digests[name] for name in inputs if name in self.digests},
            **(extra or {}),
        }
        return make_step(self.opened, kind, name, about, rests_on)

    def map(self, steps: Iterable[Step]) -> Iterator[tuple[Step, Tables]]:
        """Each step that succeeds with its tables, in the order of the steps; what stopped the others is in `failures`."""
        listed = list(steps)
        results = iter(self.executor.map(self.worker, listed, self.options))
        for position, step in enumerate(listed, 1):
            result = next(results, StepResult("nothing"))
            if result.key != step.key:
                raise PluginError(
                    f"the executor {self.executor.name!r} returned {result.key} for the step {step.key!r}"
                )
            if (tables := self._finished(step, result, position, len(listed))) is not None:
                yield step, tables

    def here(self, step: Step) -> Tables:
        """The tables of a step that is one of its kind, done in this process; none where it failed."""
        return self._finished(step, self.worker(step), 1, 1) or {}

    def _finished(self, step: Step, result: StepResult, position: int, of: int) -> Tables | None:
        if result.error is not None:
            self.failures.append(result.error)
            return None
        tables = result.tables
        if tables is None:
            tables = unpack(read_verified(Path(result.path or ""), result.sha256))
        self.done[step.key] = (step, result.sha256)
        self.digests[step.key] = result.sha256
        if "ledger" in tables:
            self.entries[step.key] = tables["ledger"]
        rows = sum(frame.height for frame in tables.values())
        record = StepRecord(step.key, result.sha256, rows, position, of, shown=self.progress)
        tell(self.opened.registry, "step_finished", step=record.name, record=record)
        return tables

    def stop(self) -> None:
        """Raise what failed so far, all of it."""
        if self.failures:
            raise combined(self.failures)

    def write(self, name: str, frame: pl.DataFrame, *, whole: bool = True) -> pl.DataFrame:
        """The table written, and held for the steps that rest on it; one that is not `whole` is written again later."""
        shaped = self.writing.write_table(name, frame, whole=whole).rechunk()
        self._written(name, {name: shaped})
        return shaped

    def write_batches(self, name: str, frames: Iterable[pl.DataFrame], *, held: bool) -> None:
        """Frames that follow each other in key order, written one by one as a table; `held` for the steps that rest on it, or scanned."""
        shaped = self.writing.write_batches(name, frames)
        tables = {name: pl.concat(list(shaped)).rechunk()} if held else {}
        deque(shaped, maxlen=0)
        self._written(name, tables)

    def _written(self, name: str, tables: Tables) -> None:
        sha256 = file_digest(self.writing.table_path(name))
        self.digests[f"table:{name}"] = sha256
        self.store.keep(sha256, tables)

    def table(self, name: str) -> pl.DataFrame | None:
        """A table that the run has written, or None."""
        sha256 = self.digests.get(f"table:{name}")
        return None if sha256 is None else self.store.table(name, sha256)


def _digest(path: Path) -> str:
    """SHA-256 of a file of the study; nothing where it cannot be read: the step that reads it says why."""
    try:
        return file_digest(path)
    except OSError:
        return ""


def _executor(opened: OpenStudy, name: str | None) -> Executor:
    wanted = name or opened.study.outputs.executor
    known = {SERIAL.name: SERIAL, **opened.registry.executors}
    if wanted not in known:
        place = "--executor" if name else "outputs.executor"
        problem = undeclared_name(
            opened.registry, ("executors",), "executor", wanted, sorted(known), place
        )
        raise StudyError(with_lines(opened.study, [problem]))
    return known[wanted]


def _executor_options(opened: OpenStudy, executor: Executor, workers: int | None) -> Any:
    given = dict(opened.study.outputs.options.get(executor.name, {}))
    if workers is not None and executor is not SERIAL:
        given["workers"] = workers
    return resolve_options(given, executor.options, f"outputs.options.{executor.name}")
