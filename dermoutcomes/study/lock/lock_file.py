"""A lock as text: TOML that a person can read, with a digest over all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.options.toml_document import parse_document
from dermoutcomes.study.lock.lock_values import (
    ABSENT,
    BLINDED,
    FORMATS,
    PRESENT,
    Change,
    Lock,
    LockedItem,
    LockEvent,
    ReadingRules,
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
    yield f"format = {lock.format}"
    yield f"study = {_toml(lock.study)}"
    yield f"locked = {lock.locked.isoformat()}"
    yield f'outcome_data = "{lock.outcome_data}"'
    yield f"software = {_toml(lock.software)}"
    yield "\n# Decisions: a change makes exploratory what rests on it."
    yield "[items]"
    for name, item in lock.items.items():
        yield (
            f"{_toml(name)} = {{ locked = {item.locked.isoformat()}, "
            f'outcome_data = "{item.outcome_data}", sha256 = "{item.sha256}" }}'
        )
    if lock.rules is not None:
        yield "\n# Bounds in force, in words; [items] has their hashes."
        yield from _table("bounds", lock.bounds)
        yield from _rule_lines(lock.rules)
    yield from _table("data", lock.data)
    for event in lock.history:
        yield "\n[[history]]"
        yield f"date = {event.date.isoformat()}"
        yield f'outcome_data = "{event.outcome_data}"'
        yield f"software = {_toml(event.software)}"
        if event.reason:
            yield f"reason = {_toml(event.reason)}"
        for kind in KINDS_OF_CHANGE:
            items = (_toml(change.item) for change in event.changes if change.kind == kind)
            yield f"{kind} = [{', '.join(items)}]"


def _rule_lines(rules: ReadingRules) -> Iterator[str]:
    yield "\n# How files are read: after a change, today's files are read by these rules as well."
    yield "[reading]"
    yield f"locked = {rules.locked.isoformat()}"
    yield f'outcome_data = "{rules.outcome_data}"'
    yield f"dummy_codes = {_toml(rules.dummy_codes)}"
    for section, table in rules.tables.items():
        yield from _table(f"reading.{section}", table)
    yield from _table("reading.plugins", rules.plugins)
    yield "\n[reading.own_plugins]"
    for name, text in rules.own_plugins.items():
        yield f"{_toml(name)} = {_toml_lines(text)}"


def _table(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield f"\n[{name}]"
    for key, value in table.items():
        yield f"{_toml(str(key))} = {_toml(value)}"


def _toml(value: Any) -> str:
    """A value in one line of TOML."""
    if isinstance(value, Mapping):
        pairs = (f"{_toml(str(key))} = {_toml(item)}" for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        # JSON's escapes are TOML's, save that TOML wants DEL escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, (int, float)) else value.isoformat()


def _toml_lines(text: str) -> str:
    """A text of several lines as they are, where TOML can have it so."""
    plain = all(char in "\n\t" or char.isprintable() for char in text)
    if plain and "'''" not in text and not text.endswith("'"):
        return f"'''\n{text}'''"
    return _toml(text)


def parse_lock(path: Path, content: bytes) -> Lock:
    """`content` as the lock at `path`, of today's format or an earlier one.

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
                expected=f"a lock of format {' or '.join(map(str, FORMATS))}",
            )
        ) from error


def _lock_from_table(values: Mapping[str, Any]) -> Lock:
    if values["format"] not in FORMATS:
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
        _reading_rules(values["reading"]) if values["format"] > 1 else None,
        dict(values["bounds"]) if values["format"] > 1 else {},
        values["format"],
    )


def _reading_rules(table: Mapping[str, Any]) -> ReadingRules:
    return ReadingRules(
        _day(table["locked"]),
        _outcome_data(table["outcome_data"]),
        {section: dict(table[section]) for section in ("visits", "arms", "sources")},
        dict(table["plugins"]),
        dict(table["own_plugins"]),
        bool(table["dummy_codes"]),
    )


def _lock_event(entry: Mapping[str, Any]) -> LockEvent:
    changes = tuple(Change(item, kind) for kind in KINDS_OF_CHANGE for item in entry[kind])
    return LockEvent(
        _day(entry["date"]),
        _outcome_data(entry["outcome_data"]),
        entry["software"],
        changes,
        entry.get("reason", ""),
    )


def _day(value: Any) -> date:
    if type(value) is not date:
        raise TypeError(f"{value!r} is no date")
    return value


def _outcome_data(value: Any) -> str:
    if value not in (ABSENT, BLINDED, PRESENT):
        raise ValueError(f"outcome_data is {value!r}")
    return str(value)
