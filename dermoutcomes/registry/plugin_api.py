"""The plugin API that a plugin was written for, against the versions that this core can use."""

from __future__ import annotations

from dermoutcomes import __plugin_api__, __version__
from dermoutcomes.errors import PluginError

__all__ = ["DEFAULT_API", "NEWEST", "OLDEST", "plugin_version", "refuse_version"]

OLDEST, NEWEST = 1, __plugin_api__
# A plugin that states none was written before there was a version to state.
DEFAULT_API = 1


def plugin_version(plugin: object) -> object:
    """What the plugin states: its `__plugin_api__`, of a .toml file its `plugin_api`."""
    return getattr(plugin, "__plugin_api__", DEFAULT_API)


def refuse_version(name: str, version: object) -> int:
    """The version as a number.

    Raises PluginError, with what to do, for one that this core cannot use.
    """
    if type(version) is not int:
        raise PluginError(
            f"the plugin {name!r} states {version!r} as its plugin API; expected a whole number, "
            f"as {'plugin_api' if name.endswith('.toml') else '__plugin_api__'} = {NEWEST}"
        )
    if OLDEST <= version <= NEWEST:
        return version
    remedy = (
        "upgrade dermoutcomes, or install an older release of the plugin"
        if version > NEWEST
        else "install a newer release of the plugin; docs/upgrading.md says what its author changes"
    )
    usable = f"{OLDEST} to {NEWEST}" if OLDEST < NEWEST else str(NEWEST)
    raise PluginError(
        f"the plugin {name!r} is written for plugin API {version}, and dermoutcomes {__version__} "
        f"can use {usable}: {remedy}"
    )
