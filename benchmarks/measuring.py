"""CPU time and peak memory of a whole process: of two, run in turn, the least of several runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

KB_A_UNIT = 1024 if sys.platform != "darwin" else 1 / 1024


class Cost(NamedTuple):
    """CPU seconds (user and system, children included) and the peak of resident memory in MB."""

    cpu_s: float
    peak_mb: float


def cost(command: Sequence[str]) -> Cost:
    """What one run of a command costs. CalledProcessError, with what it said, where it fails."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment()
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(
            process.returncode, command, said.decode(errors="replace")
        )
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KB_A_UNIT)


def in_turn(commands: Mapping[str, Sequence[str]], times: int) -> dict[str, Cost]:
    """The least CPU time and the least peak of each command. They take turns, so that a busy machine is busy for all of them.

    A first round is not counted: it compiles modules and fills the disk's cache.
    """
    rounds = [
        {name: cost(command) for name, command in commands.items()} for _ in range(times + 1)
    ][1:]
    return {
        name: Cost(
            min(done[name].cpu_s for done in rounds), min(done[name].peak_mb for done in rounds)
        )
        for name in commands
    }


def program(name: str) -> str:
    """A console script of the environment that runs this."""
    return str(Path(sys.executable).parent / name)


def _environment() -> dict[str, str]:
    """Ours, but with compiled modules kept: without them every start compiles everything anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
