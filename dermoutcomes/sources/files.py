"""The files of a study, sorted and numbered."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Iterator
from pathlib import Path, PurePath

import polars as pl
from attrs import evolve, frozen

from dermoutcomes.errors import Problem, StudyError, nearest
from dermoutcomes.options.toml_document import no_file
from dermoutcomes.study import Source, Study
from dermoutcomes.study.paths import LOCK_FILES, matching_paths
from dermoutcomes.tables.findings import listed, no_findings, remarks

__all__ = ["SourceFile", "file_and_sheet", "source_files", "tell_files_beside"]


@frozen(eq=False)
class SourceFile:
    """One file of one source entry.

    `number` goes into the id of every cell; `relative` is its posix path from the study file;
    `sheet` is which one of its sheets, where each is read as a file.
    """

    number: int
    name: str
    spec: Source
    path: Path
    relative: str
    entry: int = 1
    sheet: str | None = None

    @property
    def setting(self) -> str:
        """Where the study file speaks of it, as errors say it.

        Entries of one name are counted from 1.
        """
        return f"sources.{self.name}[{self.entry}]"

    @property
    def shown(self) -> str:
        """The file as messages call it, with the sheet where it is one of several."""
        return file_and_sheet(self.relative, self.sheet)


def file_and_sheet(path: str, sheet: str | None) -> str:
    """A file and the sheet of it that is meant: data/visits.xlsx [W4]."""
    return path if sheet is None else f"{path} [{sheet}]"


def source_files(study: Study) -> tuple[SourceFile, ...]:
    """Every file that the study names, numbered from 1 by sorted relative path.

    A file under two entries has two numbers. Raises StudyError with one problem for each entry
    whose file is missing, whose glob finds nothing, or whose path leaves the study's folder.
    """
    problems: list[Problem] = []
    files = [
        file
        for name, specs in study.sources.items()
        for entry, spec in enumerate(specs, 1)
        for file in _files_of_entry(
            study.folder, SourceFile(0, name, spec, study.folder, "", entry), problems
        )
    ]
    if problems:
        raise StudyError(problems)
    ordered = sorted(files, key=lambda file: (file.relative, file.name, file.entry))
    return tuple(evolve(file, number=number) for number, file in enumerate(ordered, 1))


def _files_of_entry(
    folder: Path, entry: SourceFile, problems: list[Problem]
) -> Iterator[SourceFile]:
    spec, setting = entry.spec, entry.setting
    pattern = spec.file if spec.file is not None else spec.files
    if pattern is None:
        problems.append(
            Problem(
                "the source names no file",
                path=setting,
                expected='file = "data/export.csv" or files = "data/*.csv"',
            )
        )
        return
    if _leaves_folder(pattern):
        problems.append(_outside(pattern, setting))
        return
    problems += _problems_of_companions(folder, entry)
    paths = [folder / pattern] if spec.file is not None else matching_paths(folder, pattern)
    present = [path for path in paths if path.is_file()]
    if not present and not spec.optional:
        problems.append(_missing(folder, pattern, setting, many=spec.file is None))
    for path in present:
        yield evolve(entry, path=path, relative=PurePath(os.path.relpath(path, folder)).as_posix())


def _problems_of_companions(folder: Path, entry: SourceFile) -> Iterator[Problem]:
    """Dictionaries and conversions that do not exist, or stand outside of the study's folder."""
    for key, name in entry.spec.companion_files.items():
        setting = f"{entry.setting}.{key}"
        if _leaves_folder(name):
            yield _outside(name, setting)
        elif not (folder / name).is_file():
            yield evolve(_missing(folder, name, entry.setting, many=False), path=setting)


def _leaves_folder(pattern: str) -> bool:
    # A path of Windows leaves the folder on every platform, or a study would run on one only.
    path = PurePath(pattern.replace("\\", "/"))
    return (
        path.is_absolute()
        or PurePath(pattern).is_absolute()
        or os.path.normpath(path).startswith("..")
        or pattern[1:2] == ":"
    )


def tell_files_beside(
    study: Study, files: Iterable[SourceFile], suffixes: Container[str]
) -> pl.DataFrame:
    """A finding for each glob beside whose files stands one named alike that no source reads.

    Alike is W4.txt or W4.csv.bak where W0.csv is read: the same name but for numbers and suffix.
    A picture or a raw signal that a device saves under the name of its table is none: its suffix is
    not among the `suffixes` of files that can be read.
    """
    files = [*files]
    read = {file.path for file in files}
    rows = []
    for entry in dict.fromkeys((file.name, file.entry) for file in files):
        own = [file for file in files if (file.name, file.entry) == entry]
        if own[0].spec.files is None:
            continue
        shapes = {_shape(file.path) for file in own}
        stems = {file.path.with_suffix("") for file in own}
        folders = sorted({file.path.parent for file in own})
        beside = sorted(
            PurePath(os.path.relpath(path, study.folder)).as_posix()
            for folder in folders
            for path in folder.iterdir()
            if path.is_file()
            and path not in read
            and not path.name.startswith((".", *LOCK_FILES))
            and _shape(path) in shapes
            and (path.suffix.lower() in suffixes or path.with_suffix("") not in stems)
        )
        if beside:
            rows.append({"file": beside[0], "found": listed(beside), "pattern": own[0].spec.files})
    if not rows:
        return no_findings()
    return remarks(
        pl.DataFrame(rows),
        "file_not_read",
        "warning",
        message=pl.format(
            "no source reads {}, named like files that files = '{}' takes", "found", "pattern"
        ),
        expected="a pattern that takes it too, or another name or folder for it",
    )


def _shape(path: Path) -> str:
    """A file's name without suffixes and with one sign for numbers: W0.csv and W4.txt share it."""
    return re.sub(r"\d+", "#", path.name.partition(".")[0].casefold().strip())


def _outside(path: str, setting: str) -> Problem:
    return Problem(
        "the path leaves the study's folder",
        path=setting,
        found=path,
        expected="a path below the study file",
        hint="put a copy of the file, or a link to it, into the study's folder",
        code="outside_folder",
    )


def _missing(folder: Path, pattern: str, setting: str, *, many: bool) -> Problem:
    below = folder.resolve() / PurePath(pattern).parent
    if not many and (other := no_file(folder / pattern)):
        return Problem(
            f"this is {other}, not a file",
            path=f"{setting}.file",
            found=pattern,
            expected="a file",
            hint=f'files = "{pattern}/*" reads all that are in it'
            if (folder / pattern).is_dir()
            else "write what it gives to a file in the folder of the study",
            code="missing_file",
        )
    siblings = (
        sorted(path.name for path in below.iterdir() if path.is_file())
        if below.is_dir() and "*" not in str(below)
        else []
    )
    near = nearest(PurePath(pattern).name, siblings)
    return Problem(
        "no file matches" if many else "the file does not exist",
        path=f"{setting}.{'files' if many else 'file'}",
        found=pattern,
        expected=f"a file in {below.name}/"
        if below.is_dir()
        else f"a folder {below.name!r} with it",
        hint=f"did you mean {near!r}?" if near else None,
        code="missing_file",
    )
