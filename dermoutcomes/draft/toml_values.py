"""Values and keys as a line of TOML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["key_name", "toml_value"]

BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_value(value: Any) -> str:
    """A value as TOML writes it: texts, numbers, true and false, lists, tables in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        # The escapes of JSON are escapes of TOML, but for the sign that TOML does not allow bare.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        pairs = ", ".join(f"{key_name(str(name))} = {toml_value(of)}" for name, of in value.items())
        return f"{{ {pairs} }}"
    return "[" + ", ".join(toml_value(item) for item in value) + "]"


def key_name(name: str) -> str:
    """A key, of which the parts of a dotted one are quoted where they need it."""
    parts = name.split(".") if all(BARE.fullmatch(part) for part in name.split(".")) else [name]
    return ".".join(
        part if BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False) for part in parts
    )
