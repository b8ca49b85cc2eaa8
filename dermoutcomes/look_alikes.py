"""Letters of other alphabets that look as Latin ones do, as the Р of Cyrillic: seen by no eye."""

from __future__ import annotations

import unicodedata

__all__ = ["in_latin_letters", "other_alphabet"]

# Whole words of Cyrillic or Greek are none of ours: only letters that cannot be told apart.
CYRILLIC = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјорсухԛԝ", "ABESIJKMHOPCTYXaesijopcyxqw")
GREEK = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo")


def in_latin_letters(text: str) -> str:
    """A text with Latin letters for those that look the same."""
    return text if text.isascii() else text.translate(CYRILLIC).translate(GREEK)


def other_alphabet(text: str) -> str | None:
    """What is said of the first such letter in a text that is Latin but for them; None without one.

    A text with other letters of that alphabet is written in it.
    """
    latin = in_latin_letters(text)
    if latin == text or not all(_is_latin(sign) for sign in latin if sign.isalpha()):
        return None
    letter = next(sign for sign, ours in zip(text, latin, strict=True) if sign != ours)
    alphabet = unicodedata.name(letter).split()[0].capitalize()
    return f"{text!r} has a {alphabet} letter that looks as the Latin {in_latin_letters(letter)!r} does"


def _is_latin(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith("LATIN")
