"""Steps: what a worker needs to do one, wherever it runs, and the serial executor.

A step is named by a key: "source:3", "endpoint:firmness" or "task:firmness/paired_t/full/observed". Its result is one Arrow file
that holds a row a table (name, Arrow stream), so that its digest says whether two executors agree.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import define, field, frozen

from dermoutcomes.declare import Executor, StepResult
from dermoutcomes.errors import DermOutcomesError, StudyError, what_failed
from dermoutcomes.runs.run_folder import writing_below

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.results.selections import Selections
    from dermoutcomes.study import Study

__all__ = [
    "SERIAL",
    "Session",
    "StepError",
    "Worker",
    "fingerprint",
    "read_step",
    "versions",
    "write_step",
]

CONTAINER = {"table": pl.String, "stream": pl.Binary}
CODE = ("dermoutcomes", "polars", "pyarrow", "numpy", "scipy")


class StepError(DermOutcomesError):
    """A step failed with something that is not ours; the message has the step's name, the error and the line where it arose.

    `trace` is the whole traceback, for whoever mends it.
    """

    def __init__(self, step: str, cause: str, trace: str) -> None:
        self.step, self.cause, self.trace = step, cause, trace
        super().__init__(step, cause, trace)

    def __str__(self) -> str:
        return f"the step {self.step!r} failed: {self.cause}"


def versions() -> dict[str, str]:
    """Versions of what numbers depend on, by distribution; those that are not installed are absent."""
    from importlib import metadata

    found = {}
    for name in CODE:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def fingerprint(registry: Registry) -> str:
    """One digest of all versions and of every plugin's code: a worker that has another refuses to work."""
    parts = [f"{name}={version}" for name, version in sorted(versions().items())]
    parts += [f"{plugin.name}={plugin.version}={plugin.sha256}" for plugin in registry.plugins]
    return sha256("\n".join(parts).encode()).hexdigest()


@define(eq=False, slots=False)
class Session:
    """A study opened for work in this process: study, registry, and the tables written so far, each read once."""

    study: Study
    registry: Registry
    staging: Path
    _tables: dict[str, pl.DataFrame] = field(factory=dict)

    def table(self, name: str) -> pl.DataFrame | None:
        """A table of the run so far, or None where it has no source."""
        if name not in self._tables:
            path = self.staging / "tables" / f"{name}.parquet"
            if not path.is_file():
                return None
            self._tables[name] = pl.read_parquet(path)
        return self._tables[name]

    def tables(self, names: Iterable[str]) -> dict[str, pl.DataFrame]:
        """Those of the named tables that the run has."""
        return {name: frame for name in names if (frame := self.table(name)) is not None}

    @cached_property
    def readings(self) -> Mapping[str, pl.DataFrame]:
        """What endpoints are made of; for use once findings are written."""
        from dermoutcomes.runs.steps import readings_of_endpoints

        return readings_of_endpoints(self)

    @cached_property
    def plans(self) -> Mapping[str, Any]:
        """The tasks of the study by key."""
        from dermoutcomes.study.task_plan import plan

        return {task.key: task for task in plan(self.study, self.registry)}

    @cached_property
    def selections(self) -> Selections:
        """The records of the tasks done last."""
        from dermoutcomes.results.selections import Selections

        return Selections()

    @cached_property
    def files(self) -> Mapping[int, Any]:
        """The study's source files by number."""
        from dermoutcomes.sources.files import source_files

        return {file.number: file for file in source_files(self.study)}


def perform(session: Session, key: str) -> Mapping[str, pl.DataFrame]:
    """Do one step: the tables that it gives, not yet conformed."""
    from dermoutcomes.runs import steps

    kind, _, name = key.partition(":")
    doers: Mapping[str, Callable[[Session, str], Mapping[str, pl.DataFrame]]] = {
        "source": steps.read_source,
        "endpoint": steps.make_records,
        "task": steps.run_analysis,
    }
    return doers[kind](session, name)


@frozen
class Worker:
    """Does steps of one run in whatever process it finds itself.

    It is sent to another process as plain data, and opens the study there; `session` is the study that this process has open.
    """

    study: str
    staging: str
    expected: str
    session: Session | None = field(default=None, eq=False, repr=False)

    @classmethod
    def of(cls, session: Session) -> Worker:
        """The worker of a run that this process has open."""
        return cls(
            str(session.study.path), str(session.staging), fingerprint(session.registry), session
        )

    def __reduce__(self) -> tuple[type[Worker], tuple[str, str, str]]:
        return Worker, (self.study, self.staging, self.expected)

    def __call__(self, key: str) -> StepResult:
        """Do the step `key` and write its Arrow file.

        What stops the step alone is in its result: an error of ours, or a StepError with the step's name for any other.
        """
        session = self.session or _open(self.study, self.staging, self.expected)
        try:
            tables = perform(session, key)
        except DermOutcomesError as error:
            return StepResult(key, error=error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a plugin raises
            import traceback

            return StepResult(key, error=StepError(key, what_failed(error), traceback.format_exc()))
        with writing_below(Path(self.staging).parent):
            return write_step(Path(self.staging) / "steps", key, tables)


@lru_cache(maxsize=1)
def _open(study: str, staging: str, expected: str) -> Session:
    """A worker process opens the study once, not once a step."""
    from dermoutcomes.runs.opening import open_study

    loaded, registry = open_study(Path(study))
    if fingerprint(registry) != expected:
        raise StudyError(
            "a worker has other versions or other plugin code than the run that started it; run again with one installation"
        )
    return Session(loaded, registry, Path(staging))


def write_step(folder: Path, key: str, tables: Mapping[str, pl.DataFrame]) -> StepResult:
    """One Arrow file for what a step gave, named by a hash of its key."""
    names = sorted(tables)
    path = folder / f"{sha256(key.encode()).hexdigest()[:24]}.arrow"
    # Polars writes it: pyarrow would import pandas, where there is one, to look at a Python list.
    held = pl.DataFrame(
        {"table": names, "stream": [_stream(tables[name]) for name in names]}, schema=CONTAINER
    )
    content = _stream(held)
    path.write_bytes(content)
    return StepResult(key, str(path), sha256(content).hexdigest())


def _stream(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.rechunk().write_ipc_stream(sink)
    return sink.getvalue()


def read_step(result: StepResult) -> dict[str, pl.DataFrame]:
    """The tables of a step."""
    held = pl.read_ipc_stream(io.BytesIO(Path(result.path).read_bytes()))
    return {name: pl.read_ipc_stream(io.BytesIO(stream)) for name, stream in held.iter_rows()}


def _serially(
    worker: Callable[[str], StepResult],
    keys: Iterable[str],
    options: Any,  # noqa: ARG001
) -> Iterator[StepResult]:
    return map(worker, keys)


SERIAL = Executor("serial", "One step after the other, in this process", _serially)
