"""The digest of what a plugin runs: the same in a wheel and in a checkout."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

__all__ = ["source_digest", "source_files"]

# In the folder of a plugin's package; what they say changes no number.
NOT_RUN = ("tests", "README.md")


def source_digest(
    path: Path, content: bytes | None = None, left_out: Collection[str] = NOT_RUN
) -> str:
    """SHA-256 over the names and bytes of what a plugin runs, templates too, in sorted order.

    `path` is a plugin file, or the `__init__.py` of a package; `content` is what it held when it
    was read. What is `left_out` of a package's folder, caches and compiled files do not count.
    """
    digest = sha256()
    for name, file in source_files(path, left_out).items():
        given = content if file == path else None
        digest.update(name.encode() + b"\0" + (file.read_bytes() if given is None else given))
    return digest.hexdigest()


def source_files(path: Path, left_out: Collection[str] = NOT_RUN) -> dict[str, Path]:
    """Name from the folder of `path` = file, sorted: those that `source_digest` is of."""
    if path.name != "__init__.py":
        return {path.name: path}
    # Sorted by their parts, as paths are, whatever sign stands before a slash.
    names = sorted(_names_in(path.parent, left_out))
    return {"/".join(parts): path.parent.joinpath(*parts) for parts in names}


def _names_in(
    folder: str | Path, left_out: Collection[str] = (), above: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Each file's name in parts from `folder`, without caches and what is left out at its top."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in ("__pycache__", *left_out):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _names_in(entry.path, (), (*above, entry.name))
            elif entry.is_file():
                yield (*above, entry.name)
