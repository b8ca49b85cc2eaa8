"""The page of the signatures of a run: who signed what, with what meaning, and when.

It is a function of the signed bytes and of the names that the allowed signers have for the keys, so
that an edit of it is found by making it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from dermoutcomes.number_text import count_words
from dermoutcomes.runs.finished_run import read_manifest, run_digests
from dermoutcomes.runs.record.history_words import plain
from dermoutcomes.runs.signatures.checking import PAGE, VALID, Signature, SignatureCheck
from dermoutcomes.runs.signatures.statement import HistoryMark

__all__ = ["PAGE", "history_words", "signed_page"]

STYLE = """
body { font: 11pt/1.4 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .5rem; text-align: left; vertical-align: top; }
th { width: 11rem; } td { overflow-wrap: anywhere; } code { font-size: 8.5pt; overflow-wrap: anywhere; } .not { color: #991b1b; }
@media print { @page { size: A4; margin: 18mm; } body { font-size: 9.5pt; margin: 0; padding: 0; }
h2 { break-after: avoid; } table, p { break-inside: avoid; margin: .5rem 0; } }
"""
# Nothing but the page's own style: no script, no picture, no address is followed.
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
CLOSING = (
    "Meaning and date are those of the signed statement, the name is that of the key in the list of "
    "allowed signers. This page proves nothing by itself: <code>dermoutcomes verify</code> holds the "
    "signatures against the run, and says who vouches for time stamps."
)


def signed_page(folder: Path, check: SignatureCheck) -> str:
    """The page on the signatures of the run in `folder`."""
    manifest, digests = read_manifest(folder), run_digests(folder)
    title = f"Signatures of {manifest.get('study')}"
    names = {"record_sha256": "Record, SHA-256", "manifest_sha256": "Manifest, SHA-256"}
    about = {
        "Study": f"{manifest.get('title')} ({manifest.get('study')})",
        **{names[name]: digest for name, digest in digests.items()},
    }
    if check.lock_stamp is not None and check.lock_stamp.time is not None:
        about["Time stamp of the lock"] = f"{check.lock_stamp.time:%Y-%m-%d %H:%M:%S} UTC"
    parts = [
        f"<h1>{_text(title)}</h1>",
        _table(about.items()),
        *(_signature(signature) for signature in check.signatures),
        "<h2>The plan and its changes</h2>",
        *_locks(folder, manifest),
        f"<p>{CLOSING}</p>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{_text(title)}</title><style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _signature(signature: Signature) -> str:
    if signature.state != VALID or signature.statement is None:
        head = f'<h2 class="not">Not a valid signature of this run: {_text(signature.name)}</h2>'
        return f"{head}\n<p>{_text(signature.state)}: {_text(signature.why)}</p>"
    statement = signature.statement
    rows = {
        "Signed by": str(signature.signer),
        "Meaning": statement.meaning,
        "Date": f"{statement.date:%Y-%m-%d %H:%M:%S} UTC, by the clock of the signer",
        **_stamp_rows(signature),
        "Verified before": statement.looked_at,
        "History": history_words(statement.history),
        "Key": f"{signature.kind} {signature.key}",
        "Statement": signature.name,
    }
    return f"<h2>{_text(statement.meaning)}</h2>\n{_table(rows.items())}"


def _stamp_rows(signature: Signature) -> dict[str, str]:
    stamp = signature.stamp
    if stamp is None or stamp.time is None:
        return {}
    return {"Time stamp": f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC"}


def history_words(mark: HistoryMark | None) -> str:
    """How the history stood when a run was signed."""
    if mark is None:
        return "no history stood beside the study"
    broken = f"; the chain was broken at line {mark.broken_at}" if mark.broken_at else ""
    return (
        f"{count_words(mark.lines, 'line')}: {count_words(mark.runs, 'run')}, "
        f"{mark.runs_with_outcomes} with outcome data, {mark.different_runs} different{broken}"
    )


def _locks(folder: Path, manifest: dict[str, object]) -> Iterator[str]:
    """Each act of locking, from the lock as the run had it."""
    import tomli

    study_file = manifest["study_file"]
    assert isinstance(study_file, dict)
    path = folder / "study" / Path(str(study_file["name"])).with_suffix(".lock").name
    if not path.is_file():
        yield "<p>The study was not locked.</p>"
        return
    try:
        events = tomli.loads(path.read_text(encoding="utf-8"))["history"]
        tables = [_table(_lock_rows(event).items()) for event in events]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # An altered copy is told as an output that changed.
        yield "<p>The copy of the lock in the run cannot be read.</p>"
        return
    yield from tables


def _lock_rows(event: Mapping[str, Any]) -> dict[str, str]:
    """One act of locking: when, why, and what it changed."""
    changed = [
        f"{item} was {kind}"
        for kind in ("changed", "added", "removed")
        for item in event.get(kind, ())
    ]
    return {
        "Locked": str(event["date"]),
        "Outcome data then": str(event["outcome_data"]),
        "Reason": str(event.get("reason") or "none given"),
        "Against the lock before": "; ".join(changed) or "nothing changed",
    }


def _table(rows: Iterable[tuple[str, object]]) -> str:
    cells = (f"<tr><th>{_text(name)}</th><td>{_text(str(value))}</td></tr>" for name, value in rows)
    return f"<table>{''.join(cells)}</table>"


def _text(text: str) -> str:
    return escape(plain(text))
