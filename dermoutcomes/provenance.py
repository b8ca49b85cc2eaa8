"""What each step of a run was made from: its inputs, options, plugin code and output, by their digests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs
import polars as pl

from dermoutcomes.steps import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import StepResult
    from dermoutcomes.execute import Session

__all__ = ["step_records"]


def step_records(session: Session, steps: Iterable[StepResult]) -> dict[str, Any]:
    """Key = inputs (name = SHA-256 of a file or of another step's output), options, code (plugin = SHA-256) and output of each step.

    Equal inputs, options and code give an equal output: where two runs differ, the first step that differs says why.
    """
    done = {result.key: result.sha256 for result in steps}
    return {key: {"inputs": _inputs(session, done, key), "options": _options(session, key), "output": output,
                  "code": _code(session, key)}
            for key, output in done.items()}


def _parts(key: str) -> tuple[str, str]:
    kind, _, name = key.partition(":")
    return kind, name


def _numbers(name: str) -> list[int]:
    return [int(number) for number in name.split("+")]


def _inputs(session: Session, done: Mapping[str, str], key: str) -> dict[str, str]:
    """Files and steps: readings and records also rest on the tables of subjects, allocations, treatments and events."""
    kind, name = _parts(key)
    framework = {row["path"]: row["sha256"] for row in _sources(session) if row["table"] in FRAMEWORK}
    if kind == "source":
        return framework | {row["path"]: row["sha256"] for row in _sources(session) if row["source"] in _numbers(name)}
    if kind == "endpoint":
        return framework | {step: digest for step, digest in done.items() if step.startswith("source:")}
    return framework | {f"endpoint:{endpoint}": done[f"endpoint:{endpoint}"] for endpoint in session.plans[name].endpoints}


def _sources(session: Session) -> list[dict[str, Any]]:
    sources = session.table("sources")
    return [] if sources is None else sources.to_dicts()


def _options(session: Session, key: str) -> str:
    """The digest of what the study says of the step, with every default filled in."""
    kind, name = _parts(key)
    if kind == "source":
        said: Any = [_plain(session.files[number].spec) for number in _numbers(name)]
    elif kind == "endpoint":
        said = _plain(session.study.endpoints[name])
    else:
        tasks = session.table("tasks")
        assert tasks is not None
        said = tasks.row(by_predicate=pl.col("task") == name, named=True)["options"]
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _plain(value: Any) -> dict[str, Any]:
    return attrs.asdict(value)


def _code(session: Session, key: str) -> dict[str, str]:
    used = set(_plugins(session, key))
    return {plugin.name: plugin.sha256 for plugin in session.registry.plugins if plugin.name in used}


def _plugins(session: Session, key: str) -> Iterator[str | None]:
    """The plugins whose code a step runs; the core's own is among the versions."""
    kind, name = _parts(key)
    registry, study = session.registry, session.study
    if kind == "source":
        numbers = _numbers(name)
        yield from (_owner(session, session.files[number].spec.name) for number in numbers)
        yield from (registry.plugin_of("readers", row["reader"] or "") for row in _sources(session) if row["source"] in numbers)
    elif kind == "endpoint":
        endpoint = study.endpoints[name]
        yield _owner(session, (endpoint.measure or "").partition(".")[0])
        yield from (registry.plugin_of("imputations", study.imputations[handling].use if handling in study.imputations else handling)
                    for handling in endpoint.handling)
    else:
        analysis = session.plans[name].analysis
        yield _pooling(session, session.plans[name].handling)
        yield registry.plugin_of("analyses", study.analyses[analysis].use if analysis in study.analyses else analysis)


def _pooling(session: Session, handling: str) -> str | None:
    """The plugin that pools results under a handling, if anything does."""
    from dermoutcomes.results.repeated import pooling_of

    pooled = pooling_of(session.study, session.registry, handling)
    return session.registry.plugin_of("poolings", pooled[0].name) if pooled else None


def _owner(session: Session, name: str) -> str | None:
    return session.registry.plugin_of("instruments" if name in session.registry.instruments else "scales", name)
