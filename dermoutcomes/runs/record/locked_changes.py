"""What a lock changed against the one before it, each item with its old and its new value.

A lock holds digests of decisions; the history keeps what they are digests of. So the value that an
item had is found by its digest, and one that nobody kept is told as not on record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dermoutcomes.study.lock.locked_items import decisions, json_digest
from dermoutcomes.study.lock.reading_rules import reading_rules

if TYPE_CHECKING:
    from dermoutcomes.runs.opening import OpenStudy
    from dermoutcomes.runs.record.history import History
    from dermoutcomes.study.lock.lock_values import Lock, ReadingRules

__all__ = ["locked_about"]


def locked_about(
    opened: OpenStudy, before: Lock | None, now: Lock, history: History
) -> dict[str, Any]:
    """What a line of the history says of a lock.

    `changes` has of each changed item the old and the new value; `items` the values that no earlier
    line has, so that the next lock can say what they were.
    """
    values = decisions(opened.study, opened.registry, now.format)
    known = _known_values(history)
    return {
        "outcome_data": now.outcome_data,
        "changes": [*_changes(opened, before, now, values, known)] if before else [],
        "items": {name: value for name, value in values.items() if json_digest(value) not in known},
    }


def _known_values(history: History) -> dict[str, Any]:
    """Digest = value of all that earlier lines keep."""
    return {
        json_digest(value): value
        for line in history.lines
        if line.get("what") == "lock"
        for value in dict(line.get("items") or {}).values()
    }


def _changes(
    opened: OpenStudy,
    before: Lock,
    now: Lock,
    values: Mapping[str, Any],
    known: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    today = reading_rules(
        opened.study,
        opened.registry,
        opened.own_plugin_files,
        locked=now.locked,
        outcome_data=now.outcome_data,
    )
    for change in dict.fromkeys(now.history[-1].changes):
        item = {"item": change.item, "what": change.kind}
        then = before.items.get(change.item)
        new = values.get(change.item)
        if (then.sha256 if then else None) != (json_digest(new) if change.item in values else None):
            old = {"old": None} if then is None else _old_value(then.sha256, known)
            yield {**item, "part": "decision", **old, "new": new}
        if before.rules is not None:
            was, is_now = (_rule(rules, change.item) for rules in (before.rules, today))
            if was != is_now:
                yield {**item, "part": "reading", "old": was, "new": is_now}


def _old_value(sha256: str, known: Mapping[str, Any]) -> dict[str, Any]:
    if sha256 in known:
        return {"old": known[sha256]}
    return {"old_not_on_record": sha256}


def _rule(rules: ReadingRules, item: str) -> Any:
    """What the rules of reading say of an item, as plain data; None where they have none."""
    section, _, name = item.partition(".")
    if section == "plugins":
        return rules.own_plugins.get(name)
    value = rules.tables.get(section, {}).get(name)
    return json.loads(json.dumps(value, default=str))
