"""What a run puts on the record: the manifest, the log, the queries, and copies of the study file and its lock."""

from __future__ import annotations

import json
import platform
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.report.spreadsheet import write_csv
from dermoutcomes.runs.provenance import step_records
from dermoutcomes.runs.run_folder import digest, writing_below
from dermoutcomes.runs.worker import versions
from dermoutcomes.study.paths import plugin_files

if TYPE_CHECKING:
    from dermoutcomes.declare import StepResult
    from dermoutcomes.runs.run_folder import RunFolder
    from dermoutcomes.runs.worker import Session
    from dermoutcomes.study import Study
    from dermoutcomes.study.lock.lock import LockState

__all__ = ["write_record"]

FORMAT = 1


def write_record(
    session: Session, writing: RunFolder, steps: list[StepResult], lock: LockState, *, executor: str
) -> dict[str, Any]:
    """Write everything but the reports; the manifest comes back, still without the digests of outputs."""
    from dermoutcomes.quality.queries import queries

    results, findings = session.table("results"), session.table("findings")
    assert results is not None
    assert findings is not None
    asked = queries(findings, session.study, session.table("subjects"))
    with writing_below(writing.place):
        write_csv(results, writing.staging / "tables" / "results.csv")
        write_csv(asked, writing.staging / "queries.csv")
    _copy_study(session.study, writing)
    manifest = _manifest(session, steps, lock)
    writing.write_json("run.log.json", _log(session, executor))
    return manifest


def _copy_study(study: Study, writing: RunFolder) -> None:
    """The study file, its lock and its own plugins, as they were: a run folder can be read without them."""
    for path in (study.path, study.path.with_suffix(".lock"), *plugin_files(study)):
        if path.is_file():
            writing.write_bytes(
                f"study/{path.relative_to(study.folder).as_posix()}", path.read_bytes()
            )


def _lock_record(lock: LockState) -> dict[str, Any]:
    return {
        "state": lock.state,
        "changes": [{"item": change.item, "what": change.what} for change in lock.changes],
        "locked": lock.lock.locked.isoformat() if lock.lock else None,
    }


def _manifest(session: Session, steps: list[StepResult], lock: LockState) -> dict[str, Any]:
    study, sources = session.study, session.table("sources")
    assert sources is not None
    lock_file = study.path.with_suffix(".lock")
    return {
        "format": FORMAT,
        "study": study.id,
        "title": study.study.title,
        "data_origin": study.study.data_origin,
        "seed": study.study.seed,
        "study_file": {"name": study.path.name, "sha256": digest(study.path)},
        "lock": {
            "sha256": digest(lock_file) if lock_file.is_file() else None,
            **_lock_record(lock),
        },
        "inputs": {
            row["path"]: row["sha256"] for row in sources.sort("path").iter_rows(named=True)
        },
        "own_plugins": {
            path.relative_to(study.folder).as_posix(): digest(path) for path in plugin_files(study)
        },
        "plugins": [
            {
                "name": plugin.name,
                "version": plugin.version,
                "origin": plugin.origin,
                "sha256": plugin.sha256,
                "declares": list(plugin.declares),
            }
            for plugin in session.registry.plugins
        ],
        "versions": {"python": platform.python_version(), **versions()},
        "options": _options(session),
        "imputations": _imputations(session),
        "steps": step_records(session, steps),
    }


def _imputations(session: Session) -> dict[str, Any]:
    """What fills missing values several times: with which options, how often, and from which seed, by endpoint and handling."""
    from dermoutcomes.endpoints.imputation.draws import imputation_seed
    from dermoutcomes.endpoints.imputation.imputation import imputation_spec
    from dermoutcomes.options.parsing import resolved_options

    found = {}
    for name, endpoint in session.study.endpoints.items():
        for handling in endpoint.handling:
            declared, spec = imputation_spec(session.study, session.registry, handling)
            if declared is not None and declared.multiple:
                options = resolved_options(
                    spec.options if spec else {},
                    declared.options,
                    f"imputations.{handling}.options",
                )
                found[f"{name}/{handling}"] = {
                    "use": declared.name,
                    "options": _plain(options),
                    "pooling": (spec and spec.pooling) or declared.pooling,
                    "seed": imputation_seed(session.study.study.seed, name, handling),
                }
    return found


def _options(session: Session) -> dict[str, Any]:
    """Every option as it was resolved, analyses by the study's name for them."""
    tasks = session.table("tasks")
    used = (
        {}
        if tasks is None
        else {row["analysis"]: json.loads(row["options"]) for row in tasks.iter_rows(named=True)}
    )
    return {
        "alpha": session.study.study.alpha,
        "sided": session.study.study.sided,
        "confidence": session.study.confidence,
        "analyses": used,
        "endpoints": {name: _plain(endpoint) for name, endpoint in session.study.endpoints.items()},
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(attrs.asdict(value), default=str))


def _log(session: Session, executor: str) -> dict[str, Any]:
    """Clock time, host and paths stand here and nowhere else."""
    from datetime import UTC, datetime

    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": platform.node(),
        "platform": platform.platform(),
        "study_file": str(session.study.path.resolve()),
        "executor": executor,
        "threads": pl.thread_pool_size(),
    }
