"""Whether a word of a column may be another one, typed otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dermoutcomes.errors import lone_nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["ALIKE", "RARE", "RARE_SHARE", "denies", "letters", "similar_word"]

# A word of so few rows, and of so small a part of those of the word that it is like, may be a
# slip; a word spelt as alike as this is like another.
RARE, RARE_SHARE, ALIKE = 2, 0.2, 0.8
SIGNS = re.compile(r"[\W_]+")
# Words of so many letters have shorter forms and are told apart by more than one; I and II not.
SHORTENED, ROMAN = 4, re.compile("[ivx]+$")
# What stands before a word and turns it round.
DENIALS = ("un", "not", "non", "in", "ir", "im", "no", "nicht", "kein")


def similar_word(
    word: str, sizes: Mapping[str, int], *, alike: float = ALIKE, cut: bool = True
) -> str | None:
    """The word of more rows that a word may be meant to be, or None.

    One that differs in case, blanks and signs only; or, of a rare word, the one that it is a part
    of (with `cut`) or is spelt like.
    """
    others = {name: n for name, n in sizes.items() if (n, name) > (sizes[word], word)}
    same = [name for name in others if letters(name) == letters(word)]
    if same:
        return max(same, key=lambda name: others[name])
    few = sizes[word] <= RARE
    usual = [name for name, n in others.items() if few and sizes[word] <= RARE_SHARE * n]
    usual = [name for name in usual if not denies(word, name)]
    parts = [name for name in usual if cut and _is_cut(word, name, sizes)]
    if parts:
        return max(parts, key=lambda name: others[name])
    return lone_nearest(word, usual, alike) if len(word) >= SHORTENED else None


def letters(word: str) -> str:
    """The letters and digits of a word, in small ones."""
    return SIGNS.sub("", word).casefold()


def denies(word: str, other: str) -> bool:
    """Whether one of the two says the other is not so, as "not recovered" and "recovered"."""
    short, long = sorted((letters(word), letters(other)), key=len)
    return any(long == f"{denial}{short}" for denial in DENIALS)


def _is_cut(word: str, other: str, words: Iterable[str]) -> bool:
    """Whether one of the two is a part of the other: "f" of "female", "1" of "101".

    Numbers of several lengths, as 1 to 12, and Roman ones begin as each other by themselves.
    """
    short, long = sorted((letters(word), letters(other)), key=len)
    if word.isdigit():
        lengths = {len(number) for number in words if number.isdigit() and number != word}
        return len(lengths) == 1 and (long.startswith(short) or long.endswith(short))
    is_short = len(long) >= SHORTENED and long.startswith(short)
    return bool(short) and (is_short or (long == 2 * short and not ROMAN.match(long)))
