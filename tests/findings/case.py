"""One way in which a study must be told of a fault, and one beside it in which it must not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
from attrs import field, frozen

from dermoutcomes.registry.loading import load_registry
from dermoutcomes.registry.registry import Registry
from dermoutcomes.runs.dispatch import Steps
from dermoutcomes.runs.opening import OpenStudy, StudyFiles
from dermoutcomes.runs.pipeline import Options, check_data, read_sources
from dermoutcomes.runs.run_folder import RunFolder
from dermoutcomes.study.check import check_study
from dermoutcomes.study.load import load_study
from dermoutcomes.study.paths import plugin_files
from dermoutcomes.testing import write_study

Files: TypeAlias = "Mapping[str, str | bytes | pl.DataFrame]"
Edit: TypeAlias = "Callable[[Files], Files]"

# What a finding says of its place and of the two values; `message` is held to words, numbers of
# observations to their place.
SAID = (
    "check",
    "severity",
    "file",
    "row",
    "column",
    "subject",
    "visit",
    "location",
    "side",
    "replicate",
    "measure",
    "value",
    "found",
    "expected",
)


@frozen(init=False)
class Told:
    """A finding as it must be: everything that is not given is not set, and `words` stand in its
    message.
    """

    words: tuple[str, ...]
    said: Mapping[str, Any] = field()

    def __init__(
        self, check: str, severity: str, words: str | tuple[str, ...], **said: Any
    ) -> None:
        if unknown := set(said) - set(SAID):
            raise TypeError(f"a finding does not say {sorted(unknown)}")
        every = {**dict.fromkeys(SAID), **said, "check": check, "severity": severity}
        self.__attrs_init__((words,) if isinstance(words, str) else words, every)


@frozen
class Case:
    """A study without a finding, an edit that must be told with all that is then found, and an edit
    beside it that must not.

    `beside` is what the second edit is told of instead: nothing, unless another check takes over
    at the bound.
    """

    base: Files
    told: Edit
    findings: tuple[Told, ...]
    untold: Edit
    beside: tuple[Told, ...] = ()


def findings_of(files: Files, folder: Path) -> pl.DataFrame:
    """The findings of a study, by the stages that a run has: read, derive, check."""
    study = load_study(write_study(folder, str(files["study.toml"]), {**files}))
    own = plugin_files(study)
    registry = load_registry(own) if own else _bundled()
    assert check_study(study, registry) == ()
    opened = OpenStudy(StudyFiles(study.path, ()), study, registry)
    writing = RunFolder.start(folder / "run", study.id)
    try:
        steps = Steps(opened, writing, Options())
        read_sources(steps)
        return check_data(steps)
    finally:
        writing.abandon()


@cache
def _bundled() -> Registry:
    """The plugins of every study that brings none along: loading them is half of what reading a
    small study takes.
    """
    return load_registry(())


def replaced(name: str, old: str, new: str) -> Edit:
    """Replace `old`, which must stand there once, in the file `name`."""

    def edit(files: Files) -> Files:
        text = str(files[name])
        assert text.count(old) == 1, f"{name} holds {old!r} {text.count(old)} times"
        return {**files, name: text.replace(old, new)}

    return edit


def in_study(old: str, new: str) -> Edit:
    """Replace something in the study file."""
    return replaced("study.toml", old, new)


def off(*names: str) -> Edit:
    """Turn checks off, besides those that the study has off."""
    return in_study("off = [", "off = [" + "".join(f'"{name}", ' for name in names))


def appended(name: str, text: str) -> Edit:
    """Write text at the end of a file."""
    return lambda files: {**files, name: f"{files[name]}{text}"}


def cells(name: str, where: Mapping[str, str], **new: str) -> Edit:
    """Write `new` (column to cell) into the rows of a comma-separated file that hold `where`; there
    must be one at least.
    """

    def edit(files: Files) -> Files:
        header, *lines = str(files[name]).splitlines()
        names = header.split(",")
        rows = [dict(zip(names, line.split(","), strict=True)) for line in lines]
        chosen = [row for row in rows if where.items() <= row.items()]
        assert chosen, f"{name} has no row with {where}"
        assert set(new) <= set(names), f"{name} lacks one of {sorted(new)}"
        for row in chosen:
            row.update(new)
        return {
            **files,
            name: "".join(
                f"{line}\n" for line in (header, *(",".join(row.values()) for row in rows))
            ),
        }

    return edit


def without(name: str, where: Mapping[str, str]) -> Edit:
    """Take the rows that hold `where` out of a comma-separated file."""

    def edit(files: Files) -> Files:
        header, *lines = str(files[name]).splitlines()
        names = header.split(",")
        kept = [
            line
            for line in lines
            if not where.items() <= dict(zip(names, line.split(","), strict=True)).items()
        ]
        assert len(kept) < len(lines), f"{name} has no row with {where}"
        return {**files, name: "".join(f"{line}\n" for line in (header, *kept))}

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(files: Files) -> Files:
        for one in edits:
            files = one(files)
        return files

    return edit


def as_it_is(files: Files) -> Files:
    """No edit: the base study itself is the one beside."""
    return files
