"""CPU time and peak memory of whole processes, of cases that take turns."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

KB_A_UNIT = 1024 if sys.platform != "darwin" else 1 / 1024


class Cost(NamedTuple):
    """CPU seconds (user and system, children included), the peak of resident memory in MB, and seconds on the clock.

    The peak is that of the process or of the largest of its children. A child begins with the peak
    of its parent, so what measures must stay small: it imports neither Polars nor NumPy.
    """

    cpu_s: float
    peak_mb: float
    wall_s: float


def cost(command: Sequence[str], home: Path | None = None) -> Cost:
    """What one run of a command costs. CalledProcessError, with what it said, where it fails.

    `home` stands for the user's own folders, so that nothing kept there by an earlier run answers.
    """
    began = perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment(home)
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = perf_counter() - began
    if process.returncode:
        raise subprocess.CalledProcessError(
            process.returncode, command, said.decode(errors="replace")
        )
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KB_A_UNIT, wall_s)


def in_turn(commands: Mapping[str, Sequence[str]], times: int) -> dict[str, Cost]:
    """The least of each figure of each command. They take turns, so that a busy machine is busy for all of them.

    A first round is not counted: it compiles modules and fills the disk's cache.
    """
    rounds = [
        {name: cost(command) for name, command in commands.items()} for _ in range(times + 1)
    ][1:]
    return {
        name: Cost(
            *(min(figures) for figures in zip(*(each[name] for each in rounds), strict=True))
        )
        for name in commands
    }


class Pairs(NamedTuple):
    """Rounds of cases that took turns: what each case cost in each round."""

    rounds: Sequence[Mapping[str, Cost]]

    def cost(self, case: str) -> Cost:
        """The median of each figure of a case."""
        return Cost(
            *(
                median(figures)
                for figures in zip(*(each[case] for each in self.rounds), strict=True)
            )
        )

    def ratio(self, case: str, beside: str, figure: str = "cpu_s") -> float:
        """The median of the ratios within rounds."""
        return median(
            getattr(each[case], figure) / getattr(each[beside], figure) for each in self.rounds
        )


def paired(one_round: Callable[[Path], Mapping[str, Cost]], times: int) -> Pairs:
    """Rounds, each in a folder of its own that is empty when it begins."""
    return Pairs([_in_new_folder(one_round) for _ in range(times)])


def _in_new_folder(one_round: Callable[[Path], Mapping[str, Cost]]) -> Mapping[str, Cost]:
    with new_folder() as folder:
        return one_round(folder)


@contextmanager
def new_folder() -> Iterator[Path]:
    """A folder for a while, below $TMPDIR."""
    with tempfile.TemporaryDirectory(prefix="dermoutcomes-bench-") as name:
        yield Path(name)


def cold_run(study: Path, *words: str) -> Cost:
    """A run of a copy of a study's folder by a user who has never run the program."""
    with new_folder() as place:
        shutil.copytree(study.parent, place / "study")
        return run(place / "study" / study.name, place / "home", *words)


def run(study: Path, home: Path, *words: str) -> Cost:
    """A run of a study where it lies, by the user whose home is given."""
    command = [program("dermoutcomes"), "run", "--quiet", str(study)]
    return cost([*command, "--out", str(study.parent / "out"), *words], home)


def script(name: str, *words: object) -> list[str]:
    """The command of a script of this folder."""
    return [sys.executable, str(Path(__file__).parent / name), *map(str, words)]


def program(name: str) -> str:
    """A console script of the environment that runs this."""
    return str(Path(sys.executable).parent / name)


def _environment(home: Path | None) -> dict[str, str]:
    """Ours, but with compiled modules kept: without them every start compiles everything anew."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if home is None:
        return kept
    home.mkdir(parents=True, exist_ok=True)
    kept.pop("XDG_CACHE_HOME", None)
    return {**kept, "HOME": str(home), "LOCALAPPDATA": str(home)}
