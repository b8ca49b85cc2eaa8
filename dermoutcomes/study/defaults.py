"""`[defaults.endpoints]`: what every endpoint has unless it says otherwise.

A key of the endpoint replaces it wholly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from dermoutcomes.errors import Problem
from dermoutcomes.options.fields import toml_text
from dermoutcomes.options.key_path import child, parts
from dermoutcomes.options.parsing import parse_options
from dermoutcomes.study import Endpoint

__all__ = ["DEFAULTS_PATH", "Defaults", "merge_defaults", "parse_defaults"]

DEFAULTS_PATH = "defaults.endpoints"
SECTION = "endpoints"


@frozen
class Defaults:
    """The keys that endpoints take over, as they are written."""

    endpoints: Mapping[str, Any]

    def supplies(self, path: str | None, file: Mapping[str, Any]) -> bool:
        """Whether what stands at `path` of the merged study was written under the defaults."""
        return path is not None and self.path_of(path, file) != path

    def path_of(self, path: str, file: Mapping[str, Any]) -> str:
        """`path`, or the path under the defaults where its endpoint took that key from them."""
        section, name, key, *_ = (*parts(path), "", "", "")
        if section != SECTION or key not in self.endpoints or key in _own_keys(file, name):
            return path
        return DEFAULTS_PATH + path.removeprefix(child(SECTION, name))


def _own_keys(file: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The keys that the endpoint itself has."""
    endpoints = file.get(SECTION)
    endpoint = endpoints.get(name) if isinstance(endpoints, Mapping) else None
    return endpoint if isinstance(endpoint, Mapping) else {}


def parse_defaults(table: Any, problems: list[Problem]) -> Defaults:
    """The defaults, with their problems added: unknown keys, wrong types, a table without any."""
    if not isinstance(table, Mapping):
        problems.append(_not_a_table("defaults", table))
        return Defaults({})
    problems += [
        Problem(
            f"unknown key {key!r}",
            path=child("defaults", key),
            expected=f"only [{DEFAULTS_PATH}]",
            code="unknown-key",
        )
        for key in table
        if key != SECTION
    ]
    endpoints = table.get(SECTION, {})
    parse_options(endpoints, Endpoint, path=DEFAULTS_PATH, problems=problems)
    return Defaults(endpoints if isinstance(endpoints, Mapping) else {})


def _not_a_table(path: str, value: Any) -> Problem:
    return Problem(
        "not a valid value",
        path=path,
        found=toml_text(value),
        expected=f"a table: [{DEFAULTS_PATH}]",
        code="invalid-value",
    )


def merge_defaults(table: Mapping[str, Any], defaults: Defaults) -> dict[str, Any]:
    """The file's tables with the defaults under every endpoint."""
    endpoints = table.get(SECTION)
    if not isinstance(endpoints, Mapping):
        return dict(table)
    endpoints_with_defaults = {
        name: {**defaults.endpoints, **endpoint} if isinstance(endpoint, Mapping) else endpoint
        for name, endpoint in endpoints.items()
    }
    return {**table, SECTION: endpoints_with_defaults}
