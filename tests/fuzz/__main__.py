"""Mutated inputs for minutes or hours, with counts; what fails is kept.

    python -m tests.fuzz --minutes 60
    python -m tests.fuzz --minutes 5 study.toml shine.xlsx --seed 7

Each input is tried in a process with bounds of time and memory. At the end stands how many inputs of
each file were refused, told, or what must not be: a traceback, a panic, a hang, an abort, and other
numbers in silence. Those are written to --keep FOLDER, as NUMBER-FILE with what was done beside it;
with the mend they go to tests/fuzz/corpus, which every run of the tests tries. Exit status 1 if any.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from .mutations import KINDS, Mutation, mutations
from .outcomes import ROUGH
from .trial import judged
from .worker import Worker

# Hypothesis is asked for so many at a time; each batch has a seed of its own.
BATCH = 25


def main() -> int:
    """Try inputs until the time is over; 1 where one failed."""
    arguments = _arguments()
    end = time.monotonic() + 60 * arguments.minutes
    counts: dict[str, Counter[str]] = {file: Counter() for file in arguments.files}
    worker = Worker(arguments.seconds, leave_out=("--no-cache",) if arguments.cache else ())
    seed = arguments.seed
    with TemporaryDirectory() as folder:
        while time.monotonic() < end:
            for file in arguments.files:
                _batch(file, seed, Path(folder) / "study", worker, counts[file], arguments.keep)
                if time.monotonic() > end:
                    break
            seed += 1
            print(_line("so far", sum(counts.values(), Counter())), flush=True)
    worker.close()
    for file, number in counts.items():
        print(_line(file, number))
    total = sum(counts.values(), Counter())
    print(_line(f"all, seeds {arguments.seed} to {seed - 1}", total))
    return int(any(total[kind] for kind in ROUGH))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("files", nargs="*", default=[*KINDS], help=", ".join(KINDS))
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=20, help="of computing: a hang")
    parser.add_argument(
        "--cache",
        action="store_true",
        help="take steps from the cache: some times as many inputs, and less is done anew",
    )
    parser.add_argument("--keep", type=Path, default=Path(gettempdir()) / "fuzz_failures")
    arguments = parser.parse_args()
    if unknown := {*arguments.files} - {*KINDS}:
        parser.error(f"no mutations of {', '.join(sorted(unknown))}: {', '.join(KINDS)}")
    return arguments


def _batch(
    file: str, seed: int, folder: Path, worker: Worker, counts: Counter[str], kept: Path
) -> None:
    """Some inputs of one file."""

    @seeded(seed)
    @settings(
        max_examples=BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(mutations(file))
    def trial(mutation: Mutation) -> None:
        outcome = judged(folder, mutation, worker)
        counts[outcome.kind] += 1
        if outcome.kind in ROUGH:
            print(f"{outcome.kind}: {file}, seed {seed}, {mutation.what}", flush=True)
            print(f"    {' '.join(outcome.said.split())[-300:]}", flush=True)
            kept.mkdir(parents=True, exist_ok=True)
            name = f"{seed}_{sum(counts.values())}-{Path(file).name}"
            (kept / name).write_bytes(mutation.content)
            about = f"{outcome.kind}\n{mutation.what}\n{outcome.said}\n"
            (kept / f"{name}.about.txt").write_text(about, encoding="utf-8")

    trial()


def _line(of_what: str, counts: Counter[str]) -> str:
    words = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
    return f"{of_what}: {sum(counts.values())} inputs: {words or 'none'}"


if __name__ == "__main__":
    sys.exit(main())
