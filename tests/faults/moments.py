"""Signals at random moments, and between the renames that put a run in its place."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator

from .tried_study import COMMAND, ROUGH, Outcome, TriedStudy

__all__ = ["between_renames", "signals_at_random_moments"]

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
# The commands that write, as often as they stand here.
COMMANDS = (
    ("run", "study.toml", "--quiet"),
    ("run", "study.toml", "--quiet"),
    ("run", "study.toml", "--quiet"),
    ("check", "study.toml"),
    ("lock", "study.toml"),
)
# The share of commands that find nothing kept of earlier runs.
ANEW = 0.5
AT_A_RENAME = f"""\
import os, pathlib, signal
rename, left = pathlib.Path.rename, [{{number}}]
def end(path, target):
    if "SMALL" in path.name:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1
    return rename(path, target)
pathlib.Path.rename = end
{COMMAND}
"""


def signals_at_random_moments(study: TriedStudy, times: int, seed: int = 1) -> Iterator[Outcome]:
    """Each signal at moments drawn over the length of each command; one outcome a signal."""
    numbers = random.Random(seed)
    lengths = {command: _length(study, command) for command in dict.fromkeys(COMMANDS)}
    for number in SIGNALS:
        counts, left = Counter[str](), Counter[str]()
        share = times // len(SIGNALS) + (SIGNALS.index(number) < times % len(SIGNALS))
        for _ in range(share):
            command = numbers.choice(COMMANDS)
            if numbers.random() < ANEW:
                # A run that does every step, and keeps what it did.
                shutil.rmtree(study.folder / ".dermoutcomes", ignore_errors=True)
            counts.update(_after(study, command, number, numbers.random() * lengths[command], left))
        there = ", ".join(f"{name} {count}" for name, count in sorted(left.items()))
        yield Outcome(
            f"{number.name} at random moments of run, check and lock",
            share,
            counts["survived"],
            counts["mended"],
            f"{counts['hit']} met the command at work; left behind: {there or 'nothing'}; the same "
            "command again removed it and wrote the same bytes",
        )


def _length(study: TriedStudy, command: tuple[str, ...]) -> float:
    begin = time.monotonic()
    status, words = study.ended(*command)
    assert status == 0, words
    return time.monotonic() - begin


def _after(
    study: TriedStudy,
    command: tuple[str, ...],
    number: signal.Signals,
    seconds: float,
    left: Counter[str],
) -> Iterator[str]:
    """What is true after a signal: hit, survived, mended. What it left is counted in `left`."""
    process = study.process(*command)
    time.sleep(seconds)
    if process.poll() is None:
        yield "hit"
        os.killpg(process.pid, number)
    _, words = process.communicate()
    left.update(_kind(name) for name in study.leftovers())
    if study.is_whole("study.lock") and not ROUGH.search(_of_the_program(words)):
        yield "survived"
    # A lock has the day and the time of its making: a run of it follows.
    if study.is_mended_by(*command) and (command[0] != "lock" or study.is_mended_by(*COMMANDS[0])):
        yield "mended"


def _of_the_program(words: str) -> str:
    """What was said, but for Python's own words where Ctrl-C comes before the program has begun."""
    is_of_python = "dermoutcomes/cli/process" not in words and any(
        sign in words for sign in ("<string>", "Fatal Python error: init_")
    )
    return "" if is_of_python and words.rstrip().endswith("KeyboardInterrupt") else words


def _kind(name: str) -> str:
    if ".new-" in name:
        return "folder of a run"
    if name.startswith("dermoutcomes-check-"):
        return "folder of a check"
    return "lock" if name.endswith(".lock") else "other file"


def between_renames(study: TriedStudy) -> Outcome:
    """SIGKILL before each of the renames that put a run in its place."""
    survived = mended = 0
    for number in range(2):
        status, _ = study.ended(
            "run", "study.toml", "--quiet", code=AT_A_RENAME.format(number=number)
        )
        assert status == -signal.SIGKILL
        survived += study.is_whole()
        mended += study.is_mended_by("run", "study.toml", "--quiet")
    return Outcome(
        "SIGKILL before the first and before the second rename of a run",
        2,
        survived,
        mended,
        "between the two the run before stands beside its place: the next command of any kind puts it back",
    )
