"""Whether a run folder is still what was written, from inputs that are still what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from attrs import asdict, frozen

from dermoutcomes.errors import RunFolderError
from dermoutcomes.runfolder import MANIFEST, digest, mend

__all__ = ["Change", "verify_run"]


@frozen
class Change:
    """One file that is not as it was: `what` is input or output, `state` is changed, missing or added."""

    what: str
    name: str
    state: str

    def row(self) -> dict[str, str]:
        """As plain data."""
        return asdict(self)


def verify_run(folder: Path) -> tuple[Change, ...]:
    """Every input and output that changed since the run, sorted. Raises RunFolderError for what is not a run folder."""
    mend(folder)
    if not (folder / MANIFEST).is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no {MANIFEST}")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        log = json.loads((folder / "run.log.json").read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, FileNotFoundError) as error:
        raise RunFolderError(f"{folder} cannot be verified: {error}") from error
    study = Path(log["study_file"])
    inputs = {study.name: manifest["study_file"]["sha256"], **manifest["inputs"]}
    if manifest["lock"]["sha256"]:
        inputs[study.with_suffix(".lock").name] = manifest["lock"]["sha256"]
    found = [*_changed("input", study.parent, inputs), *_changed("output", folder, manifest["outputs"]), *_added(folder, manifest["outputs"])]
    return tuple(sorted(found, key=lambda change: (change.what, change.name)))


def _changed(what: str, folder: Path, hashes: dict[str, str]) -> Iterator[Change]:
    for name, expected in hashes.items():
        path = folder / name
        if not path.is_file():
            yield Change(what, name, "missing")
        elif digest(path) != expected:
            yield Change(what, name, "changed")


def _added(folder: Path, outputs: dict[str, str]) -> Iterator[Change]:
    known = {*outputs, MANIFEST, "run.log.json"}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known:
            yield Change("output", name, "added")
