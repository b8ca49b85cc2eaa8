"""What a run puts on the record: manifest, log, queries, and copies of study file and lock."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.quality.site_queries.queries import queries
from dermoutcomes.report.spreadsheet import write_csv, write_results
from dermoutcomes.runs.cache.step_cache import PARTS
from dermoutcomes.runs.canonical_text import canonical
from dermoutcomes.runs.forecast.memory import memory_record
from dermoutcomes.runs.run_folder import LOG, writing_below
from dermoutcomes.runs.steps import versions
from dermoutcomes.runs.work import lock_state
from dermoutcomes.study.lock.lock import lock_path

if TYPE_CHECKING:
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.runs.cache.step_cache import StepCache
    from dermoutcomes.runs.dispatch import Steps
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.runs.run_folder import RunFolder
    from dermoutcomes.study import Study
    from dermoutcomes.study.lock.lock import LockState
    from dermoutcomes.study.lock.lock_values import Change

__all__ = ["record_digest", "step_records", "write_log", "write_record"]

FORMAT = 1


def write_record(opened: OpenStudy, steps: Steps, run_folder: RunFolder) -> dict[str, Any]:
    """Write everything but the reports.

    The manifest comes back, still without the digests of outputs.
    """
    results, findings = steps.table("results"), steps.table("findings")
    assert results is not None
    assert findings is not None
    answers = opened.answers
    site_queries = queries(
        findings,
        opened.study,
        opened.registry,
        steps.table("subjects"),
        None if answers is None else answers.rows,
    )
    with writing_below(run_folder.place):
        write_results(results, run_folder.staging / "tables")
        write_csv(site_queries, run_folder.staging / "queries.csv", byte_order_mark=True)
    # The study file, its lock and its own plugins, as they were parsed: a run folder can be read
    # without them.
    for name, content in opened.files.contents:
        run_folder.write_bytes(f"study/{name}", content)
    return _manifest(opened, steps)


def write_log(steps: Steps, run_folder: RunFolder, bytes_read: int) -> None:
    """Write when, where and how the run was done: the one file that differs from run to run."""
    run_folder.write_json(LOG, _log(steps, run_folder.place, bytes_read))


def record_digest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of what a manifest says of a run before anything was made for people of it.

    That is all but its outputs, the steps of documents and this digest itself, as canonical JSON:
    what pages and tables show in their feet, and what can be made again from the finished manifest.
    """
    of_run = manifest.get("steps", {})
    steps = {key: step for key, step in of_run.items() if key.partition(":")[0] != "document"}
    record = {**manifest, "steps": steps}
    for name in ("outputs", "record_sha256"):
        record.pop(name, None)
    return sha256(canonical(record).encode()).hexdigest()


def step_records(steps: Steps) -> dict[str, Any]:
    """Key = address, inputs, code, output and the digest of what it asked, of each step.

    Steps of one address give one output: where two runs differ, the first step that differs says
    why.
    """
    return {
        key: {
            "address": step.address,
            "inputs": dict(step.inputs),
            "asks": sha256(step.asks.encode()).hexdigest(),
            "code": dict(step.code),
            "output": output,
        }
        for key, (step, output) in steps.done.items()
    }


def _change_record(change: Change) -> dict[str, str]:
    said = {"at the lock": change.before, "now": change.now} if change.before else {}
    return {"item": change.item, "what": change.kind, **said}


def _lock_record(lock: LockState) -> dict[str, Any]:
    return {
        "state": lock.state,
        "changes": [_change_record(change) for change in lock.changes],
        "format": lock.lock.format if lock.lock else None,
        "reading_changes": [_change_record(change) for change in lock.rule_changes],
        "readings": [attrs.asdict(reading) for reading in lock.comparisons],
        "plugins": [
            {
                "name": plugin.name,
                "at the lock": plugin.before,
                "now": plugin.now or "not installed",
            }
            for plugin in lock.plugins
        ],
        "locked": lock.lock.locked.isoformat() if lock.lock else None,
    }


def _companion_files(steps: Steps) -> dict[str, str]:
    """Path = SHA-256, as it was when it was read, of each file that others are read with."""
    sources = steps.opened.study.sources.values()
    names = {name for specs in sources for spec in specs for name in spec.companion_files.values()}
    read = {name: sha256 for step, _ in steps.done.values() for name, sha256 in step.inputs}
    return {name: read[name] for name in sorted(names) if name in read}


def _manifest(opened: OpenStudy, steps: Steps) -> dict[str, Any]:
    study, sources = opened.study, steps.table("sources")
    assert sources is not None
    return {
        "format": FORMAT,
        "study": study.id,
        "title": study.study.title,
        "data_origin": study.study.data_origin,
        "seed": study.study.seed,
        "study_file": {"name": study.path.name, "sha256": opened.files.digest(study.path.name)},
        "lock": {
            "sha256": opened.files.digest(lock_path(study).name),
            **_lock_record(lock_state(opened, steps.table("locked_reading"))),
        },
        "inputs": {
            **{row["path"]: row["sha256"] for row in sources.sort("path").iter_rows(named=True)},
            **_companion_files(steps),
            **(opened.answers.digests if opened.answers else {}),
        },
        "own_plugins": dict(opened.own_plugins),
        "plugins": [
            {
                "name": plugin.name,
                "version": plugin.version,
                "origin": plugin.origin,
                "api": plugin.api,
                "sha256": plugin.sha256,
                "declares": list(plugin.declares),
            }
            for plugin in opened.registry.plugins
            if plugin.loaded
        ],
        "plugins_not_loaded": [
            {"name": plugin.name, "version": plugin.version, "error": plugin.error}
            for plugin in opened.registry.not_loaded
        ],
        "names_in_dispute": [dispute.words for dispute in opened.registry.disputes],
        "plugin_choice": opened.registry.choice.record(),
        "versions": {"python": platform.python_version(), **versions()},
        "options": _options(study, steps.table("tasks")),
        "imputations": _imputations(study, opened.registry),
        "steps": step_records(steps),
    }


def _imputations(study: Study, registry: Registry) -> dict[str, Any]:
    """What fills missing values several times, with options and seed, by endpoint and handling."""
    from dermoutcomes.endpoints.imputation.draws import imputation_seed
    from dermoutcomes.endpoints.imputation.imputation import imputation_spec
    from dermoutcomes.options.parsing import resolve_options

    record = {}
    for name, endpoint in study.endpoints.items():
        for handling in endpoint.handling:
            declared, spec = imputation_spec(study, registry, handling)
            if declared is not None and declared.multiple:
                options = resolve_options(
                    spec.options if spec else {},
                    declared.options,
                    f"imputations.{handling}.options",
                )
                record[f"{name}/{handling}"] = {
                    "use": declared.name,
                    "options": _plain(options),
                    "pooling": (spec and spec.pooling) or declared.pooling,
                    "seed": imputation_seed(study.study.seed, name, handling),
                }
    return record


def _options(study: Study, tasks: pl.DataFrame | None) -> dict[str, Any]:
    """Every option as it was resolved, analyses by the study's name for them."""
    analyses = (
        {}
        if tasks is None
        else {row["analysis"]: json.loads(row["options"]) for row in tasks.iter_rows(named=True)}
    )
    return {
        "alpha": study.study.alpha,
        "sided": study.study.sided,
        "confidence": study.confidence,
        "analyses": analyses,
        "endpoints": {name: _plain(endpoint) for name, endpoint in study.endpoints.items()},
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(attrs.asdict(value), default=str))


def _log(steps: Steps, place: Path, bytes_read: int) -> dict[str, Any]:
    """Clock time and host stand here and nowhere else; no path that names a person."""
    from datetime import UTC, datetime

    between = _way_to_study(place.resolve(), steps.opened.study.path.resolve().parent)
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": platform.node(),
        "platform": platform.platform(),
        **({} if between is None else {"study_folder": between}),
        "executor": steps.executor.name,
        "executor_told": list(steps.told),
        "threads": pl.thread_pool_size(),
        "memory": memory_record(
            bytes_read, everything_done=steps.cache is None or not steps.cache.taken
        ),
        "cache": None if steps.cache is None else _from_cache(steps, steps.cache),
    }


def _from_cache(steps: Steps, cache: StepCache) -> dict[str, Any]:
    """By kind of step and of part, how many there were and how many an earlier run had done."""
    of = Counter(step.kind for step, _ in steps.done.values())
    of.update({part: count for part in PARTS if (count := cache.taken[part] + cache.made[part])})
    kinds = {kind: {"of": count, "taken": cache.taken[kind]} for kind, count in of.items()}
    return {"kinds": kinds, "trouble": cache.folder.trouble or None}


def _way_to_study(place: Path, study_folder: Path) -> str | None:
    """The way from a run folder to its study, where it goes through no folder above a home.

    Those have the names of persons, and a run folder is sent on.
    """
    try:
        common = Path(os.path.commonpath([place, study_folder]))
        home = Path.home().resolve()
    except (ValueError, RuntimeError):
        return None
    if len(common.parts) < 2 or (common != home and home.is_relative_to(common)):
        return None
    return Path(os.path.relpath(study_folder, place)).as_posix()
