"""A small study that fragments of pages are laid over, so that each of them can be loaded as part of a whole."""

from __future__ import annotations

from typing import Any

import tomli

__all__ = ["as_toml", "merged", "whole"]

SMALL = """
[study]
id = "PAGE"
title = "What the fragments of a page are part of"
design = "single-arm"

[visits]
W0 = { at = "0 w" }
W4 = { at = "4 w" }
W12 = { at = "12 w" }

[comparisons]
w4 = { visit = ["W4", "baseline"] }
w12 = { visit = ["W12", "baseline"] }

[populations]
full = {}
safety = { treated = true }

[[sources.subjects]]
file = "subjects.csv"

[[sources.events]]
file = "elsewhere/events.csv"
optional = true

[[sources.corneometer]]
file = "elsewhere/corneometer.csv"
optional = true

[endpoints.hydration]
role = "primary"
measure = "corneometer.hydration"
baseline = { visits = ["W0"] }
compare = ["w4", "w12"]
analyses = ["paired_t"]
handling = ["observed"]
responder = { improved_by = 3 }

[multiplicity.primary]
method = "holm"
hypotheses = ["hydration.w4", "hydration.w12"]
"""


def whole(fragment: str = "") -> str:
    """The small study with the fragment laid over it; an endpoint that only the fragment has begins as a copy of the study's own."""
    small, laid = tomli.loads(SMALL), tomli.loads(fragment)
    for name in laid.get("endpoints", {}):
        small["endpoints"].setdefault(
            name, {**small["endpoints"]["hydration"], "role": "exploratory"}
        )
    return as_toml(merged(small, laid))


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`more` laid over `base`, table by table; where one of them is no table, that of `more` counts."""
    both = dict(base)
    for key, value in more.items():
        both[key] = (
            merged(base[key], value)
            if isinstance(value, dict) and isinstance(base.get(key), dict)
            else value
        )
    return both


def as_toml(table: dict[str, Any]) -> str:
    """A table as TOML text: sections with inline values, which is all that the reader needs."""
    return "".join(
        f"[{top}]\n"
        + "".join(f"{_text(key)} = {_value(value)}\n" for key, value in content.items())
        for top, content in table.items()
    )


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{_text(key)} = {_value(part)}" for key, part in value.items()) + " }"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
