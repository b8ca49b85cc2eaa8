"""What was done with a study, line by line: each lock, run and verification, chained by digests.

The file stands beside the study file, not in a run folder, whose bytes stay equal from run to run.
A line holds the digest of the one before it: one that was altered, moved or taken out breaks the
chain behind it.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import frozen

from dermoutcomes import __version__
from dermoutcomes.errors import Problem, StudyError
from dermoutcomes.runs.run_lock import system_lock

__all__ = ["HISTORY", "History", "read_history", "record"]

HISTORY = "history.jsonl"
# Set to `anonymous`, lines say neither who nor on which host.
VARIABLE = "DERMOUTCOMES_HISTORY"
FIRST = "0" * 64


@frozen
class History:
    """The lines of a history, and the number of the first one that breaks the chain."""

    lines: tuple[Mapping[str, Any], ...]
    broken_at: int | None = None

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return sum(line.get("what") == "run" for line in self.lines)


def record(study_folder: Path, what: str, study: str, **about: Any) -> bool:
    """Add a line to the history of a study; False where nothing may be written beside it."""
    line = {
        "what": what,
        "study": study,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        **_who(),
        "software": f"dermoutcomes {__version__}, Python {platform.python_version()}",
        **about,
    }
    try:
        with (study_folder / HISTORY).open("a+", encoding="utf-8", newline="\n") as file:
            system_lock(file, wait=True)
            file.seek(0)
            before = file.read().splitlines()
            line["previous"] = _digest(before[-1]) if before else FIRST
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def read_history(study_folder: Path) -> History:
    """The history of a study, empty where there is none. Raises StudyError for a damaged line."""
    path = study_folder / HISTORY
    texts = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    lines: list[Mapping[str, Any]] = []
    broken_at, previous = None, FIRST
    for number, text in enumerate(texts, 1):
        try:
            line = json.loads(text)
            chained = line["previous"] == previous
        except (ValueError, KeyError, TypeError) as error:
            raise StudyError(
                Problem(
                    "a line of the history is damaged",
                    file=HISTORY,
                    line=number,
                    found=text[:60],
                    expected="lines as they were written, each a JSON object with `previous`",
                )
            ) from error
        if not chained and broken_at is None:
            broken_at = number
        lines.append(line)
        previous = _digest(text)
    return History(tuple(lines), broken_at)


def _who() -> dict[str, str]:
    if os.environ.get(VARIABLE) == "anonymous":
        return {"user": "not recorded", "host": "not recorded"}
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return {"user": user, "host": platform.node()}


def _digest(line: str) -> str:
    return sha256(line.encode()).hexdigest()
