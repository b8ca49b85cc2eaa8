"""What is signed: a small file that names a run by its digests, with a meaning and a date.

The bytes are canonical, so that a statement cannot say one thing to one reader of JSON and another
to the next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import asdict, fields, frozen

from dermoutcomes.errors import Problem, StudyError

__all__ = [
    "BOTH",
    "OUTPUTS",
    "HistoryMark",
    "Statement",
    "parse_statement",
    "render_statement",
    "signatures_folder",
    "statement_name",
    "tidy_meaning",
]

FORMAT = 1
# What was hashed again when it was signed.
BOTH, OUTPUTS = "inputs and outputs", "outputs"
LONGEST_MEANING = 200
NAME_LENGTH = 16


@frozen
class HistoryMark:
    """How the history stood when a run was signed: nothing before it can be taken out unseen.

    `last` is the digest of its last line, `broken_at` the first line that broke the chain.
    """

    lines: int
    last: str
    runs: int
    runs_with_outcomes: int
    different_runs: int
    broken_at: int | None


@frozen
class Statement:
    """A run, by its digests, and what somebody says of it.

    `date` is the clock of whoever signed, in UTC; `key` the fingerprint of the key; `looked_at`
    what was hashed again before; `history` None where no history stood beside the study.
    """

    study: str
    manifest_sha256: str
    record_sha256: str
    lock_sha256: str | None
    meaning: str
    date: datetime
    key: str
    looked_at: str
    history: HistoryMark | None


def signatures_folder(run_folder: Path) -> Path:
    """Where the signatures of a run stand: beside its folder, whose bytes stay as they are."""
    place = run_folder.resolve()
    return place.with_name(f"{place.name}.signatures")


def statement_name(content: bytes) -> str:
    """The name of a statement's file: the beginning of its digest."""
    return f"{sha256(content).hexdigest()[:NAME_LENGTH]}.json"


def tidy_meaning(text: str) -> str:
    """A meaning that can be signed: one line, of characters that can be seen.

    Raises StudyError for another: a page or a terminal must show what was signed.
    """
    meaning = text.strip()
    if not meaning or len(meaning) > LONGEST_MEANING or not meaning.isprintable():
        raise StudyError(
            Problem(
                "a meaning is one line of text",
                path="--meaning",
                found=repr(text[:60]),
                expected=f"up to {LONGEST_MEANING} characters that can be seen, as reviewed, "
                "approved or responsible for the analysis",
                code="sign",
            )
        )
    return meaning


def render_statement(statement: Statement) -> bytes:
    """The bytes that are signed: the same statement gives the same bytes."""
    content = {
        "format": FORMAT,
        **asdict(statement),
        "date": statement.date.isoformat(timespec="seconds"),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    return f"{text}\n".encode()


def parse_statement(content: bytes) -> Statement:
    """The statement that stands in `content`.

    Raises ValueError, with the reason in words, for what `render_statement` does not write.
    """
    try:
        values = json.loads(content)
        statement = _statement(values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it is no statement on a run ({type(error).__name__})") from error
    if render_statement(statement) != content:
        raise ValueError("its bytes are not as the program writes a statement")
    return statement


def _statement(values: Mapping[str, Any]) -> Statement:
    if values["format"] != FORMAT:
        raise ValueError(f"format {values['format']}")
    mark = values["history"]
    names = [field.name for field in fields(Statement)]
    date = datetime.fromisoformat(values["date"])
    if date.utcoffset() is None:
        raise ValueError("a date without its zone")
    texts = {name: values[name] for name in names if name not in ("date", "history")}
    if not all(isinstance(text, str) for name, text in texts.items() if name != "lock_sha256"):
        raise TypeError("a text is none")
    return Statement(
        **texts,
        date=date,
        history=None if mark is None else _mark(mark),
    )


def _mark(values: Mapping[str, Any]) -> HistoryMark:
    mark = HistoryMark(**{field.name: values[field.name] for field in fields(HistoryMark)})
    counts = (mark.lines, mark.runs, mark.runs_with_outcomes, mark.different_runs)
    if not all(type(count) is int and count >= 0 for count in counts):
        raise TypeError("a count is no number")
    if not isinstance(mark.last, str) or type(mark.broken_at) not in (int, type(None)):
        raise TypeError("a mark of the history is none")
    return mark
