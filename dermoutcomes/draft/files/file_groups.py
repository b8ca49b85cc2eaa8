"""Files of one kind in a folder: a group with the glob that takes them all, or one each."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import frozen

from dermoutcomes.draft.files.file_names import name_pattern
from dermoutcomes.draft.recognition.visit_names import whole_visit_name

__all__ = ["FileGroup", "file_groups"]

# Of so many files of one kind in one folder, some are looked at and the rest are taken for alike.
MANY = 12
LOOKED_AT = 6
# The first are opened too: names in order are those of one subject after the other.
FIRST = 24
# So many files are each looked at where those of one kind turn out to be of several.
MOST_SINGLE = 200
# Fewer files are no group: two names with a number are no sign that each is of a subject.
FEWEST, FEWEST_SUBJECTS = 2, 3
MOST_NAMES = 0.8
SEPARATOR = re.compile(r"[_ -]+")
DIGITS = re.compile(r"\d+")


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
        last = len(self.paths) - 1
        spread = (last * part // (LOOKED_AT - 1) for part in range(LOOKED_AT))
        places = sorted({*range(min(FIRST, len(self.paths))), *spread})
        return tuple(self.paths[place] for place in places)

    def singly(self) -> tuple[FileGroup, ...]:
        """Its files, each for itself, the first of very many."""
        return tuple(FileGroup((path,)) for path in self.paths[:MOST_SINGLE])


def file_groups(
    folder: Path, paths: list[Path], owners_named: Callable[[str], tuple[str, ...]]
) -> Iterator[FileGroup]:
    """Files by the shape of their names: those of one kind are one group, all others one each.

    Names of which `owners_named` says that they are of different devices or scales are no one kind.
    """
    shapes: dict[tuple[str, str, int, tuple[str, ...]], list[Path]] = {}
    owners: dict[str, tuple[str, ...]] = {}
    for path in paths:
        above = "/".join(map(_shape, path.relative_to(folder).parent.parts))
        name = DIGITS.sub("#", path.stem)
        if name not in owners:
            owners[name] = owners_named(path.stem)
        shape = above, path.suffix.lower(), len(_parts(path)), owners[name]
        shapes.setdefault(shape, []).append(path)
    for alike in shapes.values():
        numbered = [path for path in alike if DIGITS.search(path.stem)]
        # subjects.csv beside S01.csv to S40.csv is no export of a subject.
        by_number = len(alike) > len(numbered) >= MOST_NAMES * len(alike)
        many = numbered if by_number else alike
        if len(many) <= MANY:
            yield from _few(folder, many, paths)
            yield from (FileGroup((path,)) for path in alike if path not in set(many))
            continue
        yield FileGroup(tuple(many), _pattern(folder, many, by_number=by_number))
        yield from (FileGroup((path,)) for path in alike if path not in set(many))


def _shape(name: str) -> str:
    """A name of a folder as those alike have it: its numbers, or the visit that it says, left out."""
    return "#" if whole_visit_name(name) else DIGITS.sub("#", name)


def _few(folder: Path, alike: list[Path], paths: list[Path]) -> Iterator[FileGroup]:
    """Few files of one shape: a group where their names say whose or when each is, with a number."""
    names = name_pattern([path.relative_to(folder).as_posix() for path in alike])
    subjects = names.words.get("subject", ()) if names is not None else ()
    fewest = FEWEST_SUBJECTS if subjects else FEWEST
    is_group = names is not None and len(alike) >= fewest and all(map(DIGITS.search, subjects))
    globs = (_pattern(folder, alike, by_number=by_number) for by_number in (False, True))
    pattern = next((each for each in globs if _matches(folder, each, paths) == alike), None)
    if is_group and pattern is not None:
        yield FileGroup(tuple(alike), pattern)
    else:
        yield from (FileGroup((path,)) for path in alike)


def _matches(folder: Path, pattern: str, paths: list[Path]) -> list[Path]:
    """The files that a glob takes, as a source reads it."""
    taken = set(folder.glob(pattern))
    return [path for path in paths if path in taken]


def _parts(path: Path) -> list[str]:
    return SEPARATOR.split(path.stem)


def _pattern(folder: Path, paths: list[Path], *, by_number: bool) -> str:
    """The glob of many files: what all names share, and stars for the rest."""
    levels = zip(*(path.relative_to(folder).parent.parts for path in paths), strict=True)
    above = "/".join(_star(set(names)) for names in levels)
    first = paths[0]
    separators = [*SEPARATOR.findall(first.stem), ""]
    columns = list(zip(*map(_parts, paths), strict=True))
    stars = ["*[0-9]*" if by_number and len(columns) == 1 else "*"] * len(columns)
    names = [
        glob.escape(column[0]) if len(set(column)) == 1 else star
        for column, star in zip(columns, stars, strict=True)
    ]
    separated = len({tuple(SEPARATOR.findall(path.stem)) for path in paths}) == 1
    stem = (
        "".join(name + between for name, between in zip(names, separators, strict=True))
        if separated
        else "*"
    )
    name = f"{stem}{first.suffix}"
    return f"{above}/{name}" if above else name


def _star(names: set[str]) -> str:
    """The glob of folders at one level: their name, with stars where they differ."""
    if len(names) == 1:
        return glob.escape(names.pop())
    stars = {DIGITS.sub("*", glob.escape(name)) for name in names}
    return stars.pop() if len(stars) == 1 else "*"
