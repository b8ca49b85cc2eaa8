"""Loading plugins: all installed ones, and the local files that a study names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from dermoutcomes.errors import DermOutcomesError, PluginError, blamed
from dermoutcomes.registry.entry_points import installed_plugins, without_folders
from dermoutcomes.registry.hook_manager import EVENT_HOOKS, PROOF_HOOK, HookManager
from dermoutcomes.registry.local_files import local_plugin
from dermoutcomes.registry.plugin_api import plugin_version, refuse_version
from dermoutcomes.registry.plugin_choice import CALL, COMMAND_LINE, PluginChoice
from dermoutcomes.registry.registry import (
    KINDS,
    PluginInfo,
    Registry,
    collect,
    declaration_kind,
    refuse_repeated,
)

__all__ = ["load_registry"]


def load_registry(
    files: Iterable[Path] = (), choice: PluginChoice | None = None, *, installed: bool = True
) -> Registry:
    """The registry of all installed plugins and of the local plugin files.

    A mapping of `files` gives the bytes of each, which is then not read.
    `choice` leaves plugins out and settles names that several declare; without it, as
    $DERMOUTCOMES_PREFER says. An installed plugin that cannot be used is among `plugins` with its
    `error`, and a name that several declare and nothing settles is among `disputes`: they stop a
    study that needs them, and no other. Raises PluginError for whatever is wrong with a local file,
    for a plugin to leave out that is not installed, and for a preference of `choice` that nothing
    meets.
    """
    choice = PluginChoice.from_command_line() if choice is None else choice
    manager = HookManager()
    contents = files if isinstance(files, Mapping) else {}
    local = [local_plugin(Path(file), contents.get(file)) for file in files]
    candidates = [*(installed_plugins(choice.without) if installed else ()), *local]
    _refuse_namesakes([info for info, _ in candidates if info.error is None])
    local_names = {info.name for info, _ in local}
    plugins = []
    declarations_by_plugin: dict[str, list[Any]] = {}
    # From the last name to the first: pluggy calls what was registered last before the others.
    candidates.sort(key=lambda pair: (pair[0].name, pair[0].origin), reverse=True)
    for info, plugin in candidates:
        loaded_info, declarations = _load_plugin(
            manager, info, plugin, strict=info.name in local_names
        )
        plugins.append(loaded_info)
        declarations_by_plugin[loaded_info.name] = declarations
    registry = collect(
        declarations_by_plugin, choice, tuple(reversed(plugins)), manager.hook, local_names
    )
    _refuse_disputes(registry, local_names)
    return registry


def _refuse_namesakes(infos: list[PluginInfo]) -> None:
    by_name: dict[str, PluginInfo] = {}
    for info in infos:
        if info.name in by_name:
            raise PluginError(
                f"two plugins are named {info.name!r}: {by_name[info.name].path} and {info.path}; "
                "rename one of the files, or name it once in [study] plugins"
            )
        by_name[info.name] = info


def _load_plugin(
    manager: HookManager, info: PluginInfo, plugin: object | None, *, strict: bool
) -> tuple[PluginInfo, list[Any]]:
    """The plugin with its hooks and what it declares; with its error where it cannot be used.

    The error is raised where the plugin is `strict`ly needed.
    """
    if plugin is None:
        return info, []
    try:
        with blamed(f"the plugin {info.name!r}"):
            version = refuse_version(info.name, plugin_version(plugin))
            manager.add(plugin, info.name)
            declarations = list(manager.declarations(info.name))
            refuse_repeated(info.name, declarations)
            loaded_info = _with_declarations(manager, evolve(info, api=version), declarations)
            return loaded_info, declarations
    except DermOutcomesError as error:
        if strict:
            raise
        # Its other hooks must not run either: half a plugin is none.
        manager.drop(info.name)
        return evolve(info, error=without_folders(str(error))), []


def _with_declarations(
    manager: HookManager, info: PluginInfo, declarations: list[Any]
) -> PluginInfo:
    names = tuple(
        sorted(
            f"{KINDS[declaration_kind(value)].__name__.lower()} {value.name}"
            for value in declarations
        )
    )
    hooks = manager.hooks_of(info.name)
    if not names and not set(hooks) & {*EVENT_HOOKS, PROOF_HOOK}:
        raise PluginError(
            f"the plugin {info.name!r} registers nothing: its hooks return no declaration"
        )
    return evolve(info, declares=names, hooks=hooks)


def _refuse_disputes(registry: Registry, local_names: set[str]) -> None:
    """Raise what this call itself brought about.

    That is names that its files claim, and preferences that it states.
    """
    for dispute in registry.disputes:
        if local_names.intersection(dispute.plugins):
            raise PluginError(str(dispute))
    for preference, reason in registry.unmet:
        if preference.stated_in in (CALL, COMMAND_LINE):
            raise PluginError(
                f"{preference.stated_in} {preference.name}={preference.plugin}: {reason}"
            )
