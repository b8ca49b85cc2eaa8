"""Versions of scales: whether a form is of the version that a scale is of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dermoutcomes.declare import Scale

__all__ = ["is_of_version", "is_same_version"]

# Words and numbers of a version, as "POSAS" and "2.0".
WORDS = re.compile(r"\w+(?:\.\w+)*")


def is_of_version(scale: Scale, version: str) -> bool:
    """Whether each word or number of a version stands in what the scale says of itself.

    "Hanifin 2001" is one of the EASI, and "3.0" of a scale of version 2.0 is not.
    """
    known = set(WORDS.findall(f"{scale.name} {scale.label} {scale.version}".casefold()))
    return set(WORDS.findall(version.casefold())) <= known


def is_same_version(one: str, other: str) -> bool:
    """Whether two texts name one version: "v2.0" and "Version 2.0" are "2.0"."""
    return _bare(one) == _bare(other)


def _bare(version: str) -> list[str]:
    words = WORDS.findall(version.casefold())
    return [
        word.removeprefix("v") if word[1:2].isdigit() else word
        for word in words
        if word not in FILLERS
    ]


# What stands before the number of a version and is no part of it.
FILLERS = frozenset({"version", "vers", "ver", "v", "rev", "revision"})
