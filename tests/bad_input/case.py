"""One way in which a study can be wrong, and what a user then reads."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen
from click.testing import CliRunner

from dermoutcomes.cli import main

Spoil = Callable[[Path], None]
# What differs from run to run, or whenever a plugin is added: process numbers, counts of results, digests, long lists of names.
CHANGING = {
    r"\(process \d+ on \S+ since [^)]+\)": "(process NUMBER on HOST since TIME)",
    r"(?m)^\d+ results": "NUMBER results",
    r"\b[0-9a-f]{64}\b": "SHA256",
    r"\(\d+ statistics\)": "(NUMBER statistics)",
    r"one of ('[^']+', '[^']+', '[^']+'), (?:'[^']+',? ?){3,}(?:\(and \d+ more\))?": r"one of \1 …",
}


@frozen
class Case:
    """What is done to the folder of a valid study, the command that is then given, and how it ends."""

    spoil: Spoil
    command: tuple[str, ...] = ("check", "study.toml")
    status: int = 1


def spoilt(case: Case, folder: Path) -> tuple[int, str]:
    """Exit status and words of the command in the spoilt `folder`, in the order in which a terminal shows them."""
    case.spoil(folder)
    with _inside(folder):
        result = CliRunner().invoke(main, list(case.command))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, _everywhere_the_same(result.output, folder)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _everywhere_the_same(text: str, folder: Path) -> str:
    for place in (folder.resolve(), folder):
        text = text.replace(str(place), "FOLDER")
    for pattern, shown in CHANGING.items():
        text = re.sub(pattern, shown, text)
    return text


def replaced(name: str, old: str, new: str, times: int = 1) -> Spoil:
    """Replace `old`, which must be there, in the file `name`."""

    def spoil(folder: Path) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        (folder / name).write_text(text.replace(old, new, times), encoding="utf-8")

    return spoil


def in_study(old: str, new: str, times: int = 1) -> Spoil:
    """Replace something in the study file."""
    return replaced("study.toml", old, new, times)


def in_readings(old: str, new: str, times: int = 1) -> Spoil:
    """Replace something in the export of readings."""
    return replaced("corneometer.csv", old, new, times)


def written(name: str, content: str | bytes) -> Spoil:
    """Write a file."""

    def spoil(folder: Path) -> None:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)

    return spoil


def removed(name: str) -> Spoil:
    """Remove a file."""
    return lambda folder: (folder / name).unlink()


def appended(name: str, text: str) -> Spoil:
    """Write text at the end of a file."""

    def spoil(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return spoil


def all_of(*steps: Spoil) -> Spoil:
    """One after the other."""

    def spoil(folder: Path) -> None:
        for step in steps:
            step(folder)

    return spoil
