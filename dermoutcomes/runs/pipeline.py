"""The order of the stages: open → read → check → records → analyses → decisions → write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl
from attrs import field, frozen

from dermoutcomes.declare.execution import say_nothing
from dermoutcomes.digests import file_digest
from dermoutcomes.errors import StudyError, combined
from dermoutcomes.quality.check_stage import stopping
from dermoutcomes.quality.limit_findings import with_values_at_limits
from dermoutcomes.quality.lost_records import with_lost_records
from dermoutcomes.runs.cache.cache_folder import CacheFolder
from dermoutcomes.runs.cache.step_cache import StepCache
from dermoutcomes.runs.check_folder import check_folder
from dermoutcomes.runs.dispatch import Steps
from dermoutcomes.runs.documents.documents import asked_documents
from dermoutcomes.runs.documents.reporters import reporters
from dermoutcomes.runs.finished_run import Run
from dermoutcomes.runs.forecast.memory import (
    available_memory,
    bytes_of_files,
    expected_memory,
    memory_caution,
)
from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.record.manifest import (
    record_digest,
    step_records,
    write_log,
    write_record,
)
from dermoutcomes.runs.run_folder import MANIFEST, RunFolder, writing_below
from dermoutcomes.runs.spread.imputation_parts import parts_of, whole_tasks
from dermoutcomes.runs.steps import make_step, numbers_of_files, source_steps, tables_read
from dermoutcomes.runs.threads import one_thread
from dermoutcomes.runs.work import FACTS, TEXTS, concat_filled, tasks_of_records
from dermoutcomes.runs.worker import SERIAL
from dermoutcomes.sources.files import source_files, tell_files_beside
from dermoutcomes.sources.row_conditions import with_words_of_no_file
from dermoutcomes.sources.subjects.read_subjects import (
    is_listed,
    subjects_with_readings,
    tell_no_list,
)
from dermoutcomes.sources.workbooks.sheets import files_and_sheets
from dermoutcomes.study.lock.lock import lock_path
from dermoutcomes.study.problem_lines import with_lines
from dermoutcomes.study.task_plan import (
    TaskPlan,
    analysis_with_options,
    plan_tasks,
)
from dermoutcomes.tables import conform, empty
from dermoutcomes.tables.ledger import accounts, with_told
from dermoutcomes.tables.table_rows import words_in_full, words_once
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.registry.plugin_choice import PluginChoice
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.sources.files import SourceFile
    from dermoutcomes.study import Study

__all__ = [
    "Checked",
    "Options",
    "analysis_step",
    "check",
    "check_data",
    "read_sources",
    "record_steps",
    "run",
    "run_place",
]

# What a curve holds beside who, when and where: its samples, and their places.
SAMPLES = ("samples", "x")
OBSERVATIONS = "table:observations"
SHARED = tuple(f"table:{name}" for name in FRAMEWORK)


@frozen
class Options:
    """How a run is done.

    Of it all, only `plugins` may change a number, and is on the record for that. With `cache`, what
    earlier runs of the study left beside it is not done again, and this run leaves what it does.
    `executor_options` stand above those of the study file. `say` is called with what a user should
    know while the run goes on.
    """

    out: Path | None = None
    executor: str | None = None
    workers: int | None = None
    executor_options: Mapping[str, Any] = field(factory=dict)
    local_code: bool = True
    progress: bool = False
    plugins: PluginChoice | None = None
    cache: bool = False
    say: Callable[[str], None] = say_nothing


@frozen(eq=False)
class Checked:
    """What `check` found: problems that stop a run, and the findings of the data."""

    study: Study
    problems: tuple[Any, ...]
    findings: pl.DataFrame
    tasks: int
    registry: Registry
    tables: Mapping[str, pl.DataFrame] = field(factory=dict)


def check(
    study: Study | Path | str, options: Options | None = None, *, tables: Collection[str] = ()
) -> Checked:
    """Everything short of analysis: the file, the data and their quality, and what the plan asks.

    `tables` are names of tables of the data that are handed back. Writes nothing that stays. Raises StudyError for a study file or data that cannot be read; what
    would stop a run later is in `problems`.
    """
    options = options or Options()
    with check_folder() as folder:
        opened = _open(study, options)
        parsed = opened.study
        run_folder = RunFolder.start(folder / parsed.id, parsed.id)
        try:
            with (
                one_thread(),
                _with_lines(parsed),
                Steps(opened, run_folder, options) as steps,
            ):
                read_sources(steps)
                findings = check_data(steps)
                unsettled = tuple(_record_problems(steps))
                findings = _tell_lost_records(steps, findings)
                problems = (*stopping(parsed, findings), *unsettled)
                tasks = len(plan_tasks(parsed, opened.registry))
                asked = {
                    name: words_in_full(table)
                    for name in tables
                    if (table := steps.table(name)) is not None
                }
                return Checked(
                    parsed, with_lines(parsed, problems), findings, tasks, opened.registry, asked
                )
        finally:
            run_folder.abandon()


def run(study: Study | Path | str, options: Options | None = None) -> Run:
    """Run a study and write its run folder.

    Raises StudyError, with every problem, before anything is replaced.
    """
    options = options or Options()
    opened = _open(study, options)
    place = options.out or run_place(opened.study)
    files = source_files(opened.study)
    if caution := memory_caution(expected_memory(files, place), available_memory()):
        options.say(caution)
    run_folder = RunFolder.start(place, opened.study.id)
    try:
        steps = Steps(opened, run_folder, options, _cache(opened) if options.cache else None)
        with one_thread(), _with_lines(opened.study), steps:
            read_sources(steps)
            _read_by_lock(steps)
            _raise_stopping(steps, check_data(steps))
            _make_records(steps)
            # Which records are lost is known only once they are made.
            _raise_stopping_losses(steps)
            _analyse(steps)
            # Before the verdicts, which say whether the accounts balance and what they lost.
            _close_accounts(steps)
            _decide(steps)
        manifest = write_record(opened, steps, run_folder)
        _write_documents(steps, manifest)
        write_log(steps, run_folder, bytes_of_files(files))
        folder = run_folder.publish()
    except BaseException:
        run_folder.abandon()
        raise
    return Run(folder, manifest, opened.study, opened.registry)


def _cache(opened: OpenStudy) -> StepCache:
    """The cache of the study, which the drawings of its documents use too."""
    opened.cache = StepCache.of(CacheFolder(opened.study.path), opened.registry)
    return opened.cache


def run_place(study: Study) -> Path:
    """Where a run is written by default: results/<study id>/ beside the study file."""
    return study.folder / "results" / study.id


def _open(study: Study | Path | str, options: Options) -> OpenStudy:
    path = Path(study) if isinstance(study, (str, Path)) else study.path
    return open_files(path, local_code=options.local_code, plugins=options.plugins)


@contextmanager
def _with_lines(study: Study) -> Iterator[None]:
    """Give problems of the data the line of the study file that settles them."""
    try:
        yield
    except StudyError as error:
        raise StudyError(with_lines(study, error.problems)) from error


def read_sources(steps: Steps) -> None:
    """Every source read and derived; `findings` are those of reading alone.

    Raises the problems of every file, never of the first alone.
    """
    study = steps.opened.study
    files, of_sheets = files_and_sheets(study, steps.opened.registry)
    # The tables of the framework come first: readings need subjects, visits and their days.
    framework = _read_framework(steps, files)
    read = _with_written_curves(steps, _source_tables(steps, files))
    steps.raise_failures()
    observations = _in_key_order([tables["observations"] for tables in read])
    curves = [tables["curves"] for tables in read if "curves" in tables]
    readers = steps.opened.registry.readers.values()
    suffixes = {suffix for reader in readers for suffix in reader.suffixes}
    findings = [
        framework.get("findings", empty("findings")),
        tell_files_beside(study, files, suffixes),
        of_sheets,
        # In the order of the files, whatever steps they were read in.
        concat_filled((tables["findings"] for tables in read), "findings").sort(
            "source", maintain_order=True
        ),
    ]
    sources = [framework.get("sources", empty("sources")), *(tables["sources"] for tables in read)]

    if not is_listed(study):
        subjects = subjects_with_readings((*observations, *curves), framework.get("exposures"))
        steps.write("subjects", conform(subjects, "subjects", study.id))
        findings.append(tell_no_list(subjects))
    steps.write("sources", pl.concat(sources, how="diagonal_relaxed"))
    told = with_words_of_no_file(files, concat_filled(findings, "findings"))
    steps.write("findings", told, whole=False)
    if observations:
        steps.write_batches("observations", observations, held=True)


def _with_written_curves(
    steps: Steps, source_tables: Iterator[Mapping[str, pl.DataFrame]]
) -> list[Mapping[str, pl.DataFrame]]:
    """What the sources give, curves without their samples: these are written as they come.

    Samples are most of what a study of curves holds, and nothing after reading needs all at once.
    """
    read = []

    def curves() -> Iterator[pl.DataFrame]:
        for tables in source_tables:
            if "curves" not in tables:
                read.append(tables)
                continue
            read.append({**tables, "curves": tables["curves"].drop(SAMPLES)})
            yield tables["curves"]

    to_write = curves()
    for first in to_write:
        steps.write_batches("curves", chain([first], to_write), held=False)
    return read


def _in_key_order(frames: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """The frames, or one of all where they do not follow each other by their ids.

    Steps of many files do not where files of one entry stand between those of another.
    """
    ends = [(frame["id"][0], frame["id"][-1]) for frame in frames if frame.height]
    if all(before[1] < after[0] for before, after in pairwise(ends)):
        return frames
    return [pl.concat(frames, how="diagonal_relaxed").sort("id")]


def _read_framework(steps: Steps, files: Sequence[SourceFile]) -> Mapping[str, pl.DataFrame]:
    """The tables of the framework, written, with their findings and sources, which are not."""
    study = steps.opened.study
    shared = [file for file in files if file.name in FRAMEWORK]
    tables = steps.do_in_process(steps.make("framework", files=shared))
    for name, frame in tables.items():
        if name not in ("findings", "sources", "ledger"):
            # Without a list of the subjects the table is written again, from the readings.
            steps.write(name, frame, whole=name != "subjects" or is_listed(study))
    return tables


def _source_tables(
    steps: Steps, files: Sequence[SourceFile]
) -> Iterator[Mapping[str, pl.DataFrame]]:
    """What each group of files gives, in their order, observations with words held once."""
    to_read = (
        steps.make("source", numbers_of_files(group), files=group, inputs=SHARED)
        for group in source_steps(steps.opened.registry, files)
    )
    for _, tables in steps.map(to_read):
        yield {**tables, "observations": words_once(tables["observations"], "observations")}


def _read_by_lock(steps: Steps) -> None:
    """Where rules of reading changed after the lock: what the rules of the lock read instead."""
    if not steps.opened.lock.rule_changes:
        return
    inputs = (*SHARED, "table:sources", "table:observations")
    step = steps.make("locked_reading", inputs=inputs, extra=_lock_digest(steps))
    tables = steps.do_in_process(step)
    steps.raise_failures()
    steps.write("locked_reading", tables["locked_reading"])


def check_data(steps: Steps) -> pl.DataFrame:
    """All findings of the study, written."""
    reading_tables = ("sources", "observations", "curves", "findings")
    inputs = (*SHARED, *(f"table:{name}" for name in reading_tables))
    answers = steps.opened.answers
    extra = {} if answers is None else dict(answers.digests)
    tables = steps.do_in_process(steps.make("checks", inputs=inputs, extra=extra))
    steps.raise_failures()
    return steps.write("findings", tables["findings"])


def _raise_stopping(steps: Steps, findings: pl.DataFrame) -> None:
    """Raise the findings that stop the study and, in one go, what stops the making of records."""
    if problems := stopping(steps.opened.study, findings):
        raise StudyError((*problems, *_record_problems(steps)))


def _record_problems(steps: Steps) -> Iterator[Any]:
    """What stops the making of records, of every endpoint.

    Above all what the data ask and the study does not say, as how missing values are handled.
    """
    for _ in steps.map(record_steps(steps)):
        pass
    for error in steps.failures:
        if not isinstance(error, StudyError):
            raise combined(steps.failures)
        yield from error.problems


def record_steps(steps: Steps) -> Iterator[Step]:
    """The steps that make records, one an endpoint."""
    study = steps.opened.study
    left_out = ["table:findings"] if study.quality.leave_out else []
    for name in study.endpoints:
        inputs = (*SHARED, "table:sources", "table:observations", *left_out)
        yield steps.make("records", name, inputs=inputs, endpoint=name)


def _make_records(steps: Steps) -> None:
    records = []
    for step, tables in steps.map(record_steps(steps)):
        steps.store.keep(steps.digests[step.key], tables)
        records.append(tables["endpoints"])
    steps.raise_failures()
    if records:
        steps.write("endpoints", pl.concat(records))
    steps.opened.forget(FACTS)


def _analyse(steps: Steps) -> None:
    results, tasks = [empty("results")], [empty("tasks")]
    study = steps.opened.study
    task_plans = tasks_of_records(study, steps.opened.registry, steps.table("endpoints"))
    step_of = {task: analysis_step(steps, task) for task in task_plans}
    if not any(name == OBSERVATIONS for step in step_of.values() for name, _ in step.inputs):
        steps.let_go(OBSERVATIONS)
    spread = _imputations_spread(steps, step_of)
    for _, tables in steps.map(step_of.values(), here=spread):
        results.append(tables["results"])
        tasks.append(tables["tasks"])
    steps.raise_failures()
    # Verdicts rest on results, and documents read what they show from files.
    steps.let_go(OBSERVATIONS)
    steps.opened.forget(TEXTS)
    steps.write("results", pl.concat(results))
    steps.write("tasks", pl.concat(tasks))


def _imputations_spread(steps: Steps, step_of: Mapping[TaskPlan, Step]) -> set[str]:
    """Keys of the steps whose imputations were done in parts, which are held for them.

    In one process nothing is gained by parts, and of what is in the cache none is done.
    """
    if steps.executor is SERIAL:
        return set()
    opened, records = steps.opened, steps.table("endpoints")
    to_do = [
        task for task, step in step_of.items() if steps.cache is None or not steps.cache.has(step)
    ]
    parts = [
        part for task in to_do for part in parts_of(opened.study, opened.registry, task, records)
    ]
    of_parts = (
        make_step(opened, "imputation", part.name, part.about, dict(step_of[part.task].inputs))
        for part in parts
    )
    whole = whole_tasks(steps.parts(of_parts))
    for key, runs in whole.items():
        steps.store.keep_runs(key, runs)
    return {step.key for task, step in step_of.items() if task.key in whole}


def analysis_step(steps: Steps, task: TaskPlan) -> Step:
    """The step of one task, which rests on the records of its endpoints."""
    analysis, _ = analysis_with_options(steps.opened.study, steps.opened.registry, task.analysis)
    tables = tables_read(analysis, task)
    records = [] if "endpoints" in tables else [f"records:{name}" for name in task.endpoints]
    inputs = (*(f"table:{name}" for name in tables), *records)
    return steps.make("analysis", task.key, inputs=inputs, task=attrs.asdict(task))


def _tell_lost_records(steps: Steps, findings: pl.DataFrame) -> pl.DataFrame:
    """The findings, written again where the ledger has losses that nothing else tells of, or values at limits."""
    ledger = with_told(accounts(steps.entries.values()), findings)
    study, registry = steps.opened.study, steps.opened.registry
    told = with_lost_records(study, findings, ledger)
    told = with_values_at_limits(study, registry, told, ledger)
    return steps.write("findings", told) if told.height > findings.height else findings


def _raise_stopping_losses(steps: Steps) -> None:
    """Tell of lost records, and raise what of it stops the study."""
    findings = steps.table("findings")
    assert findings is not None
    told = _tell_lost_records(steps, findings)
    if problems := stopping(steps.opened.study, told.slice(findings.height)):
        raise StudyError(problems)


def _close_accounts(steps: Steps) -> None:
    """The ledger: the entries of all steps added up.

    Whether its accounts balance is said with the verdicts.
    """
    findings = steps.table("findings")
    assert findings is not None
    steps.write("ledger", with_told(accounts(steps.entries.values()), findings))


def _decide(steps: Steps) -> None:
    inputs = (
        *SHARED,
        "table:results",
        "table:ledger",
        "table:findings",
        "table:sources",
        "table:locked_reading",
    )
    step = steps.make("decisions", inputs=inputs, extra=_lock_digest(steps))
    tables = steps.do_in_process(step)
    steps.raise_failures()
    for name in ("hypotheses", "claims"):
        steps.write(name, tables[name])


def _lock_digest(steps: Steps) -> dict[str, str]:
    lock = lock_path(steps.opened.study).name
    sha256 = steps.opened.files.digest(lock)
    return {} if sha256 is None else {lock: sha256}


def _write_documents(steps: Steps, manifest: dict[str, Any]) -> None:
    """The study's documents and reporters; then the manifest, with all digests.

    They read what they show from the tables as they were written, so those in memory go first.

    The manifest is written twice: documents are made from it as it was before them, and show the
    digest of that record.
    """
    steps.store.let_go()
    steps.opened.forget("selections")
    run_folder = steps.run_folder
    manifest["record_sha256"] = record_digest(manifest)
    run_folder.write_json(MANIFEST, manifest)
    manifest_digest = {MANIFEST: file_digest(run_folder.staging / MANIFEST)}
    written = run_folder.files()
    done = [
        (step, steps.do_in_process(step)) for step in [*_document_steps(steps, manifest_digest)]
    ]
    steps.raise_failures()
    manifest["steps"] = step_records(steps)
    with writing_below(run_folder.place):
        manifest["outputs"] = run_folder.outputs()
    run_folder.write_json(MANIFEST, manifest)
    if steps.cache is not None:
        _keep_documents(steps.cache, run_folder, done, written)


def _document_steps(steps: Steps, manifest_digest: Mapping[str, str]) -> Iterator[Step]:
    tables = [name for name in steps.digests if name.startswith("table:")]
    if documents := asked_documents(steps.opened):
        yield steps.make("document", inputs=tables, extra=manifest_digest, documents=documents)
    for name in reporters(steps.opened):
        yield steps.make("document", name, inputs=tables, extra=manifest_digest, reporter=name)


def _keep_documents(
    cache: StepCache,
    run_folder: RunFolder,
    done: Sequence[tuple[Step, Mapping[str, pl.DataFrame]]],
    written: Collection[str],
) -> None:
    """Keep the documents for the next run, where every file beyond those `written` before is named.

    A reporter may write what it does not name: that is in this run folder, and would not be in one
    that is put together from the cache.
    """
    named = {path for _, tables in done for path in tables["outputs"]["path"]}
    if run_folder.files() - set(written) <= named:
        for step, tables in done:
            cache.keep_document(step, tables, run_folder.staging)
    cache.folder.trim()
