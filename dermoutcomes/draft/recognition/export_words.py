"""Words of exports in three languages: what a column, a side, a place, a device is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from functools import cache
from itertools import chain, count
from pathlib import Path

import tomli

__all__ = [
    "are_sides",
    "free_id",
    "is_treatment",
    "names_treatment",
    "plain",
    "role_of",
    "side_and_place",
    "side_of",
    "word_tables",
    "words_around",
    "words_of",
]

# What tells two creams apart: a letter, a number, a strength.
TREATMENT_CODE = re.compile(r" (?:[a-h]|\d{1,3}|\d+ ?%|[a-z]{0,2}\d{1,4})$")
# Signs that have no accent to take off; casefold makes ß of ẞ, and ss of both.
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "°": " "})
ARTICLES = frozenset({"the", "of", "der", "die", "das", "la", "le", "les", "du", "de"})


@cache
def word_tables() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The tables of words.toml: roles, sides, places, raters, treatments, subjects, events."""
    text = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    return {
        name: {key: tuple(words) for key, words in table.items()}
        for name, table in tomli.loads(text).items()
    }


def words_of(table: str) -> Mapping[str, tuple[str, ...]]:
    """One table: key = its words."""
    return word_tables()[table]


@cache
def plain(text: str) -> str:
    """A text as words are compared: lower case, no accents, signs as blanks, ß as ss, œ as oe."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    letters = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^0-9a-z%*+]+", " ", letters).split())


def role_of(header: str, table: str, among: Iterable[str] | None = None) -> str | None:
    """The first key of a table that a header is a word of; blanks do not matter."""
    joined = plain(header).replace(" ", "")
    keys = words_of(table) if among is None else among
    return next((key for key in keys if joined in _joined(table)[key]), None)


def free_id(name: str, taken: Container[str]) -> str:
    """An id that is not taken: cream, cream_2 where signs that no id has make the difference."""
    numbered = (f"{name}_{number}" for number in count(2))
    return next(each for each in chain([name], numbered) if each not in taken)


def rank_of(header: str, table: str, key: str) -> int:
    """How telling a header is for a key: 0 is the most telling word."""
    joined = plain(header).replace(" ", "")
    return next(
        (rank for rank, word in enumerate(_joined(table)[key]) if word == joined),
        len(_joined(table)[key]),
    )


def side_of(word: str) -> str | None:
    """Left or right, where a word says so."""
    return role_of(word, "sides") or role_of(word, "side_letters")


def are_sides(words: Iterable[str]) -> bool:
    """Whether all words are sides; a letter that may be anything else is one beside the other."""
    words = tuple(words)
    letters = [word for word in words if role_of(word, "sides") is None]
    return all(map(side_of, words)) and (not letters or len({*map(side_of, words)}) > 1)


@cache
def side_and_place(word: str) -> tuple[str, str] | None:
    """Side and place, where a word says both: left cheek, Wange rechts, joue gauche."""
    tokens = [token for token in plain(word).split() if token not in ARTICLES]
    sides = [side for token in tokens if (side := side_of(token)) is not None]
    rest = " ".join(token for token in tokens if side_of(token) is None)
    place = role_of(rest, "places") if rest else None
    return (sides[0], place) if len(sides) == 1 and place is not None else None


@cache
def words_around() -> frozenset[str]:
    """Single words that stand beside a measure and say where: sides, places, articles."""
    texts = (
        word
        for table in ("sides", "places")
        for words in words_of(table).values()
        for word in words
    )
    return ARTICLES | {token for text in texts for token in plain(text).split()}


@cache
def is_treatment(word: str) -> bool:
    """Whether a word names a treatment: placebo, serum A, Kontrolle, crème 2."""
    name = plain(word)
    return any(
        role_of(text, "treatments") is not None for text in {name, TREATMENT_CODE.sub("", name)}
    )


@cache
def names_treatment(word: str) -> bool:
    """Whether a part of a text names a treatment, as in Areal 1 (Verum) and Vehicle, left."""
    parts = [part for part in re.split(r"[()\[\],;:/=-]+", word) if part.strip()]
    tokens = plain(word).split()
    return any(map(is_treatment, (*parts, *tokens)))


@cache
def _joined(table: str) -> Mapping[str, tuple[str, ...]]:
    return {
        key: tuple(dict.fromkeys(plain(word).replace(" ", "") for word in words))
        for key, words in words_of(table).items()
    }
