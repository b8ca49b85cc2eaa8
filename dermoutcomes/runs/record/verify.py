"""Whether a run folder is still what was written, from inputs that are still what was read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from os.path import normpath, sep
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from dermoutcomes.digests import file_digest
from dermoutcomes.errors import DermOutcomesError, RunFolderError, within_length
from dermoutcomes.runs.finished_run import read_manifest
from dermoutcomes.runs.record.manifest import record_digest
from dermoutcomes.runs.run_folder import LOG, MANIFEST

__all__ = ["Change", "Verification", "verify_run"]


@frozen
class Change:
    """A file that is not as it was.

    `what` is input or output; `state` is changed, missing, added, unreadable, a link, outside (an
    output that the manifest places beside the run folder), or new (a file that a pattern of the
    study, or the site's answers, would now be read from).
    """

    what: str
    name: str
    state: str

    def row(self) -> dict[str, str]:
        """As plain data."""
        return asdict(self)

    @property
    def words(self) -> str:
        """As a line."""
        return f"{self.state}: {self.what} {within_length(self.name)}"


@frozen
class Verification:
    """What was found: the changes, sorted, the folder of the inputs, and what was hashed.

    `inputs` is None where no folder has the study file: then no input was looked at, and each
    counts as missing.
    """

    changes: tuple[Change, ...]
    inputs: Path | None
    study_file: str
    n_inputs: int
    n_outputs: int


def verify_run(
    folder: Path, inputs: Path | None = None, *, outputs_alone: bool = False
) -> Verification:
    """Every input and output that changed since the run, and its manifest.

    The inputs are looked for in the folder `inputs`, or else beside the run folder before the
    place where the log says that they were: a copy of a study is verified against its own files.
    With `outputs_alone` no input is looked for: somebody was sent the run folder and no more.
    Nothing is written. Raises RunFolderError for what is not a run folder.
    """
    manifest = read_manifest(folder)
    try:
        study_file = str(manifest["study_file"]["name"])
        hashes = {
            study_file: manifest["study_file"]["sha256"],
            **manifest["inputs"],
            **manifest["own_plugins"],
        }
        if lock := manifest["lock"]["sha256"]:
            hashes[Path(study_file).with_suffix(".lock").name] = lock
        outputs = dict(manifest["outputs"])
    except (ValueError, KeyError, TypeError) as error:
        raise RunFolderError(f"{folder} cannot be verified: its {MANIFEST} is damaged") from error
    if outputs_alone:
        hashes = {}
    beside = None if outputs_alone else _folder_of_inputs(folder, study_file, inputs)
    changes = [
        *_changed_record(manifest),
        *_changed_inputs(beside, hashes),
        *(_new_files(folder, beside, study_file, hashes) if beside is not None else ()),
        *_changed_files("output", folder, outputs, links=False),
        *_linked_folders(folder),
        *_added_files(folder, outputs),
    ]
    ordered = sorted(set(changes), key=lambda change: (change.what, change.name))
    return Verification(tuple(ordered), beside, study_file, len(hashes), len(outputs))


def _folder_of_inputs(folder: Path, study_file: str, inputs: Path | None) -> Path | None:
    """The folder with the study file: the one that is named, else the nearest."""
    if inputs is not None:
        return inputs
    return next(
        (place for place in _places(folder.resolve()) if (place / study_file).is_file()), None
    )


def _places(folder: Path) -> Iterator[Path]:
    """Where inputs may be: above results/ID, beside the folder, and where the log says."""
    yield folder.parent.parent
    yield folder.parent
    try:
        # A pipe in its place would be read for ever.
        log = json.loads((folder / LOG).read_text("utf-8")) if (folder / LOG).is_file() else {}
        yield folder / str(log["study_folder"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return


def _changed_record(manifest: Mapping[str, Any]) -> Iterator[Change]:
    """A manifest whose record is not the one that its pages name in their feet."""
    digest = manifest.get("record_sha256")
    if digest is not None and digest != record_digest(manifest):
        yield Change("output", MANIFEST, "changed")


def _changed_inputs(beside: Path | None, hashes: Mapping[str, str]) -> Iterator[Change]:
    if beside is None:
        yield from (Change("input", name, "missing") for name in hashes)
    else:
        yield from _changed_files("input", beside, hashes)


def _changed_files(
    what: str, folder: Path, hashes: Mapping[str, str], *, links: bool = True
) -> Iterator[Change]:
    """Files that differ from their digests; of outputs a link is told, whatever it leads to."""
    for name, expected in hashes.items():
        path = folder / name
        if what == "output" and not normpath(path).startswith(f"{normpath(folder)}{sep}"):
            # Nothing there is of the run, and nobody asked to look at it.
            yield Change(what, name, "outside")
        elif path.is_symlink() and not links:
            yield Change(what, name, "a link")
        elif not path.is_file():
            yield Change(what, name, "missing")
        else:
            try:
                if file_digest(path) != expected:
                    yield Change(what, name, "changed")
            except OSError:
                yield Change(what, name, "unreadable")


def _new_files(
    folder: Path, beside: Path, study_file: str, known: Iterable[str]
) -> Iterator[Change]:
    """Files that a pattern of the study would read today, or answers, that were not read then."""
    from dermoutcomes.quality.site_queries.answers import answer_files
    from dermoutcomes.study.load import load_study
    from dermoutcomes.study.paths import matching_paths

    read = set(known)
    try:
        study = load_study(folder / "study" / study_file)
    except (DermOutcomesError, OSError):
        # A study file that was altered or lost is told as an output.
        return
    patterns = {spec.files for specs in study.sources.values() for spec in specs if spec.files}
    matching = (path for pattern in sorted(patterns) for path in matching_paths(beside, pattern))
    for path in (*matching, *answer_files(beside)):
        name = path.relative_to(beside).as_posix()
        if path.is_file() and name not in read:
            yield Change("input", name, "new")


def _linked_folders(folder: Path) -> Iterator[Change]:
    """Folders of a run that are links: what stands behind one can be exchanged at any time."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and path.is_dir():
            yield Change("output", path.relative_to(folder).as_posix(), "a link")


def _added_files(folder: Path, outputs: Mapping[str, str]) -> Iterator[Change]:
    # No digest holds the log: it is known where it is a file, and a pipe in its place is not.
    known = {*outputs, MANIFEST, *([LOG] if (folder / LOG).is_file() else [])}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # A pipe or a device too; a link to a folder is told as one.
        if name not in known and not path.is_dir():
            yield Change("output", name, "added")
