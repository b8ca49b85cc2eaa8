"""What each step of a run was made from: its inputs, options, plugin code and output, by their digests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import attrs
from attrs import frozen

from dermoutcomes.words import FRAMEWORK

if TYPE_CHECKING:
    from dermoutcomes.declare import StepResult
    from dermoutcomes.runs.worker import Session

__all__ = ["step_records"]


def step_records(session: Session, steps: Iterable[StepResult]) -> dict[str, Any]:
    """Key = inputs (name = SHA-256 of a file or of another step's output), options, code (plugin = SHA-256) and output of each step.

    Equal inputs, options and code give an equal output: where two runs differ, the first step that differs says why.
    """
    trail = _Trail.of(session, steps)
    return {
        key: {
            "inputs": _inputs(trail, key),
            "options": _options(trail, key),
            "output": output,
            "code": _code(trail, key),
        }
        for key, output in trail.done.items()
    }


@frozen(eq=False)
class _Trail:
    """What the records of all steps are looked up in: read once, since a study can have thousands of steps."""

    session: Session
    done: Mapping[str, str]
    sources: list[dict[str, Any]]
    framework: Mapping[str, str]
    readings: Mapping[str, str]
    options: Mapping[str, str]

    @classmethod
    def of(cls, session: Session, steps: Iterable[StepResult]) -> _Trail:
        done = {result.key: result.sha256 for result in steps}
        tables = session.tables(("sources", "tasks"))
        sources = tables["sources"].to_dicts() if "sources" in tables else []
        framework = {row["path"]: row["sha256"] for row in sources if row["table"] in FRAMEWORK}
        readings = {step: digest for step, digest in done.items() if step.startswith("source:")}
        options = (
            dict(tables["tasks"].select("task", "options").iter_rows()) if "tasks" in tables else {}
        )
        return cls(session, done, sources, framework, readings, options)


def _parts(key: str) -> tuple[str, str]:
    kind, _, name = key.partition(":")
    return kind, name


def _numbers(name: str) -> list[int]:
    return [int(number) for number in name.split("+")]


def _inputs(trail: _Trail, key: str) -> dict[str, str]:
    """Files and steps: readings and records also rest on the tables of subjects, allocations, treatments and events."""
    kind, name = _parts(key)
    if kind == "source":
        numbers = _numbers(name)
        return {
            **trail.framework,
            **{row["path"]: row["sha256"] for row in trail.sources if row["source"] in numbers},
        }
    if kind == "endpoint":
        return {**trail.framework, **trail.readings}
    return {
        **trail.framework,
        **{
            f"endpoint:{endpoint}": trail.done[f"endpoint:{endpoint}"]
            for endpoint in trail.session.plans[name].endpoints
        },
    }


def _options(trail: _Trail, key: str) -> str:
    """The digest of what the study says of the step, with every default filled in."""
    kind, name = _parts(key)
    if kind == "source":
        said: Any = [_plain(trail.session.files[number].spec) for number in _numbers(name)]
    elif kind == "endpoint":
        said = _plain(trail.session.study.endpoints[name])
    else:
        said = trail.options[name]
    return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _plain(value: Any) -> dict[str, Any]:
    return attrs.asdict(value)


def _code(trail: _Trail, key: str) -> dict[str, str]:
    used = set(_plugins(trail, key))
    return {
        plugin.name: plugin.sha256
        for plugin in trail.session.registry.plugins
        if plugin.name in used
    }


def _plugins(trail: _Trail, key: str) -> Iterator[str | None]:
    """The plugins whose code a step runs; the core's own is among the versions."""
    kind, name = _parts(key)
    session = trail.session
    registry, study = session.registry, session.study
    if kind == "source":
        numbers = _numbers(name)
        yield from (_owner(session, session.files[number].spec.name) for number in numbers)
        yield from (
            registry.plugin_of("readers", row["reader"] or "")
            for row in trail.sources
            if row["source"] in numbers
        )
    elif kind == "endpoint":
        endpoint = study.endpoints[name]
        yield _owner(session, (endpoint.measure or "").partition(".")[0])
        yield from (
            registry.plugin_of(
                "imputations",
                study.imputations[handling].use if handling in study.imputations else handling,
            )
            for handling in endpoint.handling
        )
    else:
        analysis = session.plans[name].analysis
        yield _pooling(session, session.plans[name].handling)
        yield registry.plugin_of(
            "analyses", study.analyses[analysis].use if analysis in study.analyses else analysis
        )


def _pooling(session: Session, handling: str) -> str | None:
    """The plugin that pools results under a handling, if anything does."""
    from dermoutcomes.results.repeated_analysis import pooling_of

    pooled = pooling_of(session.study, session.registry, handling)
    return session.registry.plugin_of("poolings", pooled[0].name) if pooled else None


def _owner(session: Session, name: str) -> str | None:
    return session.registry.plugin_of(
        "instruments" if name in session.registry.instruments else "scales", name
    )
