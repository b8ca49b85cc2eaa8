"""The program in a process that may hang or die, with bounds of time and memory."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path

from attrs import asdict, define, field

from .outcomes import Outcome, outcome_of

__all__ = ["Worker"]

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 120


@define
class Worker:
    """Runs commands by turns, without the options in `leave_out`.

    A process that hangs or dies is replaced by a new one.
    """

    seconds: float
    gigabytes: float = 6.0
    leave_out: tuple[str, ...] = ()
    process: subprocess.Popen[str] | None = None
    started: int = field(default=0, init=False)

    def __call__(self, folder: Path, *command: str) -> Outcome:
        """The outcome of a command, `hang` over the seconds and `abort` where the process died."""
        command = tuple(word for word in command if word not in self.leave_out)
        process = self.process or self._start()
        assert process.stdin is not None
        process.stdin.write(json.dumps([str(folder), *command]) + "\n")
        process.stdin.flush()
        line = self._line(process, self.seconds)
        if line:
            return Outcome(**json.loads(line))
        self.close()
        code = process.returncode
        return (
            Outcome("hang", f"over {self.seconds:g} s")
            if line is None
            else Outcome("abort", f"the process ended with {code}")
        )

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _start(self) -> subprocess.Popen[str]:
        self.started += 1
        command = [sys.executable, "-m", "tests.fuzz.worker", str(self.gigabytes)]
        self.process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "POLARS_MAX_THREADS": "1", "DERMOUTCOMES_NO_INDEX": "1"},
        )
        self._line(self.process, START_SECONDS)
        return self.process

    def _line(self, process: subprocess.Popen[str], seconds: float) -> str | None:
        """The next line; None where none came in time, nothing where the process ended.

        Time is what the process spent, as a busy machine lets it wait; one that waits for itself
        ends after ten times as long.
        """
        assert process.stdout is not None
        spent, begun = _seconds_spent(process.pid), time.monotonic()
        while not select.select([process.stdout], [], [], 1.0)[0]:
            waited = time.monotonic() - begun
            if _seconds_spent(process.pid) - spent > seconds or waited > 10 * seconds:
                return None
        return process.stdout.readline()


def _seconds_spent(pid: int) -> float:
    """The time that a process computed; 0 where the system does not tell it in a file."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Answer one line of JSON for each."""
    import resource

    limit = int(float(sys.argv[1]) * 2**30)
    # Not of addresses: V8, which draws pictures, reserves a terabyte of them and uses none.
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # What the program prints goes nowhere: libraries print too.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        folder, *command = json.loads(line)
        print(json.dumps(asdict(outcome_of(Path(folder), *command))), file=answers, flush=True)


if __name__ == "__main__":
    main()
