"""Values of options as a method sentence says them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

__all__ = ["cited_authors", "fill_sentence", "option_words"]

AUTHOR = re.compile(r"[A-Z][a-zé]+(?:[A-Z][a-z]+)?")


def fill_sentence(sentence: str, words: Mapping[str, object]) -> str:
    """The sentence with each name in braces replaced; a brace that names none stays as it is."""
    return sentence.format_map(_Braces(words))


class _Braces(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


def cited_authors(declaration: Any) -> str:
    """Who is cited by a declaration: what stands before the first full stop of each source."""
    return "; ".join(source.citation.partition(". ")[0] for source in declaration.references)


def option_words(value: object, authors: str = "") -> str:
    """The value of an option as words: codes without underscores, "not stated" for None.

    `authors` are those whom the declaration cites: a part of a code that is one of them has a
    capital, and those that follow each other are joined by a hyphen. So the core knows no name of a
    method.
    """
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return _code_words(value, {name.casefold(): name for name in AUTHOR.findall(authors)})
    if isinstance(value, Mapping):
        return ", ".join(
            f"{option_words(name, authors)}: {option_words(part, authors)}"
            for name, part in value.items()
        )
    if isinstance(value, tuple | list):
        return ", ".join(option_words(part, authors) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _code_words(code: str, names: Mapping[str, str]) -> str:
    """Parts of a code apart; where none of them is a name, hyphens of the code stay."""
    parts = [part for part in re.split(r"[_-]", code) if part]
    if not any(part in names for part in parts):
        return code.replace("_", " ")
    words = names.get(parts[0], parts[0])
    for before, part in pairwise(parts):
        words += ("-" if before in names and part in names else " ") + names.get(part, part)
    return words
