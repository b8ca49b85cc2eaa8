"""What a command found out about the installed plugins, kept for the next one.

It is in the user's folder for caches and holds nothing of any study. What cannot be used is not
used: a file that is damaged, of another state of the installation or cannot be read or written is
as if there were none.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from dermoutcomes.registry.installation.state import (
    CodeFiles,
    interpreter_digest,
    path_digest,
)

__all__ = ["NO_INDEX", "KeptValues", "cache_folder"]

# Set to anything: nothing is kept or used.
NO_INDEX = "DERMOUTCOMES_NO_INDEX"
# Of another layout of these files nothing is read.
LAYOUT = "1"
MOST_INTERPRETERS = 16
# How coarse the times of files are, and how far those of a network's disk may be behind.
COARSENESS = 2.0


def cache_folder() -> Path | None:
    """The user's folder for caches of this program; None where there is no place for one."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA", "")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        # As the convention has it, a relative one does not count.
        if not os.path.isabs(base):  # noqa: PTH117 - an empty text is no path
            base = os.path.expanduser("~/.cache")  # noqa: PTH111 - where there is no home, it stays
    return Path(base) / "dermoutcomes" if os.path.isabs(base) else None  # noqa: PTH117


@frozen
class KeptValues:
    """Values by name, plain as JSON has them, in a folder of this interpreter.

    `started` is when the process began to import, in seconds of `time.time`; `installed` is what
    was on its path then (`path_digest`).
    """

    folder: Path
    started: float
    installed: str

    @classmethod
    def of_program(cls, started: float | None) -> KeptValues | None:
        """Those of a program that `started` then.

        None where nothing may be kept: in a process that is not the program itself, which may have
        imported files before they were changed; without a folder; or as $DERMOUTCOMES_NO_INDEX says.
        """
        folder = cache_folder()
        if started is None or folder is None or os.environ.get(NO_INDEX):
            return None
        try:
            return cls(folder / "index" / interpreter_digest()[:16], started, path_digest())
        except (OSError, ValueError):
            return None

    def read(self, name: str) -> Any:
        """The value; None where there is none for the installation as it is now."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            checksum, _, content = self._file(name).read_bytes().partition(b"\n")
            if checksum.decode() != _checksum(content):
                return None
            code, _, value = content.partition(b"\n")
            rests_on = json.loads(code)
            files = CodeFiles(tuple(rests_on["plugins"]), tuple(rests_on["modules"]))
            if files.state(self.installed) == rests_on["state"]:
                return json.loads(value)
        return None

    def write(self, name: str, value: Any, plugins: Iterable[str]) -> None:
        """Keep a value that was made of these `plugins`, the names of their modules.

        Nothing is kept where a file that was imported may have been changed since.
        """
        with suppress(OSError, ValueError):
            code = CodeFiles.imported(plugins)
            is_changed = code.changed_since(self.started - COARSENESS)
            if is_changed or path_digest() != self.installed:
                return
            rests_on = {**asdict(code), "state": code.state(self.installed)}
            content = b"\n".join(json.dumps(part).encode() for part in (rests_on, value))
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Two programs that keep at once each write a file of their own; the later one stays.
            part = self.folder / f"{name}.{os.getpid()}.part"
            part.write_bytes(_checksum(content).encode() + b"\n" + content)
            part.replace(self._file(name))
            self._forget_others()

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _forget_others(self) -> None:
        """Delete what is kept of interpreters beyond the last ones that something was kept of."""
        folders = sorted(self.folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for folder in folders[:-MOST_INTERPRETERS]:
            shutil.rmtree(folder, ignore_errors=True)


def _checksum(content: bytes) -> str:
    return sha256(LAYOUT.encode() + content).hexdigest()
