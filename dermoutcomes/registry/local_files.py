"""Plugins that lie beside a study: .py and .toml files.

Whatever is wrong with one stops the study that names it.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib import util
from pathlib import Path
from types import ModuleType

from dermoutcomes.errors import DermOutcomesError, PluginError, what_failed
from dermoutcomes.registry.plugin_digest import source_digest
from dermoutcomes.registry.registry import PluginInfo

__all__ = ["local_plugin"]


def local_plugin(path: Path, content: bytes | None = None) -> tuple[PluginInfo, object]:
    """The plugin of a file; of `content`, where that was read from it before.

    Raises PluginError where there is none, or it does not import.
    """
    if content is None:
        content = _content(path)
    load = _from_toml if path.suffix == ".toml" else _from_python
    digest = source_digest(path, content)
    plugin = load(path, content)
    return PluginInfo(path.name, "", f"local file {path.name}", str(path), digest), plugin


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise PluginError(f"the plugin file {path.name!r} does not exist (looked for {path})")
    return path.read_bytes()


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
        # Compiled here, not by the loader: that would read the file again, or take what it compiled
        # before an edit.
        code = compile(content, spec.origin or path, "exec", dont_inherit=True)
        exec(code, module.__dict__)  # noqa: S102 - a plugin is code
    except DermOutcomesError:
        raise
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"the plugin file {path.name!r} does not import: {what_failed(error)}"
        ) from error
    return module
