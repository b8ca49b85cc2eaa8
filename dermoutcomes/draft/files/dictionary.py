"""Exports that are read with their data dictionary, as the reader of both says that they fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from dermoutcomes.draft.files.lab_folder import Unread

if TYPE_CHECKING:
    from dermoutcomes.declare import Reader
    from dermoutcomes.registry.registry import Registry

__all__ = ["Companion", "companions", "takes_dictionary"]


@frozen(eq=False)
class Companion:
    """A file that a reader knows and that holds no data by itself: it may be a dictionary."""

    path: Path
    reader: Reader
    file: Unread


def takes_dictionary(reader: Reader) -> bool:
    """Whether files of a format can be read with a data dictionary."""
    return any(field.name == "dictionary" for field in attrs.fields(reader.options))


def companions(
    folder: Path, unread: Iterable[Unread], registry: Registry, head: int
) -> Iterator[Companion]:
    """The files that were not read and could be the dictionary of those that were.

    `head` is how many bytes a reader sees to recognise a format.
    """
    readers = [reader for reader in registry.readers.values() if takes_dictionary(reader)]
    for file in unread:
        path = folder / file.path
        if not path.is_file() or path.is_symlink():
            continue
        with path.open("rb") as stream:
            first = stream.read(head)
        for reader in readers:
            if reader.recognise(path, first) is not None:
                yield Companion(path, reader, file)
