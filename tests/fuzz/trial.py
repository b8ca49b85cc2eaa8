"""One mutated input in its study: written, run, and compared with the study as it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve

from .mutations import Mutation
from .outcomes import Outcome, outcome_of
from .whole_study import MANIFEST, RUN, whole_run, whole_study

__all__ = ["Program", "judged", "whole_outcome", "write_mutated"]

# What runs a command in a folder: this process, or one that may hang or die.
Program = Callable[..., Outcome]
CACHE = ".dermoutcomes"
DIGEST = re.compile(r"manifest_sha256:\s*([0-9a-f]{64})")


def write_mutated(folder: Path, file: str, content: bytes) -> None:
    """The whole study with one file of other bytes; of what was in the folder the cache is left."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and path.name != CACHE:
            shutil.rmtree(path)
        elif path.name != CACHE:
            path.unlink()
    files = whole_study() if file != MANIFEST else whole_run()
    for name, whole in {**files, file: content}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(whole)


@cache
def whole_outcome() -> Outcome:
    """The study as it is: it runs, and its claim is confirmatory."""
    with TemporaryDirectory() as folder:
        write_mutated(Path(folder) / "whole", "study.toml", whole_study()["study.toml"])
        return outcome_of(Path(folder) / "whole", *RUN)


def judged(folder: Path, mutation: Mutation, program: Program = outcome_of) -> Outcome:
    """Refused, told, or what must not be.

    Where bytes of a reading changed, what stands there may be another plain number, of which no
    program can tell: so silence is judged for mutations that are none. A manifest of other bytes
    is never the one whose digest the run printed.
    """
    write_mutated(folder, mutation.file, mutation.content)
    if mutation.file != MANIFEST:
        outcome = program(folder, *RUN)
        return outcome.against(whole_outcome()) if mutation.is_doubtful else outcome
    expected = DIGEST.search(whole_outcome_of_manifest())
    assert expected is not None
    outcome = program(folder, "verify", "results/WINTER", "--expect", expected[1])
    is_silent = outcome.kind == "told" and mutation.content != whole_run()[MANIFEST]
    return evolve(outcome, kind="silent") if is_silent else outcome


@cache
def whole_outcome_of_manifest() -> str:
    """What `verify` says of the run as it is."""
    with TemporaryDirectory() as folder:
        write_mutated(Path(folder) / "whole", MANIFEST, whole_run()[MANIFEST])
        return outcome_of(Path(folder) / "whole", "verify", "results/WINTER").said
