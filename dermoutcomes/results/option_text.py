"""Values of options as a method sentence says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

__all__ = ["authors", "in_words"]

NAME = re.compile(r"[A-Z][a-zé]+(?:[A-Z][a-z]+)?")


def authors(declaration: Any) -> str:
    """Who is cited by a declaration: what stands before the first full stop of each source."""
    return "; ".join(source.citation.partition(". ")[0] for source in declaration.references)


def in_words(value: object, text: str = "") -> str:
    """The value of an option as words: codes without underscores, yes and no, "not stated" for None.

    `text` holds the authors whom the declaration cites: a part of a code that is one of them has a capital, and those that follow each other
    are joined by a hyphen. So the core knows no name of a method.
    """
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _spelled(value, {word.casefold(): word for word in NAME.findall(text)})
    if isinstance(value, Mapping):
        return ", ".join(
            f"{in_words(name, text)}: {in_words(part, text)}" for name, part in value.items()
        )
    if isinstance(value, tuple | list):
        return ", ".join(in_words(part, text) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _spelled(code: str, names: Mapping[str, str]) -> str:
    """Parts of a code apart, or as they stand where none of them is a name."""
    parts = [part for part in re.split(r"[_-]", code) if part]
    if not any(part in names for part in parts):
        return code.replace("_", " ")
    joined = names.get(parts[0], parts[0])
    for before, part in pairwise(parts):
        joined += ("-" if before in names and part in names else " ") + names.get(part, part)
    return joined
