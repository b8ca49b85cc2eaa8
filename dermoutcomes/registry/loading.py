"""Loading plugins: installed entry points, and local .py and .toml files that a study names."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from hashlib import sha256
from importlib import metadata, util
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from dermoutcomes.declare import hooks as hookspecs
from dermoutcomes.errors import DermOutcomesError, PluginError, blamed, nearest, one_of, what_failed
from dermoutcomes.registry.registry import KINDS, PluginInfo, Registry, collect, source_digest
from dermoutcomes.registry.soundness import faults

__all__ = ["PluginInfo", "Registry", "hookimpl", "load_registry"]

hookimpl = pluggy.HookimplMarker("dermoutcomes")
GROUP = "dermoutcomes"
# Asked for when numbers are proven, never when a study is run: see dermoutcomes.proof.
PROOF = "register_reference_methods"
REGISTRATION = (*(f"register_{kind}" for kind in KINDS), PROOF)
EVENTS = ("study_loaded", "step_finished")


class _Manager(pluggy.PluginManager):
    """Takes every public function named like a hook for one, marked or not, so that a forgotten mark is not silently nothing."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        options = super().parse_hookimpl_opts(plugin, name)
        if options is None and _is_hook(name) and inspect.isroutine(getattr(plugin, name, None)):
            return {
                "wrapper": False,
                "hookwrapper": False,
                "optionalhook": False,
                "tryfirst": False,
                "trylast": False,
                "specname": None,
            }
        return options


def _is_hook(name: str) -> bool:
    return name.startswith("register_") or name in EVENTS


def load_registry(
    files: Iterable[Path] = (), prefer: Mapping[str, str] | None = None, *, installed: bool = True
) -> Registry:
    """The registry of all installed plugins and of the local plugin files; a mapping gives the bytes of each, which is then not read.

    `prefer` settles names that two plugins declare. Raises PluginError, naming the plugin, for one that does not import, has an
    unknown hook or wrong arguments, registers nothing, returns something else than its hook asks, or clashes with another.
    """
    manager = _Manager("dermoutcomes")
    manager.add_hookspecs(hookspecs)
    found = [*(_installed() if installed else ()), *_all_local(files)]
    _refuse_namesakes([info for _, info in found])
    for plugin, info in sorted(found, key=lambda pair: pair[1].name):
        _register(manager, plugin, info.name)
    declared = {info.name: list(_declarations(manager, info.name)) for _, info in found}
    infos = tuple(
        sorted(
            (_described(manager, info, declared[info.name]) for _, info in found),
            key=lambda info: info.name,
        )
    )
    return collect(declared, prefer or {}, infos, manager.hook)


def _refuse_namesakes(infos: list[PluginInfo]) -> None:
    seen: dict[str, PluginInfo] = {}
    for info in infos:
        if info.name in seen:
            raise PluginError(
                f"two plugins are named {info.name!r}: {seen[info.name].path} and {info.path}; rename one of the files, "
                "or name it once in [study] plugins"
            )
        seen[info.name] = info


def _installed() -> Iterator[tuple[object, PluginInfo]]:
    seen: dict[str, str] = {}
    for entry in sorted(
        metadata.entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)
    ):
        if seen.get(entry.name) == entry.value:  # one distribution seen twice on the path
            continue
        if entry.name in seen:
            raise PluginError(
                f"two installed plugins are named {entry.name!r}: {seen[entry.name]} and {entry.value}; uninstall one"
            )
        seen[entry.name] = entry.value
        plugin = _imported(entry)
        file = getattr(plugin, "__file__", None) or sys.modules[type(plugin).__module__].__file__
        name, version = _release(entry.dist) if entry.dist else ("unknown distribution", "")
        digest = _digest_as_imported(file) if file else ""
        yield plugin, PluginInfo(entry.name, version, f"{name} {version}".strip(), file, digest)


@cache
def _digest_as_imported(file: str) -> str:
    """The digest of an installed plugin when this process first loaded it: what it runs, also where the file is edited later."""
    return source_digest(Path(file))


@lru_cache(maxsize=64)
def _release(distribution: metadata.Distribution) -> tuple[str, str]:
    """Name and version, parsed once for all plugins of a distribution."""
    return distribution.name, distribution.version


def _imported(entry: metadata.EntryPoint) -> object:
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        owner = f" of {entry.dist.name}" if entry.dist else ""
        raise PluginError(
            f"the plugin {entry.name!r}{owner} ({entry.value}) does not import: {what_failed(error)}"
        ) from error


def _all_local(files: Iterable[Path]) -> Iterator[tuple[object, PluginInfo]]:
    for file in files:
        path = Path(file)
        yield _local(path, files[file] if isinstance(files, Mapping) else _content(path))


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise PluginError(f"the plugin file {path.name!r} does not exist (looked for {path})")
    return path.read_bytes()


def _local(path: Path, content: bytes) -> tuple[object, PluginInfo]:
    load = _from_toml if path.suffix == ".toml" else _from_python
    digest = source_digest(path, content)
    return load(path, content), PluginInfo(
        path.name, "", f"local file {path.name}", str(path), digest
    )


def _from_toml(path: Path, content: bytes) -> object:
    from dermoutcomes.registry.toml_plugin import read_plugin

    return read_plugin(path, content)


def _from_python(path: Path, content: bytes) -> ModuleType:
    if path.suffix != ".py":
        raise PluginError(f"the plugin file {path.name!r} must end in .py or .toml")
    # Two studies in one session may each have a file of that name, and a study two versions of it.
    mark = sha256(f"{path.resolve()}\0".encode() + content).hexdigest()[:8]
    name = f"dermoutcomes_local_{path.stem}_{mark}"
    spec = util.spec_from_file_location(name, path)
    assert spec is not None
    module = util.module_from_spec(spec)
    sys.modules[name] = module  # attrs resolves annotations through it
    try:
        # Compiled here, not by the loader: that would read the file again, or take what it compiled before an edit.
        code = compile(content, spec.origin or path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - a plugin is code
    except DermOutcomesError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"the plugin file {path.name!r} does not import: {what_failed(error)}"
        ) from error
    return module


def _register(manager: _Manager, plugin: object, name: str) -> None:
    known = (*REGISTRATION, *EVENTS)
    hooks = [
        attribute
        for attribute in dir(plugin)
        if not attribute.startswith("_") and _is_hook(attribute)
    ]
    for unknown in (hook for hook in hooks if hook not in known):
        near = nearest(unknown, known)
        raise PluginError(
            f"the plugin {name!r} has an unknown hook {unknown!r}; expected {one_of(known)}"
            + (f". Did you mean {near!r}?" if near else "")
        )
    if not hooks:
        raise PluginError(
            f"the plugin {name!r} registers nothing: it has no function named {one_of(known)}"
        )
    for hook in hooks:
        if not inspect.isroutine(getattr(plugin, hook)):
            raise PluginError(
                f"the plugin {name!r}: {hook} is {type(getattr(plugin, hook)).__name__}; expected a function without arguments"
                if hook in REGISTRATION
                else f"the plugin {name!r}: {hook} is no function"
            )
    try:
        manager.register(plugin, name=name)
    except pluggy.PluginValidationError as error:
        raise PluginError(
            f"the plugin {name!r} has a hook with the wrong arguments: {_arguments(plugin, hooks)}"
        ) from error


def _arguments(plugin: object, hooks: list[str]) -> str:
    """Each hook as it is written, and as it should be."""
    pairs = [
        (
            hook,
            *(
                list(inspect.signature(getattr(place, hook)).parameters)
                for place in (plugin, hookspecs)
            ),
        )
        for hook in hooks
    ]
    return "; ".join(
        f"{hook}({', '.join(found)}), expected {hook}({', '.join(expected)})"
        for hook, found, expected in pairs
        if not set(found) <= set(expected)
    )


def _declarations(manager: _Manager, plugin: str) -> Iterator[Any]:
    for kind, cls in KINDS.items():
        for implementation in getattr(manager.hook, f"register_{kind}").get_hookimpls():
            if implementation.plugin_name == plugin:
                yield from _called(implementation.function, plugin, kind, cls)


def _called(function: Any, plugin: str, kind: str, cls: type) -> Iterator[Any]:
    hook = f"register_{kind}"
    with blamed(f"the plugin {plugin!r}: {hook}()"):
        returned = function()
        if not isinstance(returned, Iterable):
            raise PluginError(
                f"the plugin {plugin!r} returned {type(returned).__name__} from {hook}(); expected a list of {cls.__name__}"
            )
        returned = list(returned)
    for value in returned:
        if not isinstance(value, cls):
            raise PluginError(
                f"the plugin {plugin!r} returned {type(value).__name__} from {hook}(); expected {cls.__name__}"
            )
        if wrong := list(faults(value)):
            raise PluginError(
                f"the plugin {plugin!r} returned a faulty declaration from {hook}(): {'; '.join(wrong)}"
            )
        yield value


def _described(manager: _Manager, info: PluginInfo, declarations: list[Any]) -> PluginInfo:
    from attrs import evolve

    names = tuple(sorted(f"{type(value).__name__.lower()} {value.name}" for value in declarations))
    hooks = tuple(
        sorted(
            caller.name for caller in manager.get_hookcallers(manager.get_plugin(info.name)) or ()
        )
    )
    if not names and not set(hooks) & {*EVENTS, PROOF}:
        raise PluginError(
            f"the plugin {info.name!r} registers nothing: its hooks return no declaration"
        )
    return evolve(info, declares=names, hooks=hooks)
