"""Forms of a text: as an id of the page, with the signs of print, cut to a length."""

from __future__ import annotations

import re
from hashlib import sha256

__all__ = ["printable", "shortened", "signed", "slug"]

# What no page may hold: control characters, and the marks that turn the direction of all that follows.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
SAFE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


def slug(name: str) -> str:
    """A name as an id of a part of the page.

    As it is where that can be, else what is left of it with a short hash, so that no two names
    give one id.
    """
    if SAFE.fullmatch(name):
        return name
    rest = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:40].strip("-")
    return f"{rest}-{sha256(name.encode()).hexdigest()[:8]}".lstrip("-")


def signed(text: str) -> str:
    """A condition with the signs that a reader expects."""
    return text.replace("<=", "\u2264").replace(">=", "\u2265").replace("!=", "\u2260")


def shortened(text: str, longest: int) -> str:
    """The text, cut with an ellipsis where it is longer."""
    return text if len(text) <= longest else f"{text[: longest - 1]}\u2026"


def printable(text: str) -> str:
    """The text without control characters and marks of direction, which no format may hold."""
    # Almost every text has none, which is quickly known of one without a line break.
    return text if text.isprintable() else UNPRINTABLE.sub("", text)
