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
    LockedItem,
    LockEvent,
)

__all__ = ["parse_lock", "render_lock"]

HEAD = (
    "# What this study fixed, and when. Written by `dermoutcomes lock`; an edit by hand is found "
    "and refused.\n"
    "# outcome_data says whether files with outcomes were there at the time.\n"
)
KINDS_OF_CHANGE = ("changed", "added", "removed")


def render_lock(lock: Lock) -> str:
    """The text of a lock: the same lock gives the same text."""
    body = "\n".join(_lines(lock))
    return f'{HEAD}digest = "{_digest(body)}"\n{body}\n'


def _digest(body: str) -> str:
    return sha256(body.strip().encode()).hexdigest()


def _lines(lock: Lock) -> Iterator[str]:
    yield f"format = {FORMAT}"
    yield f"study = {_toml_string(lock.study)}"
    yield f"locked = {lock.locked.isoformat()}"
    yield f'outcome_data = "{lock.outcome_data}"'
    yield f"software = {_toml_string(lock.software)}"
    yield "\n[items]"
    for name, item in lock.items.items():
        yield (
            f"{_toml_string(name)} = {{ locked = {item.locked.isoformat()}, "
            f'outcome_data = "{item.outcome_data}", sha256 = "{item.sha256}" }}'
        )
    yield "\n[data]"
    for path, digest in lock.data.items():
        yield f'{_toml_string(path)} = "{digest}"'
    for event in lock.history:
        yield "\n[[history]]"
        yield f"date = {event.date.isoformat()}"
        yield f'outcome_data = "{event.outcome_data}"'
        yield f"software = {_toml_string(event.software)}"
        for kind in KINDS_OF_CHANGE:
            items = (_toml_string(change.item) for change in event.changes if change.kind == kind)
            yield f"{kind} = [{', '.join(items)}]"


def _toml_string(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's, save that TOML wants DEL escaped too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def parse_lock(path: Path, content: bytes) -> Lock:
    """`content` as the lock at `path`.

    Raises StudyError where its digest is not that of its text, or the text is no lock.
    """
    document = parse_document(path, content)
    # An editor or git on Windows may write other line ends: no edit of what the lock says.
    _, separator, body = document.text.replace("\r\n", "\n").partition("\ndigest = ")
    stated, _, body = body.partition("\n")
    if not separator or stated.strip().strip('"') != _digest(body):
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
        return _lock_from_table(document.values)
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


def _lock_from_table(values: Mapping[str, Any]) -> Lock:
    if values["format"] != FORMAT:
        raise ValueError(f"format {values['format']}")
    items = {
        name: LockedItem(item["sha256"], _day(item["locked"]), _outcome_data(item["outcome_data"]))
        for name, item in values["items"].items()
    }
    history = tuple(_lock_event(entry) for entry in values.get("history", ()))
    return Lock(
        values["study"],
        _day(values["locked"]),
        _outcome_data(values["outcome_data"]),
        values["software"],
        items,
        dict(values["data"]),
        history,
    )


def _lock_event(entry: Mapping[str, Any]) -> LockEvent:
    changes = tuple(Change(item, kind) for kind in KINDS_OF_CHANGE for item in entry[kind])
    return LockEvent(
        _day(entry["date"]), _outcome_data(entry["outcome_data"]), entry["software"], changes
    )


def _day(value: Any) -> date:
    if type(value) is not date:
        raise TypeError(f"{value!r} is no date")
    return value


def _outcome_data(value: Any) -> str:
    if value not in (ABSENT, PRESENT):
        raise ValueError(f"outcome_data is {value!r}")
    return str(value)
