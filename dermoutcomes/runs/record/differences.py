"""What moved between two runs of a study, and why: numbers, verdicts and findings by their keys.

A step whose address differs says what it rests on that differs: a file, a part of the study, the code
of a plugin. What a result inherits is followed back through the outputs of steps that differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import tomli
from attrs import asdict, define, frozen

from dermoutcomes.errors import RunFolderError
from dermoutcomes.runs.finished_run import read_manifest
from dermoutcomes.tables import empty

__all__ = ["Difference", "RunDifferences", "compare_runs", "leaves"]

# The kinds of steps that tables are made by; what rests on a table inherits what differs in these.
BEFORE_RECORDS = ("framework", "source", "locked_reading", "checks")
RESULT_KEY = (
    "endpoint",
    "analysis",
    "population",
    "handling",
    "comparison",
    "group",
    "visit",
    "subgroup_level",
    "term",
    "level",
    "stat",
)


@frozen
class Difference:
    """One thing that differs: what it is about, how it was, how it is, and why.

    `what` is "study", "file", "plugin", "software", "verdict", "number" or "finding". `before` and
    `after` are None where the other run has no such thing. `because` names causes among the files,
    parts of the study, plugins and versions that differ.
    """

    what: str
    name: str
    before: str | float | None
    after: str | float | None
    because: tuple[str, ...] = ()
    id: str | None = None
    deciding: bool = False

    def row(self) -> dict[str, Any]:
        """As plain data."""
        return {**asdict(self), "because": list(self.because)}


@frozen
class RunDifferences:
    """All that differs between two runs, causes first."""

    causes: tuple[Difference, ...]
    verdicts: tuple[Difference, ...]
    numbers: tuple[Difference, ...]
    findings: tuple[Difference, ...]

    @property
    def any(self) -> bool:
        """Whether anything that was read, decided or computed differs."""
        return bool(self.causes or self.verdicts or self.numbers or self.findings)


@define(eq=False, slots=False)
class _RunRecord:
    """A run folder as far as it is compared: its manifest, its study file and its tables."""

    folder: Path
    manifest: Mapping[str, Any]

    @classmethod
    def of(cls, folder: Path) -> _RunRecord:
        """Raises RunFolderError for what is no run folder."""
        return cls(folder, read_manifest(folder))

    def rows(self, table: str, key: str) -> dict[str, dict[str, Any]]:
        """The rows of a table by their key; none where the run has no such table."""
        path = self.folder / "tables" / f"{table}.parquet"
        frame = pl.read_parquet(path) if path.is_file() else empty(table)
        return {row[key]: row for row in frame.iter_rows(named=True) if row[key] is not None}

    @cached_property
    def study_keys(self) -> dict[str, str]:
        """Each key of the study file with its value as text."""
        path = self.folder / "study" / self.manifest["study_file"]["name"]
        try:
            content = tomli.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunFolderError(f"{self.folder} has no copy of its study file: {error}") from error
        return dict(leaves(content))

    @property
    def steps(self) -> Mapping[str, Any]:
        """The record of each step by its key."""
        steps: Mapping[str, Any] = self.manifest.get("steps", {})
        return steps


def compare_runs(before: Path, after: Path) -> RunDifferences:
    """What differs between two run folders.

    Raises RunFolderError for what is no run folder, and for runs of two studies.
    """
    earlier, later = _RunRecord.of(before), _RunRecord.of(after)
    studies = [record.manifest.get("study") for record in (earlier, later)]
    if studies[0] != studies[1]:
        raise RunFolderError(
            f"{before} is a run of {studies[0]!r} and {after} one of {studies[1]!r}; "
            "expected two runs of one study"
        )
    causes = _Causes(earlier, later)
    return RunDifferences(
        causes=tuple(_cause_differences(earlier, later)),
        verdicts=tuple(_verdicts(earlier, later, causes)),
        numbers=tuple(_numbers(earlier, later, causes)),
        findings=tuple(_findings(earlier, later, causes)),
    )


def leaves(content: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each value that holds no further keys, with its path; of lists of tables, by position."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from leaves(value, f"{path}.{key}" if path else key)
    elif isinstance(content, list) and any(isinstance(item, dict) for item in content):
        for number, item in enumerate(content, 1):
            yield from leaves(item, f"{path}[{number}]")
    else:
        yield path, json.dumps(content, ensure_ascii=False, default=str)


def _cause_differences(before: _RunRecord, after: _RunRecord) -> Iterator[Difference]:
    """Keys of the study, files, plugins and versions that differ."""
    yield from _changed("study", before.study_keys, after.study_keys)
    locks = [{"study.lock": str(run.manifest["lock"].get("sha256"))} for run in (before, after)]
    yield from _changed("file", *locks)
    for part in ("inputs", "own_plugins"):
        yield from _changed("file", before.manifest.get(part, {}), after.manifest.get(part, {}))
    yield from _changed("plugin", _plugins(before), _plugins(after))
    yield from _changed(
        "software", before.manifest.get("versions", {}), after.manifest.get("versions", {})
    )


def _plugins(run: _RunRecord) -> dict[str, str]:
    return {
        plugin["name"]: f"{plugin['version']}, code {plugin['sha256'][:12]}"
        for plugin in run.manifest.get("plugins", ())
    }


def _changed(
    what: str, before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[Difference]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield Difference(what, name, before.get(name), after.get(name))


class _Causes:
    """Why the output of a step differs, followed back to what nothing else made."""

    def __init__(self, before: _RunRecord, after: _RunRecord) -> None:
        self.before, self.after = before.steps, after.steps
        self.software = before.manifest.get("versions") != after.manifest.get("versions")
        self.known: dict[str, tuple[str, ...]] = {}

    def of_step(self, key: str) -> tuple[str, ...]:
        """What a step rests on that differs, each named once."""
        if key not in self.known:
            self.known[key] = ()
            self.known[key] = tuple(dict.fromkeys(self._of_step(key)))
        return self.known[key]

    def of_everything(self) -> tuple[str, ...]:
        """What differs in any step that reads or checks."""
        return tuple(
            dict.fromkeys(
                cause
                for key in {**self.before, **self.after}
                if key.partition(":")[0] in BEFORE_RECORDS
                for cause in self.of_step(key)
            )
        )

    def _of_step(self, key: str) -> Iterator[str]:
        earlier, later = self.before.get(key), self.after.get(key)
        if earlier is None or later is None:
            yield f"only one of the runs has the step {key}"
            return
        if earlier["address"] == later["address"]:
            return
        if earlier["asks"] != later["asks"]:
            yield "the study file"
        for name in dict.fromkeys((*earlier["code"], *later["code"])):
            if earlier["code"].get(name) != later["code"].get(name):
                yield f"the code of the plugin {name}"
        if self.software:
            yield "versions of the software"
        for name in dict.fromkeys((*earlier["inputs"], *later["inputs"])):
            if earlier["inputs"].get(name) != later["inputs"].get(name):
                yield from self._of_input(name)

    def _of_input(self, name: str) -> Iterable[str]:
        if name.startswith("table:"):
            return self.of_everything()
        if name in self.before or name in self.after:
            return self.of_step(name)
        return (f"the file {name}",)


def _verdicts(before: _RunRecord, after: _RunRecord, causes: _Causes) -> Iterator[Difference]:
    earlier, later = before.rows("claims", "claim"), after.rows("claims", "claim")
    for name in dict.fromkeys((*earlier, *later)):
        was, now = (rows[name]["verdict"] if name in rows else None for rows in (earlier, later))
        if was != now:
            because = _of_claim(after, later.get(name) or earlier[name], causes)
            yield Difference("verdict", name, was, now, because, deciding=True)


def _of_claim(run: _RunRecord, claim: Mapping[str, Any], causes: _Causes) -> tuple[str, ...]:
    """Why the results differ that a claim rests on; what the decisions rest on besides."""
    results = run.rows("results", "id")
    tasks = [results[item]["task"] for item in claim["evidence"] or () if item in results]
    steps = [*dict.fromkeys(f"analysis:{task}" for task in tasks)]
    of_results = dict.fromkeys(cause for step in steps for cause in causes.of_step(step))
    return tuple(of_results) or causes.of_step("decisions")


def _numbers(before: _RunRecord, after: _RunRecord, causes: _Causes) -> Iterator[Difference]:
    earlier, later = before.rows("results", "id"), after.rows("results", "id")
    deciding = {
        item
        for run in (before, after)
        for row in run.rows("hypotheses", "hypothesis").values()
        for item in row["evidence"] or ()
    }
    differences = []
    for key in dict.fromkeys((*earlier, *later)):
        was, now = (_shown(rows.get(key)) for rows in (earlier, later))
        if was != now:
            row = later.get(key) or earlier[key]
            because = causes.of_step(f"analysis:{row['task']}")
            differences.append(
                Difference("number", _name(row), was, now, because, key, deciding=key in deciding)
            )
    yield from sorted(differences, key=lambda difference: not difference.deciding)


def _shown(row: Mapping[str, Any] | None) -> str | float | None:
    """A result's number, or what stands in its place."""
    if row is None:
        return None
    value: str | float | None = row["value"]
    return value if value is not None else row["error"] or row["text"]


def _name(row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[key]) for key in RESULT_KEY if row[key] not in (None, ""))


def _findings(before: _RunRecord, after: _RunRecord, causes: _Causes) -> Iterator[Difference]:
    earlier, later = before.rows("findings", "key"), after.rows("findings", "key")
    because = causes.of_step("checks") or causes.of_everything()
    for key in dict.fromkeys((*earlier, *later)):
        was, now = (rows[key]["severity"] if key in rows else None for rows in (earlier, later))
        if was != now:
            row = later.get(key) or earlier[key]
            yield Difference("finding", _finding_name(row), was, now, because, key)


def _finding_name(row: Mapping[str, Any]) -> str:
    place = " ".join(str(row[key]) for key in ("subject", "visit", "measure") if row[key])
    return f"{row['check']}{f' ({place})' if place else ''}: {row['message']}"
