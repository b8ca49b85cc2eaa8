"""The order of the stages, and nothing else: open → read → check → endpoints → tasks → decide → write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from dermoutcomes.errors import StudyError, combined
from dermoutcomes.options.parsing import resolved_options
from dermoutcomes.runs import worker as execute
from dermoutcomes.runs.opening import open_study, tell
from dermoutcomes.runs.reporters import report
from dermoutcomes.runs.run_folder import Run, RunFolder, StepRecord
from dermoutcomes.runs.steps import source_keys
from dermoutcomes.runs.threads import one_thread
from dermoutcomes.runs.worker import Session, Worker, read_step
from dermoutcomes.study.problem_lines import placed
from dermoutcomes.tables import empty
from dermoutcomes.words import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import Executor, StepResult
    from dermoutcomes.study import Study

__all__ = ["Checked", "Options", "Steps", "check", "read_sources", "run", "run_place"]


@frozen
class Options:
    """How a run is done: none of it changes a number."""

    out: Path | None = None
    executor: str | None = None
    workers: int | None = None
    local_code: bool = True
    progress: bool = False


@frozen(eq=False)
class Checked:
    """What `check` found: problems that stop a run, and the findings of the data."""

    study: Study
    problems: tuple[Any, ...]
    findings: pl.DataFrame
    tasks: int


def check(study: Study | Path | str, options: Options | None = None) -> Checked:
    """Everything short of analysis: the file, the data and their quality, and what the plan would ask. Writes nothing that stays."""
    from tempfile import TemporaryDirectory

    from dermoutcomes.quality.stage import stopping

    asked = options or Options()
    with TemporaryDirectory(prefix="dermoutcomes-check-") as folder:
        opened, registry = open_study(_path(study), local_code=asked.local_code)
        writing = RunFolder.start(Path(folder) / opened.id, opened.id)
        try:
            session = Session(opened, registry, writing.staging)
            with one_thread(), _placing(opened):
                steps = Steps(session, asked)
                findings = _checked(session, writing, read_sources(session, writing, steps))
                problems = (*stopping(opened, findings), *_unsettled(session, steps))
                return Checked(opened, placed(opened, problems), findings, len(session.plans))
        finally:
            writing.abandon()


def run(study: Study | Path | str, options: Options | None = None) -> Run:
    """Run a study and write its run folder. Raises StudyError, with every problem, before anything is replaced."""
    from dermoutcomes.runs.manifest import write_record

    asked = options or Options()
    opened, registry = open_study(_path(study), local_code=asked.local_code)
    writing = RunFolder.start(asked.out or run_place(opened), opened.id)
    try:
        session = Session(opened, registry, writing.staging)
        steps = Steps(session, asked)
        with one_thread(), _placing(opened):
            findings = _checked(session, writing, read_sources(session, writing, steps))
            _stop(session, steps, findings)
            lock = _analyse(session, writing, steps)
        manifest = write_record(session, writing, steps.done, lock, executor=steps.executor.name)
        report(session, writing, manifest)
        place = writing.publish()
    except BaseException:
        writing.abandon()
        raise
    return Run(place, manifest, opened, registry)


def run_place(study: Study) -> Path:
    """Where a run is written unless it is told otherwise: results/<study id>/ beside the study file."""
    return study.folder / "results" / study.id


def _path(study: Study | Path | str) -> Path:
    return Path(study) if isinstance(study, (str, Path)) else study.path


class Steps:
    """Runs steps by the chosen executor, keeps what they left on the record, and tells who listens."""

    def __init__(self, session: Session, options: Options) -> None:
        self.session, self.progress = session, options.progress
        self.executor = _executor(session, options.executor)
        self.options = _executor_options(session, self.executor, options.workers)
        self.worker = Worker.of(session)
        self.done: list[StepResult] = []
        self.failures: list[Exception] = []

    def map(self, keys: Iterable[str]) -> Iterator[dict[str, pl.DataFrame]]:
        """The tables of each step that succeeds, in the order of the keys; what stopped the others is in `failures`."""
        listed = list(keys)
        for position, result in enumerate(self.executor.map(self.worker, listed, self.options), 1):
            if result.error is not None:
                self.failures.append(result.error)
                continue
            self.done.append(result)
            tables = read_step(result)
            rows = sum(frame.height for frame in tables.values())
            record = StepRecord(
                result.key, result.sha256, rows, position, len(listed), shown=self.progress
            )
            tell(self.session.registry, "step_finished", step=record.name, record=record)
            yield tables

    def stop(self) -> None:
        """Raise what failed so far, all of it."""
        if self.failures:
            raise combined(self.failures)


def _executor(session: Session, name: str | None) -> Executor:
    wanted = name or session.study.outputs.executor
    known = {execute.SERIAL.name: execute.SERIAL, **session.registry.executors}
    if wanted not in known:
        from dermoutcomes.errors import Problem, did_you_mean, one_of

        problem = Problem(
            f"there is no executor {wanted!r}",
            path=None if name else "outputs.executor",
            expected=one_of(sorted(known)),
            hint=did_you_mean(wanted, known),
        )
        raise StudyError(placed(session.study, [problem]))
    return known[wanted]


def _executor_options(session: Session, executor: Executor, workers: int | None) -> Any:
    given = dict(session.study.outputs.options.get(executor.name, {}))
    if workers is not None and executor is not execute.SERIAL:
        given["workers"] = workers
    return resolved_options(given, executor.options, f"outputs.options.{executor.name}")


def read_sources(session: Session, writing: RunFolder, steps: Steps) -> dict[str, pl.DataFrame]:
    """Every source read and derived. Tables are on disk afterwards; those that checks look at come back, with what reading found.

    Raises the problems of every file at once, never of the first alone.
    """
    from dermoutcomes.sources.files import source_files
    from dermoutcomes.sources.framework.tables import read_framework
    from dermoutcomes.sources.visits.missed_visits import missed_visits

    files = source_files(session.study)
    framework: dict[str, pl.DataFrame] = {}
    try:
        framework.update(read_framework(session.study, session.registry, files))
    except StudyError as error:
        steps.failures.append(error)
    found = [framework.pop("findings", empty("findings"))]
    sources = [framework.pop("sources", empty("sources"))]
    for name, frame in framework.items():
        writing.write_table(name, frame)
    if "subjects" not in framework:
        writing.write_table("subjects", empty("subjects"))
    gathered: dict[str, list[pl.DataFrame]] = {"observations": [], "curves": []}
    for tables in steps.map(source_keys(session.registry, files)):
        for name, frames in gathered.items():
            if name in tables:
                frames.append(tables[name])
        found.append(tables["findings"])
        sources.append(tables["sources"])
    steps.stop()
    writing.write_table("sources", pl.concat(sources, how="diagonal_relaxed"))
    for name, frames in gathered.items():
        if frames:
            writing.write_batches(name, frames)
    observations = session.table("observations")
    if observations is not None:
        curves = pl.scan_parquet(writing.table_path("curves")) if gathered["curves"] else None
        found.append(missed_visits(session.study, observations, session.tables(FRAMEWORK), curves))
    tables = session.tables((*FRAMEWORK, "sources", "observations"))
    tables["findings"] = pl.concat(
        [frame for frame in found if frame.height] or [empty("findings")], how="diagonal_relaxed"
    )
    return tables


def _checked(
    session: Session, writing: RunFolder, tables: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """All findings of the study, written."""
    from dermoutcomes.quality.stage import findings

    return writing.write_table("findings", findings(session.study, session.registry, tables))


@contextmanager
def _placing(study: Study) -> Iterator[None]:
    """Give problems of the data the line of the study file that speaks of them."""
    try:
        yield
    except StudyError as error:
        raise StudyError(placed(study, error.problems)) from error


def _stop(session: Session, steps: Steps, findings: pl.DataFrame) -> None:
    """Raise the findings that stop the study, and with them what stops the making of records: all in one go."""
    from dermoutcomes.quality.stage import stopping

    if problems := stopping(session.study, findings):
        raise StudyError((*problems, *_unsettled(session, steps)))


def _unsettled(session: Session, steps: Steps) -> Iterator[Any]:
    """What the data ask of endpoints and the study does not say, and all else that stops the making of records, of every endpoint."""
    for _ in steps.map(f"endpoint:{name}" for name in session.study.endpoints):
        pass
    for error in steps.failures:
        if not isinstance(error, StudyError):
            raise combined(steps.failures)
        yield from error.problems


def _analyse(session: Session, writing: RunFolder, steps: Steps) -> Any:
    """Records, results, hypotheses and claims; the state of the lock comes back."""
    from dermoutcomes.runs.evaluation import decided
    from dermoutcomes.study.lock.lock import compare, read_lock

    records = [
        tables["endpoints"]
        for tables in steps.map(f"endpoint:{name}" for name in session.study.endpoints)
    ]
    steps.stop()
    if records:
        writing.write_table("endpoints", pl.concat(records, how="diagonal_relaxed"))
    gathered: dict[str, list[pl.DataFrame]] = {
        "results": [empty("results")],
        "tasks": [empty("tasks")],
    }
    for tables in steps.map(f"task:{key}" for key in session.plans):
        for name, frames in gathered.items():
            frames.append(tables[name])
    steps.stop()
    for name, frames in gathered.items():
        writing.write_table(name, pl.concat(frames))
    lock = compare(session.study, read_lock(session.study))
    tables = session.tables((*FRAMEWORK, "results"))
    for name, frame in decided(session.study, session.registry, tables, lock.confirmatory).items():
        writing.write_table(name, frame)
    return lock
