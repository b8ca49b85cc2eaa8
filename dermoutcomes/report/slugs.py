"""Ids of the page's parts, made from names that may hold anything."""

from __future__ import annotations

import re
from hashlib import sha256

__all__ = ["slug"]

SAFE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def slug(name: str) -> str:
    """`name` where it can stand in an id as it is, else what is left of it and a short hash, so that two names never meet."""
    if SAFE.fullmatch(name):
        return name
    rest = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:40].strip("-")
    return f"{rest}-{sha256(name.encode()).hexdigest()[:8]}".lstrip("-")
