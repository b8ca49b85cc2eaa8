"""Which plugins are used, who is meant by a name that several declare, and where that is said."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from dermoutcomes.errors import PluginError

__all__ = [
    "CALL",
    "COMMAND_LINE",
    "ENVIRONMENT",
    "RECORD",
    "STUDY_FILE",
    "PluginChoice",
    "Preference",
]

# Where a preference is said. The study file is on the record: see `study.plugin_choice`.
CALL = "call"
COMMAND_LINE = "--prefer"
ENVIRONMENT = "$DERMOUTCOMES_PREFER"
STUDY_FILE = "[study] prefer"
RECORD = "manifest.json"


@frozen
class Preference:
    """Which plugin is meant by a name that several declare, and where that is said."""

    name: str
    plugin: str
    stated_in: str = CALL


def _preferences(source: Mapping[str, str] | Iterable[Preference]) -> tuple[Preference, ...]:
    preferences = (
        (Preference(name, plugin) for name, plugin in source.items())
        if isinstance(source, Mapping)
        else source
    )
    return tuple(sorted(preferences, key=lambda preference: preference.name))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


@frozen
class PluginChoice:
    """Installed plugins that are left out, and which plugin to prefer by name.

    Those named in `without` are not imported; `prefer` may be given as {name: plugin}. A value: it
    compares, hashes and is sent to workers, so that all load the same plugins.
    """

    without: tuple[str, ...] = field(default=(), converter=_names)
    prefer: tuple[Preference, ...] = field(default=(), converter=_preferences)

    @classmethod
    def from_command_line(
        cls, without: Iterable[str] = (), prefer: Iterable[tuple[str, str]] = ()
    ) -> PluginChoice:
        """As the command line says, and the environment where the command line is silent on a name.

        Raises PluginError for a name that is said to be of two plugins, and for an environment
        variable that cannot be read.
        """
        preferences = _one_each(COMMAND_LINE, prefer)
        environment = _one_each(ENVIRONMENT, _pairs(os.environ.get(ENVIRONMENT[1:], "")))
        return cls(without, {**environment, **preferences}.values())

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> PluginChoice:
        """The choice of which `record` was made, as far as it can be met today."""
        return cls(
            record.get("without", ()),
            [
                Preference(entry["name"], entry["plugin"], RECORD)
                for entry in record.get("prefer", ())
            ],
        )

    def record(self) -> dict[str, Any]:
        """As plain data, for the manifest."""
        return {
            "without": list(self.without),
            "prefer": [
                {
                    "name": preference.name,
                    "plugin": preference.plugin,
                    "stated_in": preference.stated_in,
                }
                for preference in self.prefer
            ],
        }

    def preferred(self, name: str) -> Preference | None:
        """What is said of a name, or None."""
        return next((preference for preference in self.prefer if preference.name == name), None)


def _one_each(stated_in: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Preference]:
    preferences: dict[str, Preference] = {}
    for name, plugin in pairs:
        if preferences.get(name, Preference(name, plugin)).plugin != plugin:
            raise PluginError(
                f"{stated_in} says two plugins for {name!r}: {preferences[name].plugin!r} and "
                f"{plugin!r}; keep one"
            )
        preferences[name] = Preference(name, plugin, stated_in)
    return preferences


def _pairs(text: str) -> list[tuple[str, str]]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    pairs = [
        (name.strip(), plugin.strip()) for name, _, plugin in (p.partition("=") for p in parts)
    ]
    if faulty := [part for part, pair in zip(parts, pairs, strict=True) if not all(pair)]:
        raise PluginError(
            f"{ENVIRONMENT} holds {faulty[0]!r}; expected NAME=PLUGIN, with commas between several"
        )
    return pairs
