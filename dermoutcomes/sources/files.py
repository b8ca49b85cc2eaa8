"""The files of a study: found, sorted, numbered."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from attrs import evolve, frozen

from dermoutcomes.errors import Problem, StudyError, nearest
from dermoutcomes.study import Source, Study

__all__ = ["SourceFile", "source_files"]

LOCK_FILES = ("~$", ".~")


@frozen(eq=False)
class SourceFile:
    """One file of one source entry. `number` goes into every id made from it, `relative` is its posix path from the study file."""

    number: int
    name: str
    spec: Source
    path: Path
    relative: str
    entry: int = 1

    @property
    def setting(self) -> str:
        """Where the study file speaks of it, as errors say it: entries of one name are counted from 1."""
        return f"sources.{self.name}[{self.entry}]"


def source_files(study: Study) -> tuple[SourceFile, ...]:
    """Every file that the study names, numbered from 1 by sorted relative path (a file under two entries has two numbers).

    Raises StudyError with one problem for each entry whose file is missing, whose glob finds nothing, or whose path leaves the
    study's folder.
    """
    problems: list[Problem] = []
    found = [
        file
        for name, specs in study.sources.items()
        for entry, spec in enumerate(specs, 1)
        for file in _of_entry(
            study.folder, SourceFile(0, name, spec, study.folder, "", entry), problems
        )
    ]
    if problems:
        raise StudyError(problems)
    ordered = sorted(found, key=lambda file: (file.relative, file.name, file.entry))
    return tuple(evolve(file, number=number) for number, file in enumerate(ordered, 1))


def _of_entry(folder: Path, entry: SourceFile, problems: list[Problem]) -> Iterator[SourceFile]:
    spec, place = entry.spec, entry.setting
    stated = spec.file if spec.file is not None else spec.files
    if stated is None:
        problems.append(
            Problem(
                "the source names no file",
                path=place,
                expected='file = "data/export.csv" or files = "data/*.csv"',
            )
        )
        return
    if _leaves(stated):
        problems.append(
            Problem(
                "the path leaves the study's folder",
                path=place,
                found=stated,
                expected="a path below the study file",
                hint="put a copy of the file, or a link to it, into the study's folder",
                code="outside_folder",
            )
        )
        return
    paths = [folder / stated] if spec.file is not None else _matching(folder, stated)
    present = [path for path in paths if path.is_file()]
    if not present and not spec.optional:
        problems.append(_missing(folder, stated, place, many=spec.file is None))
    for path in present:
        yield evolve(entry, path=path, relative=PurePath(os.path.relpath(path, folder)).as_posix())


def _leaves(stated: str) -> bool:
    path = PurePath(stated.replace("\\", "/"))
    return (
        path.is_absolute()
        or PurePath(stated).is_absolute()
        or os.path.normpath(path).startswith("..")
        or stated[1:2] == ":"
    )


def _matching(folder: Path, pattern: str) -> list[Path]:
    """Files of a glob, sorted, without hidden files and the lock files that office programs leave."""
    names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 - unlike Path.glob it leaves hidden files out
    return [folder / name for name in names if not PurePath(name).name.startswith(LOCK_FILES)]


def _missing(folder: Path, stated: str, place: str, *, many: bool) -> Problem:
    below = folder.resolve() / PurePath(stated).parent
    if not many and (folder / stated).is_dir():
        return Problem(
            "this is a folder, not a file",
            path=f"{place}.file",
            found=stated,
            expected="a file",
            hint=f'files = "{stated}/*" reads all that are in it',
            code="missing_file",
        )
    siblings = (
        sorted(path.name for path in below.iterdir() if path.is_file())
        if below.is_dir() and "*" not in str(below)
        else []
    )
    near = nearest(PurePath(stated).name, siblings)
    return Problem(
        "no file matches" if many else "the file does not exist",
        path=f"{place}.{'files' if many else 'file'}",
        found=stated,
        expected=f"a file in {below.name}/"
        if below.is_dir()
        else f"a folder {below.name!r} with it",
        hint=f"did you mean {near!r}?" if near else None,
        code="missing_file",
    )
