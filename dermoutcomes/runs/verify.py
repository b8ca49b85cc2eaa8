"""Whether a run folder is still what was written, from inputs that are still what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import RunFolderError
from dermoutcomes.runs.finished_run import read_manifest
from dermoutcomes.runs.manifest import record_digest
from dermoutcomes.runs.run_folder import LOG, MANIFEST

__all__ = ["Change", "verify_run"]


@frozen
class Change:
    """A file that is not as it was.

    `what` is input or output, `state` is changed, missing or added.
    """

    what: str
    name: str
    state: str

    def row(self) -> dict[str, str]:
        """As plain data."""
        return asdict(self)


def verify_run(folder: Path) -> tuple[Change, ...]:
    """Every input and output that changed since the run, and its manifest, sorted.

    Raises RunFolderError for what is not a run folder.
    """
    manifest = read_manifest(folder)
    try:
        study = Path(json.loads((folder / LOG).read_text(encoding="utf-8"))["study_file"])
        inputs = {
            study.name: manifest["study_file"]["sha256"],
            **manifest["inputs"],
            **manifest["own_plugins"],
        }
        lock = manifest["lock"]["sha256"]
    except (ValueError, KeyError, TypeError, FileNotFoundError) as error:
        raise RunFolderError(
            f"{folder} cannot be verified: its {LOG} or {MANIFEST} is damaged or missing"
        ) from error
    if lock:
        inputs[study.with_suffix(".lock").name] = lock
    changes = [
        *_changed_record(manifest),
        *_changed_files("input", study.parent, inputs),
        *_changed_files("output", folder, manifest["outputs"]),
        *_added_files(folder, manifest["outputs"]),
    ]
    return tuple(sorted(changes, key=lambda change: (change.what, change.name)))


def _changed_record(manifest: Mapping[str, Any]) -> Iterator[Change]:
    """A manifest whose record is not the one that its pages name in their feet."""
    record = manifest.get("record_sha256")
    if record is not None and record != record_digest(manifest):
        yield Change("output", MANIFEST, "changed")


def _changed_files(what: str, folder: Path, hashes: dict[str, str]) -> Iterator[Change]:
    for name, expected in hashes.items():
        path = folder / name
        if not path.is_file():
            yield Change(what, name, "missing")
        elif file_digest(path) != expected:
            yield Change(what, name, "changed")


def _added_files(folder: Path, outputs: dict[str, str]) -> Iterator[Change]:
    known = {*outputs, MANIFEST, LOG}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield Change("output", name, "added")
