"""Signing a run: its digests, a meaning and a date, by the key of a person."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from attrs import frozen

from dermoutcomes.errors import RunFolderError
from dermoutcomes.runs.finished_run import read_manifest, run_digests
from dermoutcomes.runs.record.history import FIRST, History, read_history
from dermoutcomes.runs.record.verify import Verification
from dermoutcomes.runs.signatures.ssh_keys import fingerprint, sign_file
from dermoutcomes.runs.signatures.statement import (
    BOTH,
    OUTPUTS,
    HistoryMark,
    Statement,
    parse_statement,
    render_statement,
    signatures_folder,
    statement_name,
    tidy_meaning,
)
from dermoutcomes.runs.signatures.timestamps import SUFFIX, ask_for_stamp, lock_stamp_name

__all__ = ["Signed", "sign_run", "stamp_lock"]

CHANGES_NAMED = 5


@frozen
class Signed:
    """A signature that was made: its statement, and the file that holds it."""

    statement: Statement
    path: Path
    stamp: Path | None


def sign_run(
    folder: Path,
    found: Verification,
    *,
    meaning: str,
    key: Path,
    server: str | None = None,
    now: datetime | None = None,
) -> Signed:
    """Sign the run in `folder`, which `found` is the verification of.

    `server` gives a time stamp of the signature. Raises RunFolderError for a run that is not as it
    was written, and StudyError where the key, the meaning or the server cannot be used.
    """
    meaning = tidy_meaning(meaning)
    _refuse_changed(folder, found)
    content = render_statement(_statement(folder, found, meaning, fingerprint(key), now))
    place = signatures_folder(folder)
    place.mkdir(exist_ok=True)
    path = place / statement_name(content)
    path.write_bytes(content)
    written = [path]
    try:
        signature = sign_file(path, key)
        written.append(signature)
        stamp = None
        if server is not None:
            stamp = signature.with_name(f"{signature.name}{SUFFIX}")
            stamp.write_bytes(ask_for_stamp(signature.read_bytes(), server))
    except BaseException:
        # A statement that nobody signed, or half of what was asked, is not left behind.
        for part in written:
            part.unlink(missing_ok=True)
        _remove_if_empty(place)
        raise
    _keep_lock_stamp(folder, found, place)
    return Signed(parse_statement(content), path, stamp)


def _remove_if_empty(place: Path) -> None:
    if not any(place.iterdir()):
        place.rmdir()


def _refuse_changed(folder: Path, found: Verification) -> None:
    changes = [f"{change.state}: {change.what} {change.name}" for change in found.changes]
    if changes:
        more = len(changes) - CHANGES_NAMED
        raise RunFolderError(
            f"{folder} is not as it was written, and is not signed: "
            + ", ".join(changes[:CHANGES_NAMED])
            + (f" and {more} more" if more > 0 else "")
            + "; expected a run that `dermoutcomes verify` finds unchanged. Where the inputs are "
            "elsewhere name them with --inputs FOLDER, or sign the outputs alone with "
            "--without-inputs"
        )


def _statement(
    folder: Path, found: Verification, meaning: str, key: str, now: datetime | None
) -> Statement:
    manifest, digests = read_manifest(folder), run_digests(folder)
    history = None if found.inputs is None else read_history(found.inputs)
    return Statement(
        study=str(manifest.get("study")),
        manifest_sha256=digests["manifest_sha256"],
        record_sha256=digests.get("record_sha256", ""),
        lock_sha256=manifest["lock"].get("sha256"),
        meaning=meaning,
        date=(now or datetime.now(UTC)).replace(microsecond=0),
        key=key,
        looked_at=OUTPUTS if found.inputs is None else BOTH,
        history=_mark(history) if history is not None and history.lines else None,
    )


def _mark(history: History) -> HistoryMark:
    return HistoryMark(
        lines=len(history.lines),
        last=history.digests[-1] if history.digests else FIRST,
        runs=history.runs,
        runs_with_outcomes=history.runs_with_outcomes,
        different_runs=history.different_runs,
        broken_at=history.broken_at,
    )


def _keep_lock_stamp(folder: Path, found: Verification, place: Path) -> None:
    """A copy of the lock's stamp among the signatures, where whoever gets the run finds it."""
    manifest = read_manifest(folder)
    sha256 = manifest["lock"].get("sha256")
    if found.inputs is None or not sha256:
        return
    lock = Path(found.study_file).with_suffix(".lock").name
    stamp = found.inputs / lock_stamp_name(lock, str(sha256))
    if stamp.is_file():
        (place / stamp.name).write_bytes(stamp.read_bytes())


def stamp_lock(lock: Path, sha256: str, server: str) -> Path:
    """A time stamp of a lock, beside it. Raises StudyError where the server gives none."""
    reply = ask_for_stamp(lock.read_bytes(), server)
    path = lock.with_name(lock_stamp_name(lock.name, sha256))
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    beside.write_bytes(reply)
    beside.replace(path)
    return path
