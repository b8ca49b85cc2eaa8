"""Two hosts on one share, and a file that changes while it is read."""

from __future__ import annotations

import random
import shutil
import signal
import time
from pathlib import Path

from .tried_study import COMMAND, ROUGH, Outcome, TriedStudy

__all__ = ["can_have_hosts", "changing_file", "two_hosts"]

RUN = ("run", "study.toml", "--quiet")
HOST = ("unshare", "--pid", "--fork", "--kill-child", "--uts", "--mount-proc", "sh", "-c")
# Holds a run when it has its lock, and says that it is there.
HELD = f"""\
import time
from pathlib import Path
from dermoutcomes.runs import pipeline
before = pipeline.read_sources
def held(steps):
    Path("../held").write_text("here")
    time.sleep(600)
pipeline.read_sources = held
{COMMAND}
"""


def can_have_hosts(study: TriedStudy) -> bool:
    """Whether this user may give a process its own numbers of processes and its own name of a host."""
    if shutil.which("unshare") is None:
        return False
    status, _ = study.ended(before=(*HOST, "hostname tried && exit 7", "sh"))
    return status == 7


def two_hosts(study: TriedStudy) -> Outcome:
    """A run of one host is alive: one of another is refused. It is killed: the next one runs.

    Both are process 1 of their own, so that no number of a process tells them apart.
    """
    mark = study.folder.parent / "held"
    first = study.process(*RUN, before=(*HOST, 'hostname first; exec "$0" "$@"'), code=HELD)
    _wait_for(mark)
    status, words = study.ended(*RUN, before=(*HOST, 'hostname second; exec "$0" "$@"'))
    refused = status == 1 and "another run is writing" in words and "on first" in words
    first.send_signal(signal.SIGKILL)
    first.communicate()
    mark.unlink()
    return Outcome(
        "two hosts on one share (process and host namespaces)",
        1,
        int(refused and study.is_whole()),
        int(study.is_mended_by(*RUN)),
        "the second is refused and told host, process and time of the first; when the first is dead the "
        "next run is as ever",
    )


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 120
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def changing_file(study: TriedStudy, times: int, seed: int = 4) -> Outcome:
    """An export gets other values at random moments of a run.

    Right is: it is refused, or the run is of one state of the file, and `verify` says whether that
    is today's.
    """
    numbers, right, mended = random.Random(seed), 0, 0
    export = study.folder / "corneometer.csv"
    before = export.read_bytes()
    after = before.replace(b",40.", b",43.").replace(b",46.", b",49.")
    assert len(after) == len(before)
    assert after != before
    runs = {before: study.plain, after: _outputs_of(study, export, after)}
    export.write_bytes(before)
    begin = time.monotonic()
    assert study.is_mended_by(*RUN)
    length = time.monotonic() - begin + 1.0
    for _ in range(times):
        process = study.process(*RUN)
        time.sleep(numbers.random() * length)
        export.write_bytes(after)
        _, words = process.communicate()
        refused = process.returncode == 1 and "changed" in words and not ROUGH.search(words)
        status, said = study.call("verify", "results/SMALL")
        of_today = study.outputs() == runs[after] and status == 0
        of_then = study.outputs() == runs[before] and status == 1 and "corneometer.csv" in said
        right += (refused and of_then) or (process.returncode == 0 and (of_today or of_then))
        export.write_bytes(before)
        mended += study.is_mended_by(*RUN)
    return Outcome(
        "an export that changes at random moments of a run",
        times,
        right,
        mended,
        "the run is refused, or is of one state of the file, and `verify` says whether that is today's",
    )


def _outputs_of(study: TriedStudy, export: Path, content: bytes) -> dict[str, str]:
    export.write_bytes(content)
    status, words = study.call(*RUN)
    assert status == 0, words
    return dict(study.outputs())
