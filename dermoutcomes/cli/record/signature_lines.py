"""What `verify` says of signatures and time stamps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dermoutcomes.runs.signatures.checking import Signature, SignatureCheck
    from dermoutcomes.runs.signatures.timestamps import Stamp

__all__ = ["AS_MADE", "EDITED", "WRITTEN", "print_signatures", "signatures_as_json"]

AS_MADE, EDITED, WRITTEN = "as it was made", "changed", "written"


def signatures_as_json(
    signed: SignatureCheck, page: str | None, lacking: Sequence[str]
) -> dict[str, Any]:
    """Signatures and stamps as plain data."""
    stamp = signed.lock_stamp
    return {
        "signatures": [signature.row() for signature in signed.signatures],
        "signature_problems": list(signed.problems),
        "lock_stamp": None
        if stamp is None
        else {
            "time": stamp.time.isoformat() if stamp.time else None,
            "trusted": stamp.trusted,
            "why_not": stamp.why_not,
        },
        "signed_page": page,
        "not_signed": list(lacking),
    }


def print_signatures(signed: SignatureCheck, page: str | None, lacking: Sequence[str]) -> None:
    """Each signature with its meaning, date and signer, or why it does not count."""
    from dermoutcomes.runs.record.history_words import plain

    for line in _lines(signed, page, lacking):
        click.echo(plain(line))


def _lines(signed: SignatureCheck, page: str | None, lacking: Sequence[str]) -> Iterator[str]:
    if signed.lock_stamp is not None:
        yield f"time stamp of the lock: {_stamp_words(signed.lock_stamp)}"
    for signature in signed.signatures:
        yield _signature_words(signature)
        yield from (f"  {note}" for note in signature.notes)
    yield from (f"changed: {problem}" for problem in signed.problems)
    if page == EDITED:
        yield (
            "changed: signed.html is not what these signatures and allowed signers make; "
            "--write-page writes it anew"
        )
    yield from (f"not signed: no allowed signer signed as {meaning!r}" for meaning in lacking)


def _signature_words(signature: Signature) -> str:
    from dermoutcomes.runs.signatures.checking import VALID

    statement = signature.statement
    if statement is None:
        return f"signature {signature.name}: {signature.state}: {signature.why}"
    said = f"{statement.meaning!r}, {statement.date:%Y-%m-%d %H:%M:%S} UTC"
    if signature.state == VALID:
        stamp = signature.stamp
        stamped = f"; time stamp {_stamp_words(stamp)}" if stamp else ""
        return f"signed: {said}, by {signature.signer} (key {signature.key}){stamped}"
    key = f" (key {signature.key})" if signature.key else ""
    return f"signature {signature.name}: {signature.state}: {signature.why}; it says {said}{key}"


def _stamp_words(stamp: Stamp) -> str:
    if stamp.time is None:
        return f"not valid: {stamp.why_not}"
    words = f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC"
    if stamp.trusted:
        return f"{words}, verified"
    return f"{words}, not verified: {stamp.why_not}"
