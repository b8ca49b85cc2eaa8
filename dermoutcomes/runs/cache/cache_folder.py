"""The folder of the cache beside a study file: entries by name, each held to its digest.

It holds subjects' data, and so stands where the study's data stand, with the permissions of the
study's own file and folder. Several runs may use it at once: an entry is written under a name of
its own and renamed, and whoever reads one looks at its digest first.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp

from attrs import define, frozen

from dermoutcomes.study.paths import OWN_FOLDER

__all__ = ["LIMIT", "CacheFolder", "CacheSize"]

# Bytes that the entries may have together: what was used last stays.
LIMIT = 2 * 10**9
# An entry begins with its name, the digest of its content and how many bytes that has.
HEAD = re.compile(rb"([0-9a-f]{64}) ([0-9a-f]{64}) (\d+)\n")
LONGEST_HEAD = 64 + 1 + 64 + 1 + 20 + 1
COMPRESSION = "lz4"
UNFINISHED = ".new-"
# Seconds after which a file that no run finished is one of a run that was killed.
ABANDONED_AFTER = 24 * 3600.0
# Git leaves out a folder that says so itself: data of subjects do not get into a repository.
GITIGNORE = "# Written by dermoutcomes: nothing in here is anybody's work.\n*\n"


@frozen
class CacheSize:
    """How much a cache holds: entries, and bytes on the disk."""

    entries: int
    bytes: int


@define(eq=False)
class CacheFolder:
    """Entries of the cache of the study file at `study_file`, by name: 64 hexadecimal digits.

    `trouble` says why nothing can be written, once something could not be: a run goes on without.
    """

    study_file: Path
    limit: int = LIMIT
    trouble: str = ""

    @property
    def place(self) -> Path:
        """The folder, `.dermoutcomes/cache` beside the study file; it may not exist."""
        return self.study_file.parent / OWN_FOLDER / "cache"

    def content(self, name: str) -> bytes | None:
        """What was kept under a name; None where nothing was.

        An entry that is damaged, cut short or another one's is removed, and counts as none.
        """
        import pyarrow as pa

        path = self._path(name)
        try:
            with path.open("rb") as file:
                head = HEAD.match(file.readline(LONGEST_HEAD))
                content = pa.CompressedInputStream(pa.PythonFile(file), COMPRESSION).read()
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            # Arrow says so of bytes that are no longer what was compressed.
            head, content = None, b""
        if head is None or not _is_whole(head, name, content):
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            # What was used last is the last to be removed.
            os.utime(path)
        return bytes(content)

    def keep(self, name: str, content: bytes) -> None:
        """Keep a content under a name; `trouble` says why where that cannot be."""
        if self.trouble or len(content) > self.limit:
            return
        unfinished: Path | None = None
        try:
            path = self._path(name)
            self._make_folder(path.parent)
            handle, text = mkstemp(prefix=UNFINISHED, dir=path.parent)
            unfinished = Path(text)
            self._write(handle, name, content)
            _give_permissions(unfinished, self.study_file, 0o666)
            unfinished.replace(path)
        except OSError as error:
            self.trouble = error.strerror or str(error)
            if unfinished is not None:
                with suppress(OSError):
                    unfinished.unlink()

    def has(self, name: str) -> bool:
        """Whether there is an entry of that name, which may still be found to be damaged."""
        return self._path(name).is_file()

    def size(self) -> CacheSize:
        """What the cache holds."""
        entries = [size for _, size, _ in self._entries()]
        return CacheSize(len(entries), sum(entries))

    def trim(self) -> None:
        """Remove what was not used for longest until the rest is within the limit.

        So is what killed runs left half written.
        """
        entries = sorted(self._entries(), key=lambda entry: (entry[0], entry[2].name))
        in_all = sum(size for _, size, _ in entries)
        for _, size, path in entries:
            if in_all <= self.limit:
                break
            with suppress(OSError):
                path.unlink()
                in_all -= size
        for path in self._files(UNFINISHED):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                    path.unlink()

    def clear(self) -> CacheSize:
        """Remove every entry; what there was comes back. Raises OSError where it cannot be."""
        held = self.size()
        if self.place.is_dir():
            shutil.rmtree(self.place)
        return held

    def _path(self, name: str) -> Path:
        # A folder of very many files is slow to list.
        return self.place / name[:2] / name

    def _files(self, prefix: str = "") -> Iterator[Path]:
        for folder in self.place.glob("[0-9a-f][0-9a-f]"):
            for path in folder.iterdir():
                if path.name.startswith(prefix) if prefix else not path.name.startswith("."):
                    yield path

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """When each entry was last used, its bytes on the disk and its path."""
        for path in self._files():
            # Another run may remove it meanwhile.
            with suppress(OSError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path

    def _make_folder(self, folder: Path) -> None:
        if folder.is_dir():
            return
        own = self.place.parent
        for made in (own, self.place, folder):
            if not made.is_dir():
                made.mkdir(exist_ok=True)
                _give_permissions(made, self.study_file.parent, 0o777)
        ignored = own / ".gitignore"
        if not ignored.is_file():
            ignored.write_text(GITIGNORE, encoding="utf-8", newline="\n")

    def _write(self, handle: int, name: str, content: bytes) -> None:
        import pyarrow as pa

        digest = sha256(content).hexdigest()
        with os.fdopen(handle, "wb") as file:
            file.write(f"{name} {digest} {len(content)}\n".encode())
            with pa.CompressedOutputStream(pa.PythonFile(file), COMPRESSION) as stream:
                stream.write(content)


def _is_whole(head: re.Match[bytes], name: str, content: bytes) -> bool:
    return (
        head[1].decode() == name
        and int(head[3]) == len(content)
        and head[2].decode() == sha256(content).hexdigest()
    )


def _give_permissions(path: Path, like: Path, bits: int) -> None:
    """Who may read a file or folder of the study may read what was made of it, and nobody else."""
    if os.name == "nt":  # pragma: no cover - not run on Linux
        # A new file has the rights of its folder.
        return
    # Its owner has to go on writing here, where a study file may be kept from being edited.
    owner = 0o600 | (bits & 0o100)
    path.chmod((like.stat().st_mode & bits) | owner)
