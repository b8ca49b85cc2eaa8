"""Lines of a history as a person reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dermoutcomes.runs.record.differences import leaves

__all__ = ["change_lines", "line_words", "plain"]

DIGESTS = ("manifest_sha256", "record_sha256", "sha256", "statement_sha256")
DIGEST_SHOWN = 12
NOT_SHOWN = (
    *("what", "study", "time", "user", "host", "software", "previous", "line_sha256"),
    *("changes", "items"),
)
# What becomes of a text that a terminal or page must not obey.
NO_VALUE = "nothing"


def line_words(line: Mapping[str, Any]) -> str:
    """One line: when, what, who, and what else it says."""
    rest = [
        f"{name.replace('_', ' ')} {_value(name, value)}"
        for name, value in line.items()
        if name not in NOT_SHOWN and value not in ("", None)
    ]
    who = f"{line.get('user', 'unknown')} on {line.get('host', 'unknown')}"
    head = f"{line.get('time', 'no time')} {line.get('what', 'nothing')} by {who}"
    return plain("; ".join([head, *sorted(rest)]))


def change_lines(line: Mapping[str, Any]) -> Iterator[str]:
    """What a lock changed: each key with its old and its new value."""
    for change in line.get("changes") or ():
        head = f"{change['item']} was {change['what']}"
        if "old_not_on_record" in change:
            sha256 = str(change["old_not_on_record"])[:DIGEST_SHOWN]
            new = _json(change["new"])
            yield plain(f"{head}: what it was is not on record (SHA-256 {sha256}…), now {new}")
            continue
        before, after = _keys(change.get("old")), _keys(change.get("new"))
        for key in dict.fromkeys((*before, *after)):
            was, now = before.get(key, NO_VALUE), after.get(key, NO_VALUE)
            if was != now:
                yield plain(f"{head}: {f'{key} ' if key else ''}was {was}, is {now}")


def _keys(value: Any) -> dict[str, str]:
    return {} if value is None else dict(leaves(value))


def _value(name: str, value: Any) -> str:
    if name in DIGESTS:
        return f"{str(value)[:DIGEST_SHOWN]}…"
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def plain(text: str) -> str:
    """A text in one line, without what a terminal obeys: controls and marks of direction."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )
