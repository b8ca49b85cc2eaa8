"""Installed plugins: the entry points of all distributions, imported one by one.

One that fails is told, and stops nothing.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib import metadata, util
from pathlib import Path

from attrs import evolve

from dermoutcomes.errors import PluginError, did_you_mean, one_of, what_failed
from dermoutcomes.registry.plugin_api import NEWEST, refuse_version
from dermoutcomes.registry.plugin_digest import source_digest
from dermoutcomes.registry.registry import PluginInfo
from dermoutcomes.shortages import raise_shortage

__all__ = ["installed_modules", "installed_names", "installed_plugins", "without_folders"]

GROUP = "dermoutcomes"
# The folders of an absolute path, on any system; not those of an address or of a path inside a
# project.
FOLDERS = re.compile(r"(?:\b[A-Za-z]:|(?<![\w./:]))[\\/](?:[^\s'\"()\\/:]+[\\/])+")


def installed_names() -> tuple[str, ...]:
    """The names of all installed plugins, sorted; none is imported."""
    return tuple(_entries_by_name())


def installed_modules() -> tuple[str, ...]:
    """The names of the modules that installed plugins are in, sorted."""
    entries = _entries_by_name().values()
    return tuple(sorted({entry.module for namesakes in entries for entry in namesakes}))


def installed_plugins(without: tuple[str, ...] = ()) -> Iterator[tuple[PluginInfo, object | None]]:
    """Each installed plugin with what its entry point is.

    That is None, with the error in its info, where it cannot be used.
    Those `without` which a run is done are not imported. Raises PluginError for a name among them
    that no plugin has.
    """
    entries = _entries_by_name()
    for name in without:
        if name not in entries:
            near = did_you_mean(name, entries)
            raise PluginError(
                f"no installed plugin is named {name!r}, so it cannot be left out; expected "
                f"{one_of(tuple(entries), 40)}{'. ' + near if near else ''}"
            )
    for name, namesakes in entries.items():
        if name in without:
            continue
        if len(namesakes) == 1:
            yield _plugin(namesakes[0])
            continue
        places = " and ".join(f"{entry.value}{_of_distribution(entry)}" for entry in namesakes)
        error = (
            f"{len(namesakes)} installed plugins are named {name!r}: {places}; uninstall all but "
            "one"
        )
        yield from ((evolve(_info(entry), error=error), None) for entry in namesakes)


def _entries_by_name() -> Mapping[str, list[metadata.EntryPoint]]:
    """The entry points of each name, sorted; one that is seen twice on the path counts once."""
    entries: dict[str, list[metadata.EntryPoint]] = {}
    entry_points = metadata.entry_points(group=GROUP)
    for entry in sorted(entry_points, key=lambda entry: (entry.name, entry.value)):
        namesakes = entries.setdefault(entry.name, [])
        if entry.value not in [other.value for other in namesakes]:
            namesakes.append(entry)
    return entries


def _plugin(entry: metadata.EntryPoint) -> tuple[PluginInfo, object | None]:
    info = _info(entry)
    try:
        plugin: object = entry.load()
        module = plugin if hasattr(plugin, "__file__") else sys.modules[type(plugin).__module__]
        file = getattr(module, "__file__", None)
        return evolve(info, path=file, sha256=_digest_as_imported(file) if file else ""), plugin
    except (Exception, SystemExit) as error:  # noqa: BLE001 - only this plugin is lost
        raise_shortage(error)
        return evolve(info, error=without_folders(_import_error(entry, error))), None


@cache
def _digest_as_imported(file: str) -> str:
    """The digest of an installed plugin when this process first loaded it.

    That is of what runs, also where the file is edited later.
    """
    return source_digest(Path(file))


def _import_error(entry: metadata.EntryPoint, error: BaseException) -> str:
    """Why a plugin does not import; that it is too new, where it is, as the likely cause."""
    version = _version_in_source(entry.module)
    if type(version) is int and version > NEWEST:
        try:
            refuse_version(entry.name, version)
        except PluginError as refusal:
            return f"{refusal} (it does not import: {what_failed(error)})"
    return (
        f"the plugin {entry.name!r}{_of_distribution(entry)} ({entry.value}) does not import: "
        f"{what_failed(error)}"
    )


def _version_in_source(module: str) -> object:
    """The `__plugin_api__` that a module's source states; None where it cannot be told."""
    with suppress(Exception):
        spec = util.find_spec(module)
        tree = ast.parse(Path((spec and spec.origin) or "").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__plugin_api__":
                return ast.literal_eval(node.value)
    return None


def _info(entry: metadata.EntryPoint) -> PluginInfo:
    name, version = _release(entry.dist) if entry.dist else ("unknown distribution", "")
    return PluginInfo(entry.name, version, f"{name} {version}".strip())


def _of_distribution(entry: metadata.EntryPoint) -> str:
    return f" of {_release(entry.dist)[0]}" if entry.dist else ""


@lru_cache(maxsize=64)
def _release(distribution: metadata.Distribution) -> tuple[str, str]:
    """Name and version, parsed once for all plugins of a distribution."""
    return distribution.name, distribution.version


def without_folders(text: str) -> str:
    """A message without the folders of this machine: the manifest is the same everywhere."""
    for folder in sorted({*sys.path, sys.prefix}, key=len, reverse=True):
        if len(folder) > 1:
            text = text.replace(f"{folder}{os.sep}", "")
    return FOLDERS.sub("", text)
