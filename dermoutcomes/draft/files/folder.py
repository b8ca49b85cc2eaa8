"""The files of somebody's folder: those that hold data, and those that cannot be read, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from dermoutcomes.errors import Problem, StudyError, one_of

__all__ = ["FileGroup", "FolderFiles", "Unread", "folder_files"]

PHOTOGRAPHS = (
    ".jpg",
    ".jpeg",
    ".png",
    ".tif",
    ".tiff",
    ".heic",
    ".bmp",
    ".gif",
    ".cr2",
    ".nef",
    ".dcm",
    ".raw",
    ".webp",
    ".svg",
)
# What is told of files that hold no table, by how their names end.
EXPORT_INSTEAD = {
    ".pdf": "a PDF holds no table that can be trusted: export the table as CSV or .xlsx",
    ".doc": "save the table of the document as CSV or .xlsx",
    ".docx": "save the table of the document as CSV or .xlsx",
    ".ppt": "save the table as CSV or .xlsx",
    ".pptx": "save the table as CSV or .xlsx",
    ".zip": "unpack the archive first",
    ".7z": "unpack the archive first",
    ".rar": "unpack the archive first",
    ".gz": "unpack the archive first",
    ".rdata": "in R: write.csv(data, 'data.csv', row.names = FALSE)",
    ".rda": "in R: write.csv(data, 'data.csv', row.names = FALSE)",
    ".rds": "in R: write.csv(data, 'data.csv', row.names = FALSE)",
    ".pzfx": "in Prism: File, Export, as CSV",
    ".pzf": "in Prism: File, Export, as CSV",
    ".prism": "in Prism: File, Export, as CSV",
    ".mdb": "in Access: export each table as .xlsx",
    ".accdb": "in Access: export each table as .xlsx",
    ".numbers": "in Numbers: File, Export, as CSV",
    ".jmp": "in JMP: File, Save As, CSV",
    ".md": "a text to read",
    ".html": "save the table of the page as CSV or .xlsx",
    ".htm": "save the table of the page as CSV or .xlsx",
}
LOCK_FILES = re.compile(r"^(~\$|\.~lock\.)")
# Of so many files of one kind in one folder, some are looked at and the rest are taken for alike.
MANY = 12
LOOKED_AT = 6
DIGITS = re.compile(r"\d+")


@frozen
class Unread:
    """A file that holds no data for a draft, relative to the folder, and why."""

    path: str
    because: str


@frozen
class FileGroup:
    """Files with names of one shape: one file, or many of which `looked_at` are opened.

    `pattern` is the glob that takes them all, none where it is one file.
    """

    paths: tuple[Path, ...]
    pattern: str | None = None

    @property
    def looked_at(self) -> tuple[Path, ...]:
        """The files that are opened: all, or the first, the last and some between."""
        if len(self.paths) <= MANY:
            return self.paths
        step = max(1, (len(self.paths) - 1) // (LOOKED_AT - 1))
        return self.paths[::step][:LOOKED_AT]


@frozen
class FolderFiles:
    """What a folder holds: groups of files to look at, and what is left unread."""

    groups: tuple[FileGroup, ...]
    unread: tuple[Unread, ...]


def folder_files(folder: Path) -> FolderFiles:
    """The files below a folder, by shape of name.

    Raises StudyError for what is no folder, holds nothing, photographs alone, or a study file
    already, which a draft never replaces.
    """
    if not folder.is_dir():
        raise StudyError(
            Problem(
                "there is no such folder",
                path="FOLDER",
                found=str(folder),
                expected="the folder that holds the exports",
            )
        )
    unread: list[Unread] = []
    paths: list[Path] = []
    for path in sorted(_files_below(folder)):
        because = _reason_to_leave(path)
        relative = path.relative_to(folder).as_posix()
        if because is None:
            paths.append(path)
        else:
            unread.append(Unread(relative, because))
    _refuse_without_data(folder, paths, unread)
    return FolderFiles(tuple(_groups(folder, paths)), tuple(unread))


def _files_below(folder: Path) -> Iterator[Path]:
    """All files but those of hidden folders, of run folders, and behind links out of the folder."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") and not LOCK_FILES.match(path.name):
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
            continue
        if path.is_dir():
            if not _is_run_folder(path):
                yield from _files_below(path)
        elif path.is_file():
            yield path


def _is_run_folder(path: Path) -> bool:
    return (path / "manifest.json").is_file() or path.name in {"results", "__pycache__"}


def _reason_to_leave(path: Path) -> str | None:
    suffix = path.suffix.lower()
    if LOCK_FILES.match(path.name):
        return "left behind by an open spreadsheet: close the program, and it goes away"
    if suffix in PHOTOGRAPHS:
        return "a photograph"
    if suffix in {".toml", ".lock", ".py", ".json"} or path.name.lower() == "thumbs.db":
        return None if suffix == ".json" else "no export"
    return EXPORT_INSTEAD.get(suffix)


def _refuse_without_data(folder: Path, paths: list[Path], unread: list[Unread]) -> None:
    if paths:
        return
    photographs = sum(file.because == "a photograph" for file in unread)
    others = [f"{file.path}: {file.because}" for file in unread if file.because != "a photograph"]
    if photographs and not others:
        raise StudyError(
            Problem(
                "the folder holds photographs and no tables",
                path="FOLDER",
                found=f"{photographs} photographs",
                expected="the export of what was read from them: counts, scores or ratings as "
                "CSV or .xlsx",
            )
        )
    raise StudyError(
        Problem(
            "the folder holds no file that could be data",
            path="FOLDER",
            found=one_of(others, 10) if others else f"an empty folder ({folder.name})",
            expected="exports as CSV, .xlsx, SAS, SPSS or Stata files, or Parquet",
        )
    )


def _groups(folder: Path, paths: list[Path]) -> Iterator[FileGroup]:
    """Files by the shape of their names: many of one shape are one group, few are one each."""
    shapes: dict[tuple[str, str], list[Path]] = {}
    for path in paths:
        relative = path.relative_to(folder)
        shape = DIGITS.sub("#", relative.parent.as_posix()), path.suffix.lower()
        shapes.setdefault(shape, []).append(path)
    for (_, suffix), alike in shapes.items():
        if len(alike) <= MANY:
            yield from (FileGroup((path,)) for path in alike)
            continue
        parents = {path.relative_to(folder).parent.as_posix() for path in alike}
        below = DIGITS.sub("*", min(parents)) if len(parents) > 1 else min(parents)
        pattern = f"*{suffix}" if below == "." else f"{below}/*{suffix}"
        yield FileGroup(tuple(alike), pattern)
