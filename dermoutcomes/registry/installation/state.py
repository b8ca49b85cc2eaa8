"""The state of an installation: one digest over all that the declarations of plugins rest on.

It is told from files alone, so that a program that knows the state has to import none of them.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from attrs import frozen

import dermoutcomes
from dermoutcomes.registry.plugin_digest import source_digest, source_files

__all__ = ["CodeFiles", "interpreter_digest", "path_digest"]

CORE = Path(dermoutcomes.__file__)
# Examples and reference cases in a wheel: read where a study is made or proven, and large.
NOT_DECLARING = ("_bundled",)
ENTRY_POINT_GROUP = b"[dermoutcomes"


@frozen
class CodeFiles:
    """The files of which declarations come.

    `plugins` are plugin files and the `__init__.py` of packages: with the core's they count by
    their bytes. `modules` are all other files that were imported: they count by size and time of
    change, as a compiled module does for Python.
    """

    plugins: tuple[str, ...]
    modules: tuple[str, ...]

    @classmethod
    def imported(cls, plugins: Iterable[str]) -> CodeFiles:
        """All files that this process imported, those of the modules named `plugins` among them.

        Of a plugin that is a module in a package, the whole package counts by its bytes.
        """
        files = _module_files()
        roots = tuple(sorted({_root(name, files) for name in plugins}))
        packages = tuple(
            f"{Path(file).parent}{os.sep}"
            for file in (str(CORE), *roots)
            if Path(file).name == "__init__.py"
        )
        others = {
            file for file in files.values() if not file.startswith(packages) and file not in roots
        }
        return cls(roots, tuple(sorted(others)))

    def state(self, installed: str) -> str:
        """The digest of these files beside what is `installed` (`path_digest`).

        Raises OSError where one cannot be read.
        """
        digest = sha256(installed.encode())
        digest.update(source_digest(CORE, left_out=NOT_DECLARING).encode())
        for plugin in self.plugins:
            digest.update(source_digest(Path(plugin)).encode())
        for module in self.modules:
            status = os.stat(module)  # noqa: PTH116 - some hundred files, for each command
            digest.update(f"\0{module}\0{status.st_mtime_ns}\0{status.st_size}".encode())
        return digest.hexdigest()

    def changed_since(self, moment: float) -> bool:
        """Whether a file is as old as a `moment` (seconds of `time.time`) or younger.

        What was imported since is then not for certain what stands in the files.
        """
        sources = [
            file
            for path in (CORE, *map(Path, self.plugins))
            for file in source_files(path).values()
        ]
        stats = map(Path.stat, (*sources, *map(Path, self.modules)))
        return any(max(status.st_mtime, status.st_ctime) >= moment for status in stats)


def interpreter_digest() -> str:
    """SHA-256 of what is fixed before a program begins: the interpreter and where it looks."""
    parts = (sys.version, platform.machine(), sys.prefix, repr(sys.flags), str(CORE))
    return sha256("\0".join((*parts, *_folders())).encode()).hexdigest()


def path_digest() -> str:
    """SHA-256 of what is installed: the names that can be imported, and all entry points.

    A name that is new in a folder can hide a module of a later one.
    """
    digest = sha256()
    for folder in _folders():
        names = _names(folder)
        digest.update("\0".join((folder, *names)).encode("utf-8", "surrogateescape"))
        for name in filter(_is_metadata, names):
            digest.update(_metadata(f"{folder}/{name}"))
    return digest.hexdigest()


def _folders() -> list[str]:
    """Where modules are looked for; an empty text is the working folder."""
    return [os.path.abspath(folder) for folder in sys.path]  # noqa: PTH100 - "" has to go on


def _names(folder: str) -> list[str]:
    """What can be imported from a folder or describes a distribution; of an archive its state."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - every command does this
    except FileNotFoundError:
        return []
    except NotADirectoryError:
        status = os.stat(folder)  # noqa: PTH116 - as above
        return [f"{status.st_mtime_ns} {status.st_size}"]
    return sorted(name for name in names if _is_module(name) or _is_metadata(name))


def _is_module(name: str) -> bool:
    return name.partition(".")[0].isidentifier() and name != "__pycache__"


def _is_metadata(name: str) -> bool:
    return name.lower().endswith((".dist-info", "egg-info"))


def _metadata(folder: str) -> bytes:
    """The entry points of a distribution; of one with plugins, its name and version too."""
    entry_points = _bytes(f"{folder}/entry_points.txt")
    if ENTRY_POINT_GROUP not in entry_points:
        return entry_points
    return entry_points + _bytes(f"{folder}/METADATA") + _bytes(f"{folder}/PKG-INFO")


def _bytes(file: str) -> bytes:
    """What a file holds; nothing where there is none."""
    try:
        with open(file, "rb", buffering=0) as opened:  # noqa: PTH123 - every command does this
            return b"\0" + opened.read()
    except (FileNotFoundError, NotADirectoryError):
        return b""


def _module_files() -> dict[str, str]:
    """Name = file of each imported module that has a file."""
    files = {name: getattr(module, "__file__", None) for name, module in [*sys.modules.items()]}
    return {name: file for name, file in files.items() if isinstance(file, str)}


def _root(module: str, files: Mapping[str, str]) -> str:
    """The `__init__.py` of the outermost package that a module is in; its file if it is in none.

    Raises FileNotFoundError for a module without a file.
    """
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        if (file := files.get(".".join(parts[:end]))) is not None:
            return file
    raise FileNotFoundError(module)
