"""A lock as text: TOML that a person can read, with a digest over all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.document import parse_document
from dermoutcomes.study.lock.lock_values import (
    ABSENT,
    FORMAT,
    PRESENT,
    Change,
    Lock,
    Locked,
    Locking,
)

__all__ = ["parse_lock", "render_lock"]

HEAD = (
    "# What this study fixed, and when. Written by `dermoutcomes lock`; an edit by hand is found and refused.\n"
    "# outcome_data says whether files with outcomes were there at the time.\n"
)
CHANGES = ("changed", "added", "removed")


def render_lock(lock: Lock) -> str:
    """The text of a lock: the same lock gives the same text."""
    body = "\n".join(_lines(lock))
    return f'{HEAD}digest = "{_digest(body)}"\n{body}\n'


def _digest(body: str) -> str:
    return sha256(body.strip().encode()).hexdigest()


def _lines(lock: Lock) -> Iterator[str]:
    yield f"format = {FORMAT}"
    yield f"study = {_text(lock.study)}"
    yield f"locked = {lock.locked.isoformat()}"
    yield f'outcome_data = "{lock.outcome_data}"'
    yield f"software = {_text(lock.software)}"
    yield "\n[items]"
    for name, item in lock.items.items():
        yield f'{_text(name)} = {{ locked = {item.locked.isoformat()}, outcome_data = "{item.outcome_data}", sha256 = "{item.sha256}" }}'
    yield "\n[data]"
    for path, digest in lock.data.items():
        yield f'{_text(path)} = "{digest}"'
    for locking in lock.history:
        yield "\n[[history]]"
        yield f"date = {locking.date.isoformat()}"
        yield f'outcome_data = "{locking.outcome_data}"'
        yield f"software = {_text(locking.software)}"
        for what in CHANGES:
            yield f"{what} = [{', '.join(_text(change.item) for change in locking.changes if change.what == what)}]"


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, save that TOML wants DEL escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def parse_lock(path: Path, content: bytes) -> Lock:
    """`content` as the lock at `path`. Raises StudyError where its digest is not that of its text, or the text is no lock."""
    document = parse_document(path, content)
    _, mark, body = document.text.replace("\r\n", "\n").partition("\ndigest = ")
    stated, _, body = body.partition("\n")
    if not mark or stated.strip().strip('"') != _digest(body):
        raise StudyError(
            Problem(
                "the lock was edited after it was written, or is damaged",
                str(path),
                code="lock",
                expected="a lock as `dermoutcomes lock` wrote it",
                hint="take it from the record of the study, or lock again "
                "after removing it: everything then counts from that day",
            )
        )
    try:
        return _lock(document.values)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StudyError(
            Problem(
                "the lock cannot be understood",
                str(path),
                found=f"{type(error).__name__}: {error}",
                code="lock",
                expected=f"a lock of format {FORMAT}",
            )
        ) from error


def _lock(values: Mapping[str, Any]) -> Lock:
    if values["format"] != FORMAT:
        raise ValueError(f"format {values['format']}")
    items = {
        name: Locked(item["sha256"], _day(item["locked"]), _data(item["outcome_data"]))
        for name, item in values["items"].items()
    }
    history = tuple(_locking(entry) for entry in values.get("history", ()))
    return Lock(
        values["study"],
        _day(values["locked"]),
        _data(values["outcome_data"]),
        values["software"],
        items,
        dict(values["data"]),
        history,
    )


def _locking(entry: Mapping[str, Any]) -> Locking:
    changes = tuple(Change(item, what) for what in CHANGES for item in entry[what])
    return Locking(_day(entry["date"]), _data(entry["outcome_data"]), entry["software"], changes)


def _day(value: Any) -> date:
    if type(value) is not date:
        raise TypeError(f"{value!r} is no date")
    return value


def _data(value: Any) -> str:
    if value not in (ABSENT, PRESENT):
        raise ValueError(f"outcome_data is {value!r}")
    return str(value)
