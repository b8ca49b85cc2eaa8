"""The steps of one run: made, handed to the executor, and what came of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import polars as pl

from dermoutcomes.declare import Executor, Step, StepResult
from dermoutcomes.digests import file_digest
from dermoutcomes.errors import PluginError, StudyError, combined
from dermoutcomes.options.parsing import resolve_options
from dermoutcomes.runs.opening import OpenStudy, tell
from dermoutcomes.runs.run_folder import RunFolder, StepRecord, writing_below
from dermoutcomes.runs.steps import make_step
from dermoutcomes.runs.table_store import TableStore, read_verified, refuse_other, unpack
from dermoutcomes.runs.worker import SERIAL, Worker
from dermoutcomes.study.declared_names import undeclared_name
from dermoutcomes.study.problem_lines import with_lines
from dermoutcomes.tables.table_rows import words_once

if TYPE_CHECKING:
    from dermoutcomes.runs.cache.step_cache import StepCache
    from dermoutcomes.runs.pipeline import Options
    from dermoutcomes.sources.files import SourceFile

__all__ = ["Steps"]

Tables = Mapping[str, pl.DataFrame]


class Steps:
    """Does the steps of a run by its executor, and keeps what they left on the record.

    `digests` are those of the tables that are written (`table:NAME`) and of the outputs of steps,
    by key: what later steps rest on. `entries` are those of the ledger that steps left, by key.
    What `cache` has of earlier runs is not done again; None for a run that does everything.
    As a context it ends what the executor started; `told` is what the executor says then.
    """

    def __init__(
        self,
        opened: OpenStudy,
        run_folder: RunFolder,
        options: Options,
        cache: StepCache | None = None,
    ) -> None:
        self.opened, self.run_folder, self.progress = opened, run_folder, options.progress
        self.cache = cache
        self.store = TableStore(run_folder.staging)
        self.worker = Worker.of(opened, self.store, cache)
        self.executor = _executor(opened, options.executor)
        self.options = _executor_options(opened, self.executor, options)
        self.say = options.say
        self.told: tuple[str, ...] = ()
        self._started: list[Any] = []
        self._open = ExitStack()
        self.digests: dict[str, str] = {}
        self.done: dict[str, tuple[Step, str]] = {}
        self.failures: list[Exception] = []
        self.entries: dict[str, pl.DataFrame] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._started and self.executor.tell is not None and error is None:
            self.told = tuple(self.executor.tell(self._started[0]))
        self._open.__exit__(kind, error, trace)

    def _start(self) -> Any:
        """What the executor gave when it was started, once a run: nothing is where nothing is to do."""
        if not self._started:
            self._started.append(
                self._open.enter_context(self.executor.started(self.options, self.say))
            )
        return self._started[0]

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
        """A step that reads `files` and rests on those of `inputs` that the run has.

        An input is `table:NAME` or the key of a step; one that the run has not is no input.
        """
        source_files = list(files or ())
        if files is not None:
            about["files"] = [
                {
                    "number": file.number,
                    "name": file.name,
                    "entry": file.entry,
                    "path": file.relative,
                    "sheet": file.sheet,
                }
                for file in source_files
            ]
        digests = {
            **{file.relative: _digest(file.path) for file in source_files},
            **{
                name: _digest(self.opened.study.folder / name)
                for file in source_files
                for name in file.spec.companion_files.values()
            },
            **{name: self.digests[name] for name in inputs if name in self.digests},
            **(extra or {}),
        }
        return make_step(self.opened, kind, name, about, digests)

    def parts(self, steps: Iterable[Step]) -> Iterator[tuple[Step, Tables | None]]:
        """Parts of steps with their tables, in their order; None for one that failed.

        They are no steps of the run: nothing of them is recorded or kept.
        """
        all_parts = list(steps)
        results = self.executor.map(self.worker, all_parts, self._start()) if all_parts else ()
        for part, result in zip(all_parts, results, strict=True):
            yield part, None if result.error is not None else self._tables(part, result)

    def map(
        self, steps: Iterable[Step], here: Collection[str] = ()
    ) -> Iterator[tuple[Step, Tables]]:
        """Each step that succeeds with its tables, in the order of the steps.

        What stopped the others is in `failures`. Those whose keys are in `here` are done in this
        process.
        """
        all_steps = list(steps)
        kept = {step.key for step in all_steps if self.cache is not None and self.cache.has(step)}
        to_do = [step for step in all_steps if step.key not in kept and step.key not in here]
        results = iter(self.executor.map(self.worker, to_do, self._start()) if to_do else ())
        # A step that reads 500 files is as far as 500 steps that read one.
        ends = list(accumulate(_parts(step) for step in all_steps))
        for position, step in zip(ends, all_steps, strict=True):
            if step.key in kept or step.key in here:
                result = self._kept_or_done(step)
            else:
                result = next(results, StepResult("nothing"))
            if result.key != step.key:
                raise PluginError(
                    f"the executor {self.executor.name!r} returned {result.key} "
                    f"for the step {step.key!r}"
                )
            if (tables := self._record(step, result, position, ends[-1])) is not None:
                yield step, tables

    def do_in_process(self, step: Step) -> Tables:
        """The tables of a step that is the only one of its kind; none where it failed."""
        return self._record(step, self._kept_or_done(step), 1, 1) or {}

    def _kept_or_done(self, step: Step) -> StepResult:
        """What an earlier run left of the step, or what it gives when it is done in this process."""
        if self.cache is not None and self.cache.has(step):
            with writing_below(self.run_folder.place):
                result = self.cache.result(step, self.run_folder.staging)
            if result is not None:
                return result
        return self.worker(step)

    def _record(self, step: Step, result: StepResult, position: int, of: int) -> Tables | None:
        if result.error is not None:
            self.failures.append(result.error)
            return None
        content, tables = result.content, result.tables
        if tables is None:
            content = _file_of(step, result)
            tables = unpack(content)
            if self.cache is not None:
                self.cache.keep(step, content)
        if content is not None and self.executor is not SERIAL:
            # A step of another process may rest on this one, and reads what it left by its digest.
            with writing_below(self.run_folder.place):
                self.store.write_step(result.sha256, content)
        self.done[step.key] = (step, result.sha256)
        self.digests[step.key] = result.sha256
        if "ledger" in tables:
            self.entries[step.key] = tables["ledger"]
        rows = sum(frame.height for frame in tables.values())
        record = StepRecord(step.key, result.sha256, rows, position, of, shown=self.progress)
        tell(self.opened.registry, "step_finished", step=record.name, record=record)
        return tables

    def _tables(self, step: Step, result: StepResult) -> Tables:
        """The tables of a result that is not recorded."""
        if result.tables is not None:
            return result.tables
        return unpack(_file_of(step, result))

    def raise_failures(self) -> None:
        """Raise what failed so far, all of it."""
        if self.failures:
            raise combined(self.failures)

    def write(self, name: str, frame: pl.DataFrame, *, whole: bool = True) -> pl.DataFrame:
        """The table written, and held for the steps that rest on it.

        One that is not `whole` is written again later.
        """
        conformed = self.run_folder.write_table(name, frame, whole=whole).rechunk()
        self._record_table(name, {name: conformed})
        return conformed

    def write_batches(self, name: str, frames: Iterable[pl.DataFrame], *, held: bool) -> None:
        """Frames that follow each other in key order, written one by one as a table.

        The table is `held` in memory for the steps that rest on it, or scanned by them.
        """
        conformed = self.run_folder.write_batches(name, frames)
        parts = [words_once(part, name) for part in conformed] if held else []
        tables = {name: pl.concat(parts).rechunk()} if held else {}
        # Writing goes on as batches are asked for: those that are not held are asked for and
        # dropped.
        deque(conformed, maxlen=0)
        self._record_table(name, tables)

    def _record_table(self, name: str, tables: Tables) -> None:
        sha256 = file_digest(self.run_folder.table_path(name))
        self.digests[f"table:{name}"] = sha256
        self.store.keep(sha256, tables)

    def let_go(self, name: str) -> None:
        """Hold a table (`table:NAME`) in memory no longer: who asks for it reads its file."""
        if name in self.digests:
            self.store.keep(self.digests[name], {})

    def table(self, name: str) -> pl.DataFrame | None:
        """A table that the run has written, or None."""
        sha256 = self.digests.get(f"table:{name}")
        return None if sha256 is None else self.store.table(name, sha256)


def _file_of(step: Step, result: StepResult) -> bytes:
    """The Arrow file of a result, held to its digest."""
    if result.content is None:
        return read_verified(Path(result.path or ""), result.sha256)
    refuse_other(result.content, result.sha256, step.key)
    return result.content


def _parts(step: Step) -> int:
    """How many pieces of work a step is, as people count them: the files that it reads, or one."""
    if step.kind != "source":
        return 1
    return max(1, sum(not name.startswith("table:") for name, _ in step.inputs))


def _digest(path: Path) -> str:
    """SHA-256 of a file of the study; empty where it cannot be read: its step says why."""
    try:
        return file_digest(path)
    except OSError:
        return ""


def _executor(opened: OpenStudy, name: str | None) -> Executor:
    chosen = name or opened.study.outputs.executor
    executors = {SERIAL.name: SERIAL, **opened.registry.executors}
    if chosen not in executors:
        path = "--executor" if name else "outputs.executor"
        problem = undeclared_name(
            opened.registry, ("executors",), "executor", chosen, sorted(executors), path
        )
        raise StudyError(with_lines(opened.study, [problem]))
    return executors[chosen]


def _executor_options(opened: OpenStudy, executor: Executor, options: Options) -> Any:
    values = {**opened.study.outputs.options.get(executor.name, {}), **options.executor_options}
    if options.workers is not None and executor is not SERIAL:
        values["workers"] = options.workers
    return resolve_options(values, executor.options, f"outputs.options.{executor.name}")
