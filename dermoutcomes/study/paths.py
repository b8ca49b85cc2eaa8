"""Paths that a study names: all of them stay inside its folder."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from dermoutcomes.errors import StudyError
from dermoutcomes.options.key_path import child, element
from dermoutcomes.options.toml_document import broken_link
from dermoutcomes.study.names import problem_at
from dermoutcomes.study.problem_lines import with_lines

if TYPE_CHECKING:
    from dermoutcomes.errors import Problem
    from dermoutcomes.registry.registry import Registry
    from dermoutcomes.study import Source, Study

__all__ = [
    "LOCK_FILES",
    "OUTSIDE",
    "OWN_FOLDER",
    "PREVIOUS_RUN",
    "is_pattern",
    "matching_paths",
    "path_problems",
    "plugin_files",
    "plugin_problems",
    "why_outside",
]

OUTSIDE = "outside"
# Begin the names of files that an office program has while it edits another.
LOCK_FILES = ("~$", ".~")
# Ends the name of the folder in which the run before the last one is kept.
PREVIOUS_RUN = ".previous"
# What the program keeps for itself beside a study file; nothing in it is ever an input.
OWN_FOLDER = ".dermoutcomes"
INSIDE = 'a path inside the study\'s folder, with /, as "exports/corneometer.csv"'


def plugin_files(study: Study) -> tuple[Path, ...]:
    """The local plugin files that the study names.

    Raises StudyError where one is missing, or is none.
    """
    problems = tuple(plugin_problems(study))
    if problems:
        raise StudyError(with_lines(study, problems))
    return tuple(study.folder / name for name in study.study.plugins)


def path_problems(
    study: Study,
    registry: Registry,  # noqa: ARG001 - every check has one signature
) -> Iterator[Problem]:
    """Files that leave the study's folder, and plugin files that do not exist."""
    yield from plugin_problems(study)
    for name, specs in study.sources.items():
        for spec in specs:
            yield from _source_problems(
                study.folder, spec, element(child("sources", name), spec.position)
            )


def plugin_problems(study: Study) -> Iterator[Problem]:
    """Plugin files that lie outside the study's folder, do not exist or are no plugin files."""
    for number, name in enumerate(study.study.plugins, start=1):
        path = element("study.plugins", number)
        reason = why_outside(study.folder, name)
        if reason:
            yield problem_at(
                f"the plugin file {reason}", path, found=name, expected=INSIDE, code=OUTSIDE
            )
        elif reason := broken_link(study.folder / name):
            yield problem_at(
                f"the plugin file {reason}",
                path,
                found=name,
                expected="a file, or a link to one",
                code="broken-link",
            )
        elif not name.endswith((".py", ".toml")):
            yield problem_at("a plugin file ends in .py or .toml", path, found=name)
        elif not (study.folder / name).is_file():
            yield problem_at(
                "the plugin file does not exist",
                path,
                found=name,
                expected=f"a file in {study.folder.resolve().name}/",
                code="missing-file",
            )


def _source_problems(folder: Path, spec: Source, path: str) -> Iterator[Problem]:
    if (spec.file is None) == (spec.files is None):
        yield problem_at(
            "a source has one file, or a pattern of files",
            path,
            expected='file = "data/readings.csv" or files = "data/*.csv"',
        )
    # A file whose own name has such signs is one file.
    if spec.file is not None and is_pattern(spec.file) and not (folder / spec.file).exists():
        yield problem_at(
            "this is a pattern of files",
            child(path, "file"),
            found=spec.file,
            expected=f'files = "{spec.file}"',
        )
    for key, text in (("file", spec.file), ("files", spec.files)):
        reason = text is not None and why_outside(folder, text)
        if text is not None and PurePosixPath(text).name.startswith(LOCK_FILES):
            yield problem_at(
                "the file is one that an office program has while somebody edits another, and holds "
                "no data",
                child(path, key),
                found=text,
                expected=f'the file itself, as "{_edited_file(text)}"',
                code="lock-file",
            )
        elif reason:
            yield problem_at(
                f"the path {reason}", child(path, key), found=text, expected=INSIDE, code=OUTSIDE
            )
        elif text is not None and (reason := _why_unread(folder, text)):
            yield problem_at(
                f"the path {reason}",
                child(path, key),
                found=text,
                expected="files that are there, each under one name",
                code="broken-link",
            )


def _edited_file(lock: str) -> str:
    """The file that stands beside its lock: visits.xlsx for ~$visits.xlsx or .~lock.visits.xlsx#."""
    path = PurePosixPath(lock)
    name = path.name.removeprefix("~$").removeprefix(".~lock.").removesuffix("#")
    return path.with_name(name or "visits.xlsx").as_posix()


def is_pattern(text: str) -> bool:
    """Whether a path has the signs of a pattern."""
    return any(sign in text for sign in "*?[")


def why_outside(folder: Path, text: str) -> str | None:
    """Why the path or pattern leaves `folder`, in words after "the path …"; None if it does not."""
    if "\\" in text:
        return "is written with \\"
    if not text.strip():
        return "is empty"
    if PurePosixPath(text).is_absolute() or PureWindowsPath(text).drive or text.startswith("~"):
        return "is absolute"
    if ".." in PurePosixPath(text).parts:
        return "leads out of the study's folder with .."
    if OWN_FOLDER in PurePosixPath(text.casefold()).parts:
        return f"leads into {OWN_FOLDER}, where the program keeps what it made itself"
    return _why_linked_out(folder, text)


def _why_linked_out(folder: Path, text: str) -> str | None:
    root = folder.resolve()
    try:
        outside = next(
            (
                target
                for target in _targets(folder, text)
                if not broken_link(target) and not target.resolve().is_relative_to(root)
            ),
            None,
        )
    except (ValueError, OSError, NotImplementedError) as error:
        return f"cannot be a path: {error}"
    return (
        None
        if outside is None
        else f"leads out of the study's folder by a link: {_name(folder, outside)}"
    )


def _targets(folder: Path, text: str) -> list[Path]:
    return matching_paths(folder, text) if is_pattern(text) else [folder / text]


def _why_unread(folder: Path, text: str) -> str | None:
    """Why a file would be missed or counted twice though something of its name is there."""
    targets = _targets(folder, text)
    for target in targets:
        if reason := broken_link(target):
            return reason if len(targets) == 1 else f"takes {_name(folder, target)}, which {reason}"
    return _why_twice(folder, [target for target in targets if target.is_file()])


def _why_twice(folder: Path, targets: list[Path]) -> str | None:
    """A file under two names would be counted twice: links, or a folder in itself."""
    by_file: dict[Path, Path] = {}
    for target in targets:
        first = by_file.setdefault(target.resolve(), target)
        if first is not target:
            return (
                f"takes one file twice, by a link: {_name(folder, first)} and "
                f"{_name(folder, target)}"
            )
    return None


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def matching_paths(folder: Path, pattern: str) -> list[Path]:
    """What a pattern of files takes, sorted: no hidden files, none of locks of office programs."""
    # Unlike Path.glob, this one leaves hidden files out.
    names = sorted(glob.glob(_any_case(pattern), root_dir=folder, recursive=True))  # noqa: PTH207
    return [
        folder / name
        for name in names
        if not PurePath(name).name.startswith(LOCK_FILES)
        and OWN_FOLDER not in PurePath(name.casefold()).parts
    ]


def _any_case(pattern: str) -> str:
    """A glob that takes names whatever their case.

    Windows does so: a study reads the same files on every platform.
    """
    parts, in_brackets = [], False
    for sign in pattern:
        in_brackets = sign == "[" or (in_brackets and sign != "]")
        both = {sign.lower(), sign.upper()}
        cased = sign.isalpha() and not in_brackets and all(len(one) == 1 for one in both)
        parts.append(f"[{''.join(sorted(both))}]" if cased else sign)
    return "".join(parts)
