"""What a run would do: its steps, those that the cache has, what is read, and the memory it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from dermoutcomes.runs.cache.cache_folder import CacheFolder
from dermoutcomes.runs.cache.step_cache import StepCache
from dermoutcomes.runs.check_folder import check_folder
from dermoutcomes.runs.dispatch import Steps, Tables
from dermoutcomes.runs.documents.documents import asked_documents
from dermoutcomes.runs.documents.reporters import reporters
from dermoutcomes.runs.forecast.memory import (
    Memory,
    available_memory,
    bytes_of_files,
    expected_memory,
)
from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.pipeline import (
    Options,
    analysis_step,
    check_data,
    read_sources,
    record_steps,
    run_place,
)
from dermoutcomes.runs.run_folder import RunFolder
from dermoutcomes.runs.steps import source_steps
from dermoutcomes.runs.work import tasks_of_records
from dermoutcomes.sources.workbooks.sheets import files_and_sheets

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.study import Study

__all__ = ["Forecast", "StageForecast", "forecast"]


@frozen
class StageForecast:
    """Steps of one kind: how many there are, and how many of them the cache has."""

    kind: str
    steps: int
    kept: int


@frozen(eq=False)
class Forecast:
    """What a run would do. `available` is None where the system does not say."""

    study: Study
    place: Path
    executor: str
    stages: tuple[StageForecast, ...]
    files: int
    bytes: int
    endpoints: int
    tasks: int
    memory: Memory
    available: int | None

    @property
    def steps(self) -> int:
        """All steps."""
        return sum(stage.steps for stage in self.stages)

    @property
    def kept(self) -> int:
        """The steps that the cache has."""
        return sum(stage.kept for stage in self.stages)


class NotKeptError(Exception):
    """The cache has not all that a stage rests on: what comes after it is not known."""


class KeptSteps(Steps):
    """The steps of a run of which none is done: their tables are those in the cache.

    `kept` counts by kind what the cache has.
    """

    def __init__(
        self, opened: OpenStudy, run_folder: RunFolder, options: Options, cache: StepCache
    ) -> None:
        super().__init__(opened, run_folder, options, cache)
        self.kept: dict[str, int] = {}

    def map(
        self,
        steps: Iterable[Step],
        here: Collection[str] = (),  # noqa: ARG002 - none is done
    ) -> Iterator[tuple[Step, Tables]]:
        """Each step that the cache has, with its tables.

        Raises NotKeptError after the last where some are missing.
        """
        missing = False
        for step in steps:
            tables = self._taken(step)
            if tables is None:
                missing = True
            else:
                yield step, tables
        if missing:
            raise NotKeptError

    def do_in_process(self, step: Step) -> Tables:
        """The tables of a step that is the only one of its kind. Raises NotKeptError."""
        tables = self._taken(step)
        if tables is None:
            raise NotKeptError
        return tables

    def _taken(self, step: Step) -> Tables | None:
        assert self.cache is not None
        if not self.cache.has(step):
            return None
        result = self.cache.result(step, self.run_folder.staging)
        if result is None or result.tables is None:
            return None
        self.kept[step.kind] = self.kept.get(step.kind, 0) + 1
        self.digests[step.key] = result.sha256
        return result.tables


def forecast(study: Path, options: Options | None = None) -> Forecast:
    """What a run of the study at that path would do; nothing is written.

    Raises StudyError for a study file that cannot be used and for files that are not there.
    """
    options = options or Options()
    opened = open_files(study, local_code=options.local_code, plugins=options.plugins)
    files, _ = files_and_sheets(opened.study, opened.registry)
    readings = source_steps(opened.registry, files)
    tasks = tasks_of_records(opened.study, opened.registry, None)
    documents = len([*reporters(opened)]) + bool(asked_documents(opened))
    numbers = {
        "framework": 1,
        "source": len(readings),
        "locked_reading": int(bool(opened.lock.rule_changes)),
        "checks": 1,
        "records": len(opened.study.endpoints),
        "analysis": len(tasks),
        "decisions": 1,
        "document": documents,
    }
    kept = _kept(opened, options)
    place = options.out or run_place(opened.study)
    return Forecast(
        opened.study,
        place,
        options.executor or opened.study.outputs.executor,
        tuple(
            StageForecast(kind, number, kept.get(kind, 0))
            for kind, number in numbers.items()
            if number
        ),
        len({file.path for file in files}),
        bytes_of_files(files),
        len(opened.study.endpoints),
        len(tasks),
        expected_memory(files, place),
        available_memory(),
    )


def _kept(opened: OpenStudy, options: Options) -> dict[str, int]:
    """What the cache has of each stage.

    Stage after stage, since the steps of one rest on what those before it gave: after a stage of
    reading that is not all in the cache, what the next would find is not known.
    """
    if not options.cache:
        return {}
    with check_folder() as folder:
        writing = RunFolder.start(folder / opened.study.id, opened.study.id)
        try:
            cache = StepCache.of(CacheFolder(opened.study.path), opened.registry)
            steps = KeptSteps(opened, writing, options, cache)
            with suppress(NotKeptError):
                read_sources(steps)
                with suppress(NotKeptError):
                    check_data(steps)
                _take_records_and_tasks(steps)
            return steps.kept
        finally:
            writing.abandon()


def _take_records_and_tasks(steps: KeptSteps) -> None:
    """Take what the cache has of records and, for tasks whose records it has, of results."""
    with suppress(NotKeptError):
        for step, tables in steps.map(record_steps(steps)):
            steps.store.keep(steps.digests[step.key], tables)
    study, registry = steps.opened.study, steps.opened.registry
    tasks = tasks_of_records(study, registry, None)
    for _ in steps.map(analysis_step(steps, task) for task in tasks):
        pass
