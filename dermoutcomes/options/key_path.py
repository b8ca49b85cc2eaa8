"""Dotted paths of keys in a TOML file, as errors print them."""

from __future__ import annotations

import json
import re

__all__ = ["child", "element", "parts"]

BARE = re.compile(r"[A-Za-z0-9_-]+")
PART = re.compile(r'"(?:[^"\\]|\\.)*"|\[\d+\]|[^.\[\]"]+')


def child(path: str, key: str) -> str:
    """The dotted path of `key` in the table at `path`; a key that is not plain is quoted."""
    name = key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
    return f"{path}.{name}" if path else name


def element(path: str, number: int) -> str:
    """The dotted path of an element of the list at `path`, counted from 1."""
    return f"{path}[{number}]"


def parts(path: str) -> tuple[str, ...]:
    """A dotted path cut up: keys without quotes, elements as `[2]`."""
    return tuple(json.loads(part) if part.startswith('"') else part for part in PART.findall(path))
