"""The digest of what a plugin runs: the same in a wheel and in a checkout."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

__all__ = ["source_digest"]


def source_digest(path: Path, content: bytes | None = None) -> str:
    """SHA-256 over the names and bytes of what a plugin runs, templates too, in sorted order.

    `path` is a plugin file, or the `__init__.py` of a package; `content` is what it held when it
    was read. A package's tests, its README.md, caches and compiled files are left out: they change
    no number.
    """
    digest = sha256()
    for file in sorted(_source_files(path)):
        bytes_of_file = content if content is not None and file == path else file.read_bytes()
        digest.update(file.relative_to(path.parent).as_posix().encode() + b"\0" + bytes_of_file)
    return digest.hexdigest()


def _source_files(path: Path) -> Iterator[Path]:
    if path.name != "__init__.py":
        yield path
        return
    for file in path.parent.rglob("*"):
        parts = file.relative_to(path.parent).parts
        cached = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if file.is_file() and not cached and parts[0] not in ("tests", "README.md"):
            yield file
