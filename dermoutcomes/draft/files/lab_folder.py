"""The files of somebody's folder: those that hold data, and those that cannot be read, and why."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import frozen

from dermoutcomes.draft.files.file_groups import FileGroup, file_groups
from dermoutcomes.errors import Problem, StudyError, one_of

__all__ = ["FolderFiles", "Unread", "folder_files", "unread_words"]

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
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
LOCK_FILES = re.compile(r"^(~\$|\.~lock\.)")
MOST_BYTES = 500_000_000
SHOWN_OF_MANY = 3


@frozen
class Unread:
    """A file that holds no data for a draft, relative to the folder, and why."""

    path: str
    because: str


@frozen
class FolderFiles:
    """What a folder holds: groups of files to look at, and what is left unread."""

    groups: tuple[FileGroup, ...]
    unread: tuple[Unread, ...]


def folder_files(
    folder: Path, owners_named: Callable[[str], tuple[str, ...]] = lambda _: ()
) -> FolderFiles:
    """The files below a folder, by shape of name and the devices and scales that it names.

    Raises StudyError for what is no folder, holds nothing, photographs alone, or a study file
    already, which a draft never replaces.
    """
    if folder.is_file():
        raise StudyError(
            Problem(
                "a folder is drafted from, and this is a file",
                path="FOLDER",
                found=str(folder),
                expected=f"the folder of the exports, as {folder.parent}",
            )
        )
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
    for path, because in _files_below(folder):
        if because is None:
            paths.append(path)
        else:
            unread.append(Unread(_printable(path.relative_to(folder)), because))
    _refuse_without_data(folder, paths, unread)
    return FolderFiles(tuple(file_groups(folder, sorted(paths), owners_named)), tuple(unread))


def unread_words(unread: Iterable[Unread]) -> Iterator[str]:
    """What was left unread: the files of one reason together, with three of very many."""
    by_reason: dict[str, list[str]] = {}
    for file in unread:
        by_reason.setdefault(file.because, []).append(file.path)
    for because, paths in by_reason.items():
        more = f" and {len(paths) - SHOWN_OF_MANY} more" if len(paths) > SHOWN_OF_MANY else ""
        yield f"{', '.join(paths[:SHOWN_OF_MANY])}{more}: {because}"


def _files_below(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """What lies below a folder but hidden things, and why it is left; links are never followed."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        yield folder, f"the folder cannot be opened: {error.strerror}"
        return
    for path in paths:
        if path.name.startswith(".") and not LOCK_FILES.match(path.name):
            continue
        if path.is_symlink():
            yield path, "a link to another place: copy what it leads to into the folder"
        elif not path.is_dir():
            yield path, _reason_to_leave(path)
        elif (path / "manifest.json").is_file():
            yield path, "the folder of a run"
        elif path.name != "__pycache__":
            yield from _files_below(path)


def _printable(path: Path) -> str:
    """A path as it can be printed and written, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "replace")


def _reason_to_leave(path: Path) -> str | None:
    suffix = path.suffix.lower()
    if not path.is_file():
        return "no file that can be read, but a pipe or a device"
    if _printable(path) != str(path):
        return "its name is not in UTF-8: rename it"
    if path.stat().st_size > MOST_BYTES:
        return (
            f"larger than {MOST_BYTES // 10**6} MB, too large for a draft: draft from a folder with "
            "its first rows, then name the whole file"
        )
    if LOCK_FILES.match(path.name):
        return "left behind by an open spreadsheet: close the program, and it goes away"
    if suffix in PHOTOGRAPHS:
        return "a photograph"
    if suffix in {".toml", ".lock", ".py", ".json", ".jsonl"} or path.name.lower() in SYSTEM_FILES:
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
