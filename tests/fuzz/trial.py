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
from .tried import CHECK, Tried, tried
from .whole_study import MANIFEST, RUN

__all__ = ["Program", "checked", "judged", "whole_outcome", "write_mutated"]

# What runs a command in a folder: this process, or one that may hang or die.
Program = Callable[..., Outcome]
CACHE = ".dermoutcomes"
DIGEST = re.compile(r"manifest_sha256:\s*([0-9a-f]{64})")


def write_mutated(folder: Path, study: Tried, content: bytes) -> None:
    """The whole study with one file of other bytes; of what was in the folder the cache is left."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and path.name != CACHE:
            shutil.rmtree(path)
        elif path.name != CACHE:
            path.unlink()
    for name, whole in {**study.files, study.place: content}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(whole)


@cache
def whole_outcome(study: Tried) -> Outcome:
    """The study as it is: it runs, or is verified."""
    with TemporaryDirectory() as folder:
        write_mutated(Path(folder) / "whole", study, study.content)
        return outcome_of(Path(folder) / "whole", *study.command)


def judged(folder: Path, mutation: Mutation, program: Program = outcome_of) -> Outcome:
    """Refused, told, or what must not be.

    Where bytes of a reading changed, what stands there may be another plain number, of which no
    program can tell: so silence is judged for mutations that are none. What is sealed by a digest
    or a signature is never as it was with other bytes, but for the end of its last line.
    """
    study = tried(mutation.file)
    write_mutated(folder, study, mutation.content)
    command = study.command
    if mutation.file == MANIFEST:
        expected = DIGEST.search(whole_outcome(study).said)
        assert expected is not None
        command = (*command, "--expect", expected[1])
    outcome = program(folder, *command)
    if study.is_sealed:
        is_other = _sealed(mutation.content, mutation.file) != _sealed(study.content, mutation.file)
        is_silent = (
            outcome.kind == "told" and is_other and outcome.said == whole_outcome(study).said
        )
        return evolve(outcome, kind="silent") if is_silent else outcome
    is_judged = mutation.is_doubtful and study.command == RUN
    return outcome.against(whole_outcome(study)) if is_judged else outcome


def _sealed(content: bytes, file: str) -> bytes:
    """What a digest or a signature seals: a signature with other white space is the same one."""
    return b"".join(content.split()) if file.endswith(".sig") else content.rstrip()


def checked(folder: Path, mutation: Mutation, program: Program = outcome_of) -> Outcome | None:
    """What `check` says of a study that a run would read; None for what only `verify` reads."""
    study = tried(mutation.file)
    if study.command != RUN:
        return None
    write_mutated(folder, study, mutation.content)
    return program(folder, *CHECK)
