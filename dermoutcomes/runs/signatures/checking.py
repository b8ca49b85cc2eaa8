"""The signatures beside a run, each held against the run, the keys, the time stamp and the history.

Nothing that is said of a signature comes from names of files or from the page beside it: meaning and
date stand in the signed bytes, and the name in the allowed signers of whoever verifies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from attrs import asdict, define, frozen

from dermoutcomes.runs.finished_run import read_manifest, run_digests
from dermoutcomes.runs.record.history import FIRST, History
from dermoutcomes.runs.signatures.ssh_keys import Signers, check_key
from dermoutcomes.runs.signatures.statement import (
    HistoryMark,
    Statement,
    parse_statement,
    signatures_folder,
    statement_name,
)
from dermoutcomes.runs.signatures.timestamps import (
    SUFFIX,
    Stamp,
    check_stamp,
    lock_stamp_name,
)

__all__ = [
    "NOT_VALID",
    "OTHER_RUN",
    "PAGE",
    "UNKNOWN",
    "VALID",
    "Signature",
    "SignatureCheck",
    "check_signatures",
]

PAGE = "signed.html"
VALID, UNKNOWN = "valid", "of an unknown key"
NOT_VALID, OTHER_RUN = "not valid", "of another run"
# Two clocks agree no better: a stamp is given after the date that it is the stamp of.
CLOCKS = timedelta(minutes=10)
LARGEST = 100_000


@frozen
class Signature:
    """A signature as it was found.

    `state` is `VALID`, `UNKNOWN` (the bytes are signed, by a key that no allowed signer has),
    `OTHER_RUN` or `NOT_VALID`; `why` says more. `signer` is there where it is valid.
    """

    name: str
    state: str
    why: str = ""
    statement: Statement | None = None
    signer: str | None = None
    key: str | None = None
    kind: str = ""
    stamp: Stamp | None = None
    notes: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """As plain data."""
        row = asdict(self, recurse=False) | {"notes": list(self.notes)}
        row["statement"] = None if self.statement is None else _plain(asdict(self.statement))
        row["stamp"] = None if self.stamp is None else _plain(asdict(self.stamp))
        return row


@frozen
class SignatureCheck:
    """All signatures of a run, the stamp of its lock, and what is wrong in their folder."""

    signatures: tuple[Signature, ...] = ()
    lock_stamp: Stamp | None = None
    problems: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing there is forged, of another run or out of place."""
        wrong = (NOT_VALID, OTHER_RUN)
        stamp = self.lock_stamp
        return (
            not self.problems
            and not any(signature.state in wrong for signature in self.signatures)
            and (stamp is None or (stamp.time is not None and stamp.trusted is not False))
        )

    def signed(self, meaning: str) -> bool:
        """Whether an allowed signer signed with this meaning."""
        return any(
            signature.state == VALID
            and signature.statement is not None
            and signature.statement.meaning == meaning
            for signature in self.signatures
        )


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


@define
class _Checker:
    """What every signature of a run is held against."""

    folder: Path
    digests: Mapping[str, str]
    signers: Signers | None
    roots: Path | None
    history: History | None

    def signature(self, path: Path) -> Signature:
        """One statement with its signature."""
        content = _content(path)
        if content is None:
            return Signature(path.name, NOT_VALID, "it is no file of a statement")
        try:
            statement = parse_statement(content)
        except ValueError as error:
            return Signature(path.name, NOT_VALID, str(error))
        signature = path.with_name(f"{path.name}.sig")
        signed = _content(signature)
        if signed is None:
            return Signature(path.name, NOT_VALID, "its signature (.sig) is missing", statement)
        stamp = self._stamp(path.with_name(f"{signature.name}{SUFFIX}"), signed)
        at = stamp.time if stamp is not None and stamp.trusted else statement.date
        check = check_key(content, signature, self.signers, at)
        notes = tuple(self._notes(path, content, stamp))
        about = (statement, check.signer, check.key, check.kind, stamp, notes)
        why_not = self._why_not(statement, check.key, stamp)
        if check.key is None or why_not:
            return Signature(path.name, NOT_VALID, why_not or check.why_not, *about)
        if statement.manifest_sha256 != self.digests["manifest_sha256"]:
            manifest = statement.manifest_sha256
            return Signature(path.name, OTHER_RUN, f"it signs the manifest {manifest}", *about)
        if check.signer is None:
            state = UNKNOWN if self.signers is None else NOT_VALID
            return Signature(path.name, state, check.why_not, *about)
        return Signature(path.name, VALID, "", *about)

    def _stamp(self, path: Path, signed: bytes) -> Stamp | None:
        reply = _content(path)
        return None if reply is None else check_stamp(signed, reply, self.roots)

    def _why_not(self, statement: Statement, key: str | None, stamp: Stamp | None) -> str:
        if key is not None and statement.key != key:
            return f"it was signed by {key}, and states {statement.key}"
        if statement.date > datetime.now(UTC) + CLOCKS:
            return "it is dated in the future"
        if stamp is not None and stamp.time is None:
            return f"its time stamp: {stamp.why_not}"
        if stamp is not None and stamp.trusted is False:
            return f"its time stamp: {stamp.why_not}"
        if stamp is not None and stamp.time and stamp.time < statement.date - CLOCKS:
            return "its time stamp is older than the date that it states"
        return self._history_trouble(statement.history)

    def _history_trouble(self, mark: HistoryMark | None) -> str:
        """Whether lines that stood in the history then are gone or others now."""
        if mark is None or self.history is None:
            return ""
        digests = (FIRST, *self.history.digests)
        if mark.lines >= len(digests):
            return (
                f"the history had {mark.lines} lines when it was signed, and has {len(digests) - 1}"
            )
        broken = self.history.broken_at
        if broken is not None and broken <= mark.lines and mark.broken_at is None:
            return f"the chain of the history was whole when it was signed, and breaks at line {broken}"
        if digests[mark.lines] != mark.last:
            return f"line {mark.lines} of the history is not what it was when it was signed"
        return ""

    def _notes(self, path: Path, content: bytes, stamp: Stamp | None) -> Iterator[str]:
        if path.name != statement_name(content):
            yield f"the file was renamed: it was written as {statement_name(content)}"
        if stamp is not None and stamp.trusted is None and stamp.why_not:
            yield f"its time stamp is not verified: {stamp.why_not}"


def check_signatures(
    folder: Path,
    *,
    signers: Signers | None = None,
    roots: Path | None = None,
    history: History | None = None,
    study_folder: Path | None = None,
) -> SignatureCheck:
    """The signatures beside a run folder, in the order of their dates.

    `signers` say whose keys count, `roots` are certificates (PEM) that vouch for time stamps. The
    stamp of the lock is looked for among the signatures and in the study's folder. Raises
    StudyError where ssh-keygen or openssl is needed and not there.
    """
    place = signatures_folder(folder)
    checker = _Checker(folder, run_digests(folder), signers, roots, history)
    paths = sorted(place.glob("*.json")) if place.is_dir() else []
    signatures = sorted((checker.signature(path) for path in paths), key=_order)
    return SignatureCheck(
        tuple(signatures),
        _lock_stamp(folder, roots, (place, *([study_folder] if study_folder else []))),
        tuple(_strays(place, paths)),
    )


def _order(signature: Signature) -> tuple[str, str]:
    date = signature.statement.date.isoformat() if signature.statement else ""
    return date, signature.name


def _lock_stamp(folder: Path, roots: Path | None, places: tuple[Path, ...]) -> Stamp | None:
    manifest = read_manifest(folder)
    sha256 = manifest["lock"].get("sha256")
    if not sha256:
        return None
    lock = Path(str(manifest["study_file"]["name"])).with_suffix(".lock").name
    content = _content(folder / "study" / lock)
    for place in places:
        reply = _content(place / lock_stamp_name(lock, str(sha256)))
        if reply is not None and content is not None:
            return check_stamp(content, reply, roots)
    return None


def _strays(place: Path, statements: list[Path]) -> Iterator[str]:
    """Files that belong to no statement: a signature without one says nothing."""
    if place.exists() and not place.is_dir():
        yield f"{place.name} is no folder"
    names = {path.name for path in statements}
    for path in sorted(place.glob("*")) if place.is_dir() else ():
        stem = path.name.removesuffix(SUFFIX).removesuffix(".sig")
        if path.name.endswith((".sig", f".sig{SUFFIX}")) and stem not in names:
            yield f"{path.name} is there without its statement"


def _content(path: Path) -> bytes | None:
    """The bytes of a file that is one: no link, no folder, none that is larger than these are."""
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_bytes()
    except OSError:
        return None
