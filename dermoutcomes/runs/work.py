"""The functions of steps, by kind.

Each is given a job: its part of the study, and tables by the digests of the step's inputs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl
from attrs import define

from dermoutcomes import __version__
from dermoutcomes.decisions.claim_basis import with_basis
from dermoutcomes.decisions.claims import claim_rows
from dermoutcomes.decisions.hypotheses import decide
from dermoutcomes.derive.derive_stage import derive
from dermoutcomes.derive.single_forms import forms_of_regions, with_subject_columns
from dermoutcomes.derive.value_accounts import value_entries
from dermoutcomes.digests import file_digest
from dermoutcomes.endpoints.checks.event_times import event_time_findings
from dermoutcomes.endpoints.checks.repeated_visits import repeated_visits
from dermoutcomes.endpoints.endpoint_plan import plan as endpoint_plan
from dermoutcomes.endpoints.imputation.missing_values import settled_records
from dermoutcomes.endpoints.losses.all_values import with_all_values
from dermoutcomes.endpoints.losses.record_accounts import endpoint_entries
from dermoutcomes.endpoints.study_facts import StudyFacts
from dermoutcomes.endpoints.together.copies import find_together
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.quality.check_data import measure_labels
from dermoutcomes.quality.check_stage import findings
from dermoutcomes.quality.impossible_values import impossible_values, with_ends_of_devices
from dermoutcomes.quality.leave_out import left_in, left_out
from dermoutcomes.quality.lost_ends import undecided_without_ends
from dermoutcomes.quality.site_queries.answers import with_answers
from dermoutcomes.quality.subject_accounts import subject_entries
from dermoutcomes.results.selections import Selections
from dermoutcomes.results.tasks import run_part, run_task
from dermoutcomes.runs.canonical_text import about_of
from dermoutcomes.runs.documents.documents import write_documents
from dermoutcomes.runs.documents.reporters import write_report
from dermoutcomes.runs.locked_reading import compare_readings
from dermoutcomes.runs.run_folder import MANIFEST
from dermoutcomes.runs.spread.imputation_parts import runs_as_table, runs_in_table
from dermoutcomes.runs.steps import SCOPES, tables_read, task_of
from dermoutcomes.runs.table_store import TableStore
from dermoutcomes.sources.files import SourceFile
from dermoutcomes.sources.framework.tables import read_framework
from dermoutcomes.sources.together.entry_files import read_files
from dermoutcomes.sources.visits.missed_visits import missed_visits
from dermoutcomes.study.lock.lock_values import SourceComparison
from dermoutcomes.study.task_plan import (
    TaskPlan,
    all_values_task,
    analysis_with_options,
    plan_tasks,
)
from dermoutcomes.tables import conform, empty
from dermoutcomes.tables.table_rows import (
    compact,
    rows_in_order,
    rows_where,
    rows_without,
    words_in_full,
)
from dermoutcomes.vocabulary import ALL_VALUES, FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import Step
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.study import Study
    from dermoutcomes.study.lock.lock_state import LockState

__all__ = [
    "FACTS",
    "TEXTS",
    "all_findings",
    "decision_tables",
    "lock_state",
    "perform",
    "readings_that_count",
    "record_tables",
    "tasks_of_records",
]

Tables = Mapping[str, pl.DataFrame]
# What an open study keeps for the records of all endpoints: the readings that count among it, which
# the run lets go when the records are made.
FACTS = "study_facts"
# And for analyses: the observations with texts for words.
TEXTS, OBSERVATIONS = "texts", "observations"


def perform(step: Step, opened: OpenStudy, store: TableStore) -> Tables:
    """Do a step: the tables that it gives."""
    return FUNCTIONS[step.kind](Job(step, opened, store))


@define(eq=False, slots=False)
class Job:
    """What the function of a step is given."""

    step: Step
    opened: OpenStudy
    store: TableStore

    @cached_property
    def about(self) -> Mapping[str, Any]:
        """What the step is about, as its kind has it."""
        return about_of(self.step.asks)

    @cached_property
    def study(self) -> Study:
        """The part of the study that the step asks for; the rest is empty."""
        return SCOPES[self.step.kind].part(self.opened.study, self.about)

    @property
    def registry(self) -> Registry:
        """What plugins declare."""
        return self.opened.registry

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """Name = digest of what the step rests on."""
        return dict(self.step.inputs)

    def tables(self, names: Iterable[str]) -> dict[str, pl.DataFrame]:
        """Those of the named tables that are among the inputs, observations with words once."""
        return {
            name: self.store.table(name, self.inputs[f"table:{name}"])
            for name in names
            if f"table:{name}" in self.inputs
        }

    def tables_in_full(self, names: Iterable[str]) -> dict[str, pl.DataFrame]:
        """The same with texts for words, as plugins are given them."""
        tables = self.tables(names)
        if OBSERVATIONS in tables:
            # Tasks that ask for them follow each other: texts of millions of rows are made once.
            read = tables[OBSERVATIONS]
            digest = self.inputs[f"table:{OBSERVATIONS}"]
            tables[OBSERVATIONS] = self.opened.once(TEXTS, digest, lambda: words_in_full(read))
        return tables

    def files(self) -> list[SourceFile]:
        """The files that the step reads."""
        study = self.study
        return [
            SourceFile(
                file["number"],
                file["name"],
                study.sources[file["name"]][file["entry"] - 1],
                study.folder / file["path"],
                file["path"],
                file["entry"],
                file["sheet"],
            )
            for file in self.about["files"]
        ]


def _framework(job: Job) -> Tables:
    """The tables that every study shares; subjects always, if only as a table without rows."""
    tables = dict(read_framework(job.study, job.registry, job.files()))
    tables.setdefault("subjects", empty("subjects"))
    _refuse_changed(job, tables["sources"])
    return {
        name: conform(frame, name, job.study.id) if name in FRAMEWORK else frame
        for name, frame in tables.items()
    }


def _source(job: Job) -> Tables:
    """Observations and what is derived from them, curves, findings, and `sources`, a row a file."""
    tables = source_tables(job.study, job.registry, job.files(), job.tables(FRAMEWORK))
    _refuse_changed(job, tables["sources"])
    return tables


def source_tables(
    study: Study, registry: Registry, files: list[SourceFile], framework: Tables
) -> Tables:
    """What the files of one source give, read and derived."""
    file_tables = read_files(study, registry, files, framework)
    tables = {
        table: rows_in_order(
            pl.concat(
                [frames[table] for frames in file_tables if table in frames],
                how="diagonal_relaxed",
            ),
            "source",
        )
        for table in sorted({table for frames in file_tables for table in frames})
    }
    read = tables.get("observations", empty("observations"))
    derived = [
        _derived_tables(study, registry, files, {**tables, "observations": part}, framework)
        for part in _parts_to_derive(registry, files, read)
    ]
    findings_of_files = tables.get("findings", empty("findings"))
    return {
        **tables,
        "observations": compact(
            rows_in_order(pl.concat(part["observations"] for part in derived), "id")
        ),
        "findings": concat_filled(
            [findings_of_files, *(part["findings"] for part in derived)], "findings"
        ),
        "ledger": pl.concat([tables["ledger"], *(part["ledger"] for part in derived)]),
    }


def _parts_to_derive(
    registry: Registry, files: list[SourceFile], read: pl.DataFrame
) -> list[pl.DataFrame]:
    """What derivation sees at once: of many files those with the same measures.

    A formula of measures that one file has must not be asked of another that has none of them.
    Where the owner settles a coding it sees all files.
    """
    if len(files) == 1 or getattr(registry.owner(files[0].name), "prepare", None) is not None:
        return [read]
    is_number, is_text = pl.col("value").is_not_null(), pl.col("text").is_not_null()
    of_file = (
        read.group_by("source")
        .agg(pl.struct("measure", is_number, is_text).unique().sort().alias("measures"))
        .with_columns(part=pl.col("measures").hash())
    )
    if of_file["part"].n_unique() < 2:
        return [read]
    parts = read.join(of_file.select("source", "part"), on="source", maintain_order="left")
    return [part.drop("part") for _, part in parts.group_by("part", maintain_order=True)]


def _derived_tables(
    study: Study, registry: Registry, files: list[SourceFile], tables: Tables, framework: Tables
) -> Tables:
    """The observations that were read with all that follows from them, findings and ledger."""
    values, form_findings = forms_of_regions(study, registry, tables["observations"])
    subjects = framework.get("subjects")
    with_ages, age_findings = with_subject_columns(study, registry, values, subjects)
    observations, derivation_findings = derive(
        study,
        registry,
        with_ages,
        tables.get("curves"),
        {file.number: file.entry - 1 for file in files},
    )
    return {
        "observations": with_ends_of_devices(study, registry, observations),
        "findings": concat_filled([form_findings, age_findings, derivation_findings], "findings"),
        "ledger": value_entries(values, observations),
    }


def _locked_reading(job: Job) -> Tables:
    """What today's files give by the rules of the lock, against what was read of them."""
    tables = job.tables_in_full((*FRAMEWORK, "sources", "observations"))
    rows = [attrs.asdict(row) for row in compare_readings(job.opened, tables, source_tables)]
    return {"locked_reading": _table("locked_reading", rows, job.study.id)}


def _companion_files(job: Job) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of the files that others are read with, as a data dictionary."""
    for name in {name for file in job.files() for name in file.spec.companion_files.values()}:
        yield name, file_digest(job.study.folder / name)


def _refuse_changed(job: Job, sources: pl.DataFrame) -> None:
    """StudyError for a file that is not what it was when the run began.

    What was read of it may be half of the one and half of the other.
    """
    changed = [
        Problem(
            "the file changed while it was read",
            file=path,
            code="changed_file",
            hint="run again when nothing writes it any more",
        )
        for path, sha256 in (*sources.select("path", "sha256").iter_rows(), *_companion_files(job))
        if job.inputs[path] != sha256
    ]
    if changed:
        raise StudyError(changed)


def concat_filled(frames: Iterable[pl.DataFrame], table: str) -> pl.DataFrame:
    """Those of the frames that have rows, one below the other; the empty table where none has."""
    return pl.concat(
        [frame for frame in frames if frame.height] or [empty(table)], how="diagonal_relaxed"
    )


def _checks(job: Job) -> Tables:
    """All findings: of reading, of missed visits, of the core's checks and of declared ones."""
    tables = job.tables((*FRAMEWORK, "sources", "observations", "findings"))
    curves = job.inputs.get("table:curves")
    scan = None if curves is None else job.store.scan("curves", curves)
    rows = with_answers(all_findings(job.study, job.registry, tables, scan), job.opened.answers)
    return {
        "findings": conform(rows, "findings", job.study.id),
        "ledger": subject_entries(job.study, tables),
    }


def all_findings(
    study: Study, registry: Registry, tables: Tables, curves: pl.LazyFrame | None = None
) -> pl.DataFrame:
    """The findings in `tables`, those of missed visits, of the core's checks and of declared ones."""
    finding_frames = [tables.get("findings", empty("findings"))]
    if "observations" in tables:
        labels = measure_labels(registry)
        finding_frames.append(missed_visits(study, tables["observations"], tables, curves, labels))

    def of_what_counts(before: pl.DataFrame) -> pl.DataFrame:
        """Findings about the days of visits and times to an event, without what is left out."""
        if "observations" not in tables:
            return event_time_findings(study, registry, tables)
        kept = left_in(study, registry, tables["observations"], before)
        kept = rows_without(kept, impossible_values(study, registry, kept), "id")
        counting = {**tables, "observations": kept}
        of_days = repeated_visits(study, registry, counting)
        return pl.concat([of_days, event_time_findings(study, registry, counting)])

    earlier = {**tables, "findings": concat_filled(finding_frames, "findings")}
    if "observations" in tables:
        # What the operator marked as no reading is nothing that a check could find fault with.
        valid = ~pl.col("invalid").fill_null(value=False)
        earlier["observations"] = rows_where(tables["observations"], valid)
    return findings(study, registry, earlier, of_what_counts)


def _records(job: Job) -> Tables:
    """The records of one endpoint, of what the study does not leave out."""
    facts = job.opened.once(FACTS, job.step.inputs, lambda: _facts_of_records(job))
    return record_tables(job.study, job.registry, job.about["endpoint"], facts.tables, facts)


def _facts_of_records(job: Job) -> StudyFacts:
    """What the records of all endpoints rest on, with the rows of those that are of one design."""
    written = job.tables((*FRAMEWORK, "sources", "observations", "findings"))
    tables = readings_that_count(job.study, job.registry, written)
    facts = StudyFacts(job.study, tables)
    if "observations" in tables:
        parts = {
            name: SCOPES["records"].part(job.opened.study, {"endpoint": name})
            for name in job.opened.study.endpoints
        }
        find_together(parts, job.registry, tables, facts)
    return facts


def record_tables(
    study: Study,
    registry: Registry,
    name: str,
    tables: Tables,
    facts: StudyFacts | None = None,
) -> Tables:
    """The records of an endpoint, and their entries in the ledger.

    `facts` are those of the study and tables, where another endpoint has them already.
    """
    facts = facts or StudyFacts(study, tables)
    records = settled_records(study, registry, name, tables, facts)
    every_record = with_all_values(study, registry, name, tables, records)
    if every_record is not records:
        every_record = conform(every_record, "endpoints", study.id)
    plan = endpoint_plan(study, registry, name, tables, facts)
    return {"endpoints": every_record, "ledger": endpoint_entries(plan, records)}


def readings_that_count(study: Study, registry: Registry, tables: Tables) -> Tables:
    """The tables with the `observations` that may reach an endpoint.

    Those that `findings` keep out stand in `left_out`, values that cannot be in `impossible`, both
    with texts for words.
    """
    findings_table = tables.get("findings")
    tables = {name: frame for name, frame in tables.items() if name != "findings"}
    if "observations" in tables:
        of_checks = (study, registry, tables["observations"], findings_table)
        tables["left_out"] = words_in_full(left_out(*of_checks))
        kept = left_in(*of_checks)
        tables["impossible"] = words_in_full(impossible_values(study, registry, kept))
        tables["observations"] = rows_without(kept, tables["impossible"], "id")
    return tables


def tasks_of_records(
    study: Study, registry: Registry, records: pl.DataFrame | None
) -> list[TaskPlan]:
    """The study's tasks, and a sensitivity analysis of each endpoint of which values were taken out."""
    tasks = list(plan_tasks(study, registry))
    if records is not None:
        of_all_values = records.filter(pl.col("handling") == ALL_VALUES)["endpoint"].unique()
        tasks += [all_values_task(study, name) for name in of_all_values.sort()]
    return sorted(tasks, key=lambda task: task.key)


def _analysis(job: Job) -> Tables:
    """The results of one task, and its row of `tasks`."""
    task = task_of(job.about)
    tables, selections = _tables_of_analysis(job, task)
    runs = job.store.runs(task.key)
    rows, row, ledger = run_task(
        job.study,
        job.registry,
        task,
        tables,
        selections,
        None if runs is None else runs_in_table(runs),
    )
    results = empty("results")
    return {
        "results": pl.DataFrame(rows, schema=results.schema) if rows else results,
        "tasks": pl.DataFrame([row], schema=empty("tasks").schema),
        "ledger": ledger,
    }


def _imputation(job: Job) -> Tables:
    """The statistics of some imputations of a task, which the step of the task pools."""
    task = task_of(job.about)
    tables, selections = _tables_of_analysis(job, task)
    numbers = (job.about["first"], job.about["last"])
    runs = run_part(job.study, job.registry, task, tables, numbers, selections)
    return {"runs": runs_as_table(runs)}


def _tables_of_analysis(job: Job, task: TaskPlan) -> tuple[dict[str, pl.DataFrame], Selections]:
    """What a task rests on, and what other tasks of the same records selected of it."""
    analysis, _ = analysis_with_options(job.study, job.registry, task.analysis)
    tables = job.tables_in_full(tables_read(analysis, task))
    if "endpoints" not in tables:
        records = [
            job.store.step_tables(sha256)["endpoints"]
            for name, sha256 in job.step.inputs
            if name.startswith("records:")
        ]
        tables["endpoints"] = (
            records[0]
            if len(records) == 1
            else conform(concat_filled(records, "endpoints"), "endpoints", job.study.id)
        )
    # Tasks of the same records share what they select of them.
    selected = ("table:subjects", "table:endpoints")
    selection_inputs = [
        pair for pair in job.step.inputs if pair[0] in selected or pair[0].startswith("records:")
    ]
    return tables, job.opened.once("selections", tuple(selection_inputs), Selections)


def _decisions(job: Job) -> Tables:
    """Hypotheses and claims."""
    tables = job.tables((*FRAMEWORK, "results", "ledger", "findings", "sources", "locked_reading"))
    lock = lock_state(job.opened, tables.pop("locked_reading", None))
    return decision_tables(job.study, job.registry, tables, lock.confirmatory, lock.note)


def lock_state(opened: OpenStudy, locked_reading: pl.DataFrame | None) -> LockState:
    """How the study stands to its lock, with what reading by both rules gave, if that was done."""
    if locked_reading is None:
        return opened.lock
    rows = locked_reading.drop("study").iter_rows(named=True)
    return opened.lock.with_comparisons(SourceComparison(**row) for row in rows)


def _no_note(item: str) -> str | None:  # noqa: ARG001 - as a lock's note has it
    return None


def decision_tables(
    study: Study,
    registry: Registry,
    tables: Tables,
    confirmatory: Callable[[str], bool],
    lock_note: Callable[[str], str | None] = _no_note,
) -> dict[str, pl.DataFrame]:
    """The tables `hypotheses` and `claims`, from `results` and the framework.

    `confirmatory` says what was fixed before the data, `lock_note` what the lock leaves to say.
    """
    undecided = undecided_without_ends(study, tables.get("ledger", empty("ledger")))
    hypotheses = decide(study, registry, tables["results"], confirmatory, undecided)
    rows = {
        "hypotheses": [item.row() for item in hypotheses],
        "claims": list(claim_rows(study, hypotheses, tables, confirmatory)),
    }
    decided_tables = {name: _table(name, content, study.id) for name, content in rows.items()}
    return with_basis(study, registry, decided_tables, tables, lock_note)


def _table(name: str, rows: list[dict[str, Any]], study: str) -> pl.DataFrame:
    schema = {column: kind for column, kind in empty(name).schema.items() if column != "study"}
    return conform(pl.DataFrame(rows, schema=schema), name, study)


def _document(job: Job) -> Tables:
    """The files of the study's documents or of one reporter: path in the run folder and digest."""
    opened, staging = job.opened, job.store.staging
    if "documents" in job.about:
        program = f"dermoutcomes {__version__}"
        outputs = write_documents(opened, staging, job.about["documents"], job.inputs, program)
    else:
        outputs = write_report(opened, staging, job.about["reporter"], job.inputs[MANIFEST])
    return {"outputs": outputs}


FUNCTIONS: Mapping[str, Callable[[Job], Tables]] = {
    "framework": _framework,
    "source": _source,
    "locked_reading": _locked_reading,
    "checks": _checks,
    "records": _records,
    "analysis": _analysis,
    "imputation": _imputation,
    "decisions": _decisions,
    "document": _document,
}
