"""Mutated inputs for minutes or hours, with counts; what fails is kept.

    python -m tests.fuzz --minutes 60
    python -m tests.fuzz --inputs 20000 --log outcomes.jsonl
    python -m tests.fuzz --minutes 5 study.toml shine.xlsx --seed 7

Each input stands in a whole study that is run (or verified, where it is of a run that was written),
in a process with bounds of time and memory; one in so many studies is checked before. At the end
stands how many inputs of each file, and of each kind of mutation, were refused, told, or what must
not be: a traceback, a panic, a hang, an abort, and other numbers in silence. Those are written to
--keep FOLDER, as NUMBER-FILE with what was done beside it; with the mend they go to
tests/fuzz/corpus, which every run of the tests tries. --log FILE gets a line of JSON for each
input, with the words that a user would have read. Exit status 1 if any failed.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TextIO

from attrs import define, field
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from .kinds import KINDS, mutations
from .mutations import Mutation
from .outcomes import ROUGH, Outcome
from .trial import checked, judged
from .worker import Worker

# Hypothesis is asked for so many at a time; each batch has a seed of its own.
BATCH = 25
# The study of five sources takes twice the time of the small ones, and its files have other formats.
BATCH_OF_SLOW = 8
SLOW = ("people.csv", "moist.csv", "shine.xlsx", "grease.parquet", "colour.arrow")
# One in so many studies is checked before it is run: `check` is the first half of a run.
CHECKED = 8
WORDS_LOGGED = 1500


def main() -> int:
    """Try inputs until the time is over, or so many were tried; 1 where one failed."""
    arguments = _arguments()
    end = time.monotonic() + 60 * (arguments.minutes or 1e9)
    worker = Worker(arguments.seconds, leave_out=("--no-cache",) if arguments.cache else ())
    with TemporaryDirectory() as folder, arguments.log.open("a", encoding="utf-8") as log:
        session = Session(Path(folder) / "study", worker, arguments.keep, log)
        batches = (
            (number, file) for number in itertools.count(arguments.seed) for file in arguments.files
        )
        for seed, file in batches:
            session.try_batch(file, seed)
            if file == arguments.files[-1]:
                print(_line("so far", session.total), flush=True)
            if time.monotonic() > end or session.n_tried >= arguments.inputs:
                break
    worker.close()
    for file, number in session.by_file.items():
        print(_line(file, number))
    for kind, number in sorted(session.by_kind.items()):
        print(_line(f"kind {kind}", number))
    print(_line("check", session.of_check))
    print(_line(f"all, seeds {arguments.seed} to {seed}", session.total))
    return int(any((session.total + session.of_check)[kind] for kind in ROUGH))


@define
class Session:
    """What was tried, and how it ended."""

    folder: Path
    worker: Worker
    keep: Path
    log: TextIO
    n_tried: int = 0
    by_file: dict[str, Counter[str]] = field(factory=dict)
    by_kind: dict[str, Counter[str]] = field(factory=dict)
    of_check: Counter[str] = field(factory=Counter)

    @property
    def total(self) -> Counter[str]:
        """The outcomes of all files."""
        return sum(self.by_file.values(), Counter())

    def try_batch(self, file: str, seed: int) -> None:
        """Some inputs of one file."""

        @seeded(seed)
        @settings(
            max_examples=BATCH_OF_SLOW if file in SLOW else BATCH,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[*HealthCheck],
        )
        @given(mutations(file))
        def trial(mutation: Mutation) -> None:
            self._try(mutation, seed)

        trial()

    def _try(self, mutation: Mutation, seed: int) -> None:
        self.n_tried += 1
        if self.n_tried % CHECKED == 0:
            check = checked(self.folder, mutation, self.worker)
            if check is not None:
                self.of_check[check.kind] += 1
                self._note(mutation, check, seed, "check")
        outcome = judged(self.folder, mutation, self.worker)
        for counts, of_what in ((self.by_file, mutation.file), (self.by_kind, mutation.kind)):
            counts.setdefault(of_what, Counter())[outcome.kind] += 1
        self._note(mutation, outcome, seed, "run")

    def _note(self, mutation: Mutation, outcome: Outcome, seed: int, command: str) -> None:
        about = {
            "number": self.n_tried,
            "seed": seed,
            "file": mutation.file,
            "command": command,
            "what": mutation.what,
            "outcome": outcome.kind,
            "said": outcome.said[:WORDS_LOGGED],
        }
        self.log.write(json.dumps(about) + "\n")
        if outcome.kind not in ROUGH:
            return
        print(f"{outcome.kind} of {command}: {mutation.file}, seed {seed}, {mutation.what}")
        print(f"    {' '.join(outcome.said.split())[-300:]}", flush=True)
        self.keep.mkdir(parents=True, exist_ok=True)
        name = f"{seed}_{self.n_tried}-{Path(mutation.file).name}"
        (self.keep / name).write_bytes(mutation.content)
        (self.keep / f"{name}.about.txt").write_text(json.dumps(about, indent=2), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="*", default=[*KINDS], help=", ".join(KINDS))
    parser.add_argument("--minutes", type=float, help="10 unless --inputs is given")
    parser.add_argument("--inputs", type=int, help="how many to try")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20, help="of computing: a hang")
    parser.add_argument("--log", type=Path, default=Path(os.devnull))
    parser.add_argument(
        "--cache",
        action="store_true",
        help="take steps from the cache: some times as many inputs, and less is done anew",
    )
    parser.add_argument("--keep", type=Path, default=Path(gettempdir()) / "fuzz_failures")
    arguments = parser.parse_args()
    if unknown := {*arguments.files} - {*KINDS}:
        parser.error(f"no mutations of {', '.join(sorted(unknown))}: {', '.join(KINDS)}")
    if arguments.inputs is None:
        arguments.inputs, arguments.minutes = sys.maxsize, arguments.minutes or 10
    return arguments


def _line(of_what: str, counts: Mapping[str, int]) -> str:
    words = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
    return f"{of_what}: {sum(counts.values())} inputs: {words or 'none'}"


if __name__ == "__main__":
    sys.exit(main())
