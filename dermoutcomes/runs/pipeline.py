"""The order of the stages, and nothing else: open → read → check → records → analyses → decisions → write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl
from attrs import frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import StudyError, combined
from dermoutcomes.quality.stage import stopping
from dermoutcomes.runs.dispatch import Steps
from dermoutcomes.runs.finished_run import Run
from dermoutcomes.runs.manifest import step_records, write_record
from dermoutcomes.runs.opening import open_files
from dermoutcomes.runs.reporters import reporters
from dermoutcomes.runs.run_folder import MANIFEST, RunFolder, writing_below
from dermoutcomes.runs.steps import source_groups
from dermoutcomes.runs.threads import one_thread
from dermoutcomes.runs.work import joined
from dermoutcomes.sources.files import source_files
from dermoutcomes.study.lock.lock import lock_path
from dermoutcomes.study.problem_lines import with_lines
from dermoutcomes.study.task_plan import TaskPlan, analysis_with_options, plan_tasks
from dermoutcomes.tables import empty
from dermoutcomes.tables.ledger import accounts, with_told
from dermoutcomes.vocabulary import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.registry.plugin_choice import PluginChoice
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.study import Study

__all__ = ["Checked", "Options", "check", "check_data", "read_sources", "run", "run_place"]

SHARED = tuple(f"table:{name}" for name in FRAMEWORK)


@frozen
class Options:
    """How a run is done. Of it all, only `plugins` may change a number, and is on the record for that."""

    out: Path | None = None
    executor: str | None = None
    workers: int | None = None
    local_code: bool = True
    progress: bool = False
    plugins: PluginChoice | None = None


@frozen(eq=False)
class Checked:
    """What `check` found: problems that stop a run, and the findings of the data."""

    study: Study
    problems: tuple[Any, ...]
    findings: pl.DataFrame
    tasks: int
    registry: Registry


def check(study: Study | Path | str, options: Options | None = None) -> Checked:
    """Everything short of analysis: the file, the data and their quality, and what the plan would ask. Writes nothing that stays."""
    asked = options or Options()
    with TemporaryDirectory(prefix="dermoutcomes-check-") as folder:
        opened = _open(study, asked)
        parsed = opened.study
        writing = RunFolder.start(Path(folder) / parsed.id, parsed.id)
        try:
            with one_thread(), _placing(parsed):
                steps = Steps(opened, writing, asked)
                read_sources(steps)
                findings = check_data(steps)
                problems = (*stopping(parsed, findings), *_unsettled(steps))
                tasks = len(plan_tasks(parsed, opened.registry))
                return Checked(
                    parsed, with_lines(parsed, problems), findings, tasks, opened.registry
                )
        finally:
            writing.abandon()


def run(study: Study | Path | str, options: Options | None = None) -> Run:
    """Run a study and write its run folder. Raises StudyError, with every problem, before anything is replaced."""
    asked = options or Options()
    opened = _open(study, asked)
    writing = RunFolder.start(asked.out or run_place(opened.study), opened.study.id)
    try:
        steps = Steps(opened, writing, asked)
        with one_thread(), _placing(opened.study):
            read_sources(steps)
            _stop(steps, check_data(steps))
            _make_records(steps)
            _analyse(steps)
            _close_accounts(steps)
            _decide(steps)
        manifest = write_record(opened, steps, writing)
        _write_documents(steps, manifest)
        place = writing.publish()
    except BaseException:
        writing.abandon()
        raise
    return Run(place, manifest, opened.study, opened.registry)


def run_place(study: Study) -> Path:
    """Where a run is written unless it is told otherwise: results/<study id>/ beside the study file."""
    return study.folder / "results" / study.id


def _open(study: Study | Path | str, options: Options) -> OpenStudy:
    path = Path(study) if isinstance(study, (str, Path)) else study.path
    return open_files(path, local_code=options.local_code, plugins=options.plugins)


@contextmanager
def _placing(study: Study) -> Iterator[None]:
    """Give problems of the data the line of the study file that speaks of them."""
    try:
        yield
    except StudyError as error:
        raise StudyError(with_lines(study, error.problems)) from error


def read_sources(steps: Steps) -> None:
    """Every source read and derived; `findings` are those of reading alone. Raises the problems of every file, never of the first alone."""
    files = source_files(steps.opened.study)
    shared = [file for file in files if file.name in FRAMEWORK]
    framework = dict(steps.here(steps.make("framework", files=shared)))
    framework.pop("ledger", None)
    findings = [framework.pop("findings", empty("findings"))]
    sources = [framework.pop("sources", empty("sources"))]
    for name, frame in framework.items():
        steps.write(name, frame)

    observations, curves = [], []
    groups = source_groups(steps.opened.registry, files)
    for _, tables in steps.map(
        steps.make(
            "source", "+".join(str(file.number) for file in group), files=group, inputs=SHARED
        )
        for group in groups
    ):
        observations.append(tables["observations"])
        curves += [tables["curves"]] if "curves" in tables else []
        findings.append(tables["findings"])
        sources.append(tables["sources"])
    steps.stop()

    steps.write("sources", pl.concat(sources, how="diagonal_relaxed"))
    steps.write("findings", joined(findings, "findings"), whole=False)
    if observations:
        steps.write_batches("observations", observations, held=True)
    if curves:
        steps.write_batches("curves", curves, held=False)


def check_data(steps: Steps) -> pl.DataFrame:
    """All findings of the study, written."""
    looked_at = ("sources", "observations", "curves", "findings")
    inputs = (*SHARED, *(f"table:{name}" for name in looked_at))
    tables = steps.here(steps.make("checks", inputs=inputs))
    steps.stop()
    return steps.write("findings", tables["findings"])


def _stop(steps: Steps, findings: pl.DataFrame) -> None:
    """Raise the findings that stop the study, and with them what stops the making of records: all in one go."""
    if problems := stopping(steps.opened.study, findings):
        raise StudyError((*problems, *_unsettled(steps)))


def _unsettled(steps: Steps) -> Iterator[Any]:
    """What the data ask of endpoints and the study does not say, and all else that stops the making of records, of every endpoint."""
    for _ in steps.map(_record_steps(steps)):
        pass
    for error in steps.failures:
        if not isinstance(error, StudyError):
            raise combined(steps.failures)
        yield from error.problems


def _record_steps(steps: Steps) -> Iterator[Step]:
    study = steps.opened.study
    left_out = ["table:findings"] if study.quality.leave_out else []
    for name in study.endpoints:
        inputs = (*SHARED, "table:observations", *left_out)
        yield steps.make("records", name, inputs=inputs, endpoint=name)


def _make_records(steps: Steps) -> None:
    records = []
    for step, tables in steps.map(_record_steps(steps)):
        steps.store.keep(steps.digests[step.key], tables)
        records.append(tables["endpoints"])
    steps.stop()
    if records:
        steps.write("endpoints", pl.concat(records))


def _analyse(steps: Steps) -> None:
    results, tasks = [empty("results")], [empty("tasks")]
    planned = plan_tasks(steps.opened.study, steps.opened.registry)
    for _, tables in steps.map(_analysis_step(steps, task) for task in planned):
        results.append(tables["results"])
        tasks.append(tables["tasks"])
    steps.stop()
    steps.write("results", pl.concat(results))
    steps.write("tasks", pl.concat(tasks))


def _analysis_step(steps: Steps, task: TaskPlan) -> Step:
    analysis, _ = analysis_with_options(steps.opened.study, steps.opened.registry, task.analysis)
    read = ("subjects", *analysis.reads, *analysis.reads_if_any)
    records = [] if "endpoints" in read else [f"records:{name}" for name in task.endpoints]
    inputs = (*(f"table:{name}" for name in read), *records)
    return steps.make("analysis", task.key, inputs=inputs, task=attrs.asdict(task))


def _close_accounts(steps: Steps) -> None:
    """The ledger: the entries of all steps added up. Whether its accounts balance is said with the verdicts."""
    findings = steps.table("findings")
    assert findings is not None
    steps.write("ledger", with_told(accounts(steps.entries.values()), findings))


def _decide(steps: Steps) -> None:
    files, study = steps.opened.files, steps.opened.study
    lock = lock_path(study).name
    sha256 = files.digest(lock)
    fixed = {} if sha256 is None else {lock: sha256}
    inputs = (*SHARED, "table:results", "table:ledger")
    step = steps.make("decisions", inputs=inputs, extra=fixed)
    tables = steps.here(step)
    steps.stop()
    for name in ("hypotheses", "claims"):
        steps.write(name, tables[name])


def _write_documents(steps: Steps, manifest: dict[str, Any]) -> None:
    """The study's reporters, each in its folder; then the manifest, with the digests of all that was written."""
    writing = steps.writing
    writing.write_json(MANIFEST, manifest)
    record = {MANIFEST: file_digest(writing.staging / MANIFEST)}
    tables = [name for name in steps.digests if name.startswith("table:")]
    for name in reporters(steps.opened):
        steps.here(steps.make("document", name, inputs=tables, extra=record, reporter=name))
    steps.stop()
    manifest["steps"] = step_records(steps)
    with writing_below(writing.place):
        manifest["outputs"] = writing.outputs()
    writing.write_json(MANIFEST, manifest)
