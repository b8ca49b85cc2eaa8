"""What was done with a study, line by line, chained by digests: locks, runs, verifications and more.

The file stands beside the study file, not in a run folder, whose bytes stay equal from run to run.
A line holds the digest of the one before it, and of its own content: one that was altered, moved or
taken out breaks the chain, the last one too.
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
from dermoutcomes.number_text import count_words
from dermoutcomes.options.toml_document import no_file
from dermoutcomes.runs.run_lock import system_lock

__all__ = ["FIRST", "HISTORY", "History", "no_line", "read_history", "record"]

HISTORY = "history.jsonl"
# Set to `anonymous`, lines say neither who nor on which host.
VARIABLE = "DERMOUTCOMES_HISTORY"
FIRST = "0" * 64
# The digest of a line without this key. Lines of earlier versions have none.
OWN = "line_sha256"


@frozen
class History:
    """The lines of a history with their digests, and the first one that breaks the chain."""

    lines: tuple[Mapping[str, Any], ...]
    broken_at: int | None = None
    digests: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """How many runs it has."""
        return len(self._runs())

    @property
    def runs_with_outcomes(self) -> int:
        """How many runs read outcomes; those of which a line does not say it are counted."""
        return len(self._runs_with_outcomes())

    @property
    def different_runs(self) -> int:
        """How many of the runs with outcomes differ in what they read, asked or ran."""
        return len({str(run.get("record_sha256")) for run in self._runs_with_outcomes()})

    def _runs(self) -> list[Mapping[str, Any]]:
        return [line for line in self.lines if line.get("what") == "run"]

    def _runs_with_outcomes(self) -> list[Mapping[str, Any]]:
        return [line for line in self._runs() if line.get("outcome_files") != 0]

    @property
    def changed_locks(self) -> tuple[Mapping[str, Any], ...]:
        """The lines of locks that changed what an earlier lock held."""
        return tuple(
            line for line in self.lines if line.get("what") == "lock" and line.get("changes")
        )

    @property
    def words(self) -> str:
        """The runs in one sentence, as: 3 runs on record, 3 with outcome data (2 different)."""
        outcomes, different = self.runs_with_outcomes, self.different_runs
        alike = f" ({different} different)" if different > 1 else " (all alike)"
        return (
            f"{count_words(self.runs, 'run')} on record, {outcomes} with outcome data"
            + (alike if outcomes > 1 else "")
            + (f"; the chain is broken at line {self.broken_at}" if self.broken_at else "")
        )


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
            text = file.read()
            before = _lines(text)
            line["previous"] = _digest(before[-1]) if before else FIRST
            line[OWN] = _digest(_text(line))
            # A line that a full disk cut is told as damaged; the next one is not made part of it.
            file.write("\n" if text and not text.endswith("\n") else "")
            file.write(_text(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _text(line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def _is_as_written(text: str, line: Mapping[str, Any]) -> bool:
    """Whether a line has its own digest, and stands there sign for sign."""
    rest = {name: value for name, value in line.items() if name != OWN}
    return text == _text(line) and line.get(OWN) == _digest(_text(rest))


def _lines(text: str) -> list[str]:
    """The lines of a text; other ends of lines may stand in a reason."""
    return text.removesuffix("\n").split("\n") if text else []


def no_line(what: str) -> str:
    """What is said where a `what` could not be recorded."""
    return f"{HISTORY} cannot be written beside the study: this {what} left no line in it"


def read_history(study_folder: Path) -> History:
    """The history of a study, empty where there is none.

    Raises StudyError for a damaged line, and for what is no file.
    """
    path = study_folder / HISTORY
    if other := no_file(path):
        raise StudyError(
            Problem(
                "the history is no file",
                file=HISTORY,
                found=other,
                expected="the file that the first lock or run of the study began",
                hint=f"put {HISTORY} back from a copy; without one, move what is there elsewhere and "
                "say so in the record of the study: a new history then begins",
            )
        )
    # Damaged bytes come out as a line that is no JSON, or as one that breaks the chain.
    content = path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""
    texts = _lines(content)
    lines: list[Mapping[str, Any]] = []
    broken_at, previous, has_own = None, FIRST, False
    for number, text in enumerate(texts, 1):
        try:
            line = json.loads(text)
            has_own = has_own or OWN in line
            chained = line["previous"] == previous and (not has_own or _is_as_written(text, line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StudyError(
                Problem(
                    "a line of the history is damaged",
                    file=HISTORY,
                    line=number,
                    found=text[:60],
                    expected="lines as they were written, each a JSON object with `previous`",
                    hint=f"put {HISTORY} back from a copy; without one, move it elsewhere and say "
                    "so in the record of the study: a new history then begins",
                )
            ) from error
        if not chained and broken_at is None:
            broken_at = number
        lines.append(line)
        previous = _digest(text)
    return History(tuple(lines), broken_at, tuple(map(_digest, texts)))


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
